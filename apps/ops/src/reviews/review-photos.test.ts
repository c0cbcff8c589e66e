import { expect, test } from "vitest";
import { Failure } from "../failure.ts";
import { type ReviewPorts, reviewPhotos } from "./review-photos.ts";
import { approvalTaskOf } from "./testing/approval-task.ts";
import { fakeQueue } from "./testing/fake-queue.ts";

type Press = string | (() => void);

/** A reviewer who presses these keys one after the other; a `line …` answers a question. */
function place(names: readonly string[], presses: readonly Press[]) {
  const fake = fakeQueue(names.map(approvalTaskOf));
  const stop = new AbortController();
  const left = [...presses];
  const notes: string[] = [];
  const opened: string[] = [];
  const pictures = new Set<string>();
  let time = 0;
  const press = async (signal: AbortSignal): Promise<string | undefined> => {
    for (;;) {
      if (signal.aborted) return undefined;
      const next = left.shift();
      if (typeof next !== "function") return next;
      next();
      // What it set off comes through.
      await new Promise(setImmediate);
    }
  };
  const heartbeat = Promise.withResolvers<void>();
  const ports: ReviewPorts = {
    by: "ann",
    queue: fake.queue,
    pendingIds: fake.pendingIds,
    now: () => new Date(time),
    // The heartbeat's pause ends when the test says so.
    pause: async (ms, signal) => {
      time += ms;
      if (ms < 60_000) return;
      const aborted = new Promise((resolve) => signal.addEventListener("abort", resolve));
      await Promise.race([heartbeat.promise, aborted]);
    },
    signal: stop.signal,
    keyboard: { key: press, line: async (_, signal) => press(signal), close() {} },
    pictures: {
      async fetch({ photo }) {
        pictures.add(photo.s3key);
        return {
          path: photo.s3key,
          remove: async () => {
            pictures.delete(photo.s3key);
          },
        };
      },
    },
    open: async (path) => {
      opened.push(path);
      return undefined;
    },
    terminal: {
      print() {},
      note: (line) => notes.push(line),
      showStatus() {},
      clearStatus() {},
      style: (_, text) => text,
      width: 100,
    },
  };
  return { ...fake, ports, stop, notes, opened, pictures, beat: () => heartbeat.resolve() };
}

test("one key decides about the photo that is shown, until nothing waits any more", async () => {
  const { ports, acts, pictures } = place(["a", "b"], ["a", "d", "not for us"]);
  expect(await reviewPhotos(ports)).toEqual({ approved: 1, denied: 1, end: "nothing waits" });
  expect(acts).toEqual([
    "claim a.jpg by ann",
    'approve a.jpg {"by":"ann"}',
    "claim b.jpg by ann",
    'deny b.jpg {"by":"ann","reason":"not for us"}',
  ]);
  expect(pictures.size).toBe(0);
});

test("a denial without a reason decides nothing, and other keys do nothing", async () => {
  const { ports, acts, notes } = place(["a"], ["d", "  ", "x", "\u001b[A", "a"]);
  expect(await reviewPhotos(ports)).toMatchObject({ approved: 1, denied: 0 });
  expect(acts).toHaveLength(2);
  expect(notes).toContain("A denial needs a reason: nothing was decided");
});

test("o opens the picture as often as it is pressed", async () => {
  const { ports, opened } = place(["a"], ["o", "O", "a"]);
  await reviewPhotos(ports);
  expect(opened).toEqual(["Incoming/ann/summer/a.jpg", "Incoming/ann/summer/a.jpg"]);
});

test("a skipped photo waits again at once; when only such are left it ends", async () => {
  const { ports, acts } = place(["a", "b"], ["s", "a"]);
  expect(await reviewPhotos(ports)).toEqual({ approved: 1, denied: 0, end: "all skipped" });
  expect(acts).toEqual([
    "claim a.jpg by ann",
    "release a.jpg",
    "claim b.jpg by ann",
    'approve b.jpg {"by":"ann"}',
    "claim a.jpg by ann",
    "release a.jpg",
  ]);
});

test.each([["q"], ["the end of the input"]])("%s gives back what is in hand", async (key) => {
  const { ports, acts, pictures } = place(["a"], key === "q" ? ["q"] : []);
  expect(await reviewPhotos(ports)).toMatchObject({ end: "quit" });
  expect(acts.at(-1)).toBe("release a.jpg");
  expect(pictures.size).toBe(0);
});

test("so does Ctrl-C, also while the reason is typed", async () => {
  for (const before of [[], ["d"]]) {
    const { ports, acts, stop } = place(["a", "b"], [...before, () => stop.abort()]);
    expect(await reviewPhotos(ports)).toMatchObject({ end: "interrupted" });
    expect(acts).toEqual(["claim a.jpg by ann", "release a.jpg"]);
  }
});

test("a claim that is lost while its photo is looked at is said, and the next one comes", async () => {
  const { ports, acts, notes, claims, beat } = place(
    ["a", "b"],
    [() => claims.clear(), () => beat(), "a"],
  );
  expect(await reviewPhotos(ports)).toMatchObject({ approved: 1, end: "nothing waits" });
  expect(notes).toContain("The claim of a.jpg is over: it is decided or waits again");
  expect(acts.filter((act) => act.startsWith("approve"))).toEqual(['approve b.jpg {"by":"ann"}']);
});

test("a decision that comes too late is said, and the next one comes", async () => {
  const { ports, notes, claims } = place(["a", "b"], [() => claims.clear(), "a", "a"]);
  expect(await reviewPhotos(ports)).toMatchObject({ approved: 1, denied: 0 });
  expect(notes).toContain("over");
});

test("a picture that can't be read doesn't keep anyone from deciding", async () => {
  const { ports, notes } = place(["a"], ["o", "a"]);
  const pictures = { fetch: () => Promise.reject(new Failure("gone")) };
  expect(await reviewPhotos({ ...ports, pictures })).toMatchObject({ approved: 1 });
  expect(notes).toContain("The picture can't be read (gone)");
  expect(notes).toContain("It can't be opened: there is no picture");
});

test("a decision that the service refuses gives the photo back before it is told", async () => {
  const { ports, acts } = place(["a"], ["a"]);
  const queue = { ...ports.queue, approve: () => Promise.reject(new Error("not allowed")) };
  await expect(reviewPhotos({ ...ports, queue })).rejects.toThrow("not allowed");
  expect(acts.at(-1)).toBe("release a.jpg");
});
