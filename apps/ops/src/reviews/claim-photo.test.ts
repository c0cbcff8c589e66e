import machine from "@darkroom/workflow/image-processing.asl.json" with { type: "json" };
import { expect, test } from "vitest";
import { claimPhoto, leaseSeconds, nothingClaimedLine } from "./claim-photo.ts";
import { approvalTaskOf } from "./testing/approval-task.ts";
import { fakeQueue } from "./testing/fake-queue.ts";

const [beach, dune] = [approvalTaskOf("beach"), approvalTaskOf("dune")];

function place(tasks = [beach]) {
  const fake = fakeQueue(tasks);
  const stop = new AbortController();
  let time = Date.parse("2026-05-01T10:00:00Z");
  const ports = {
    queue: fake.queue,
    pendingIds: fake.pendingIds,
    now: () => new Date(time),
    pause: async (ms: number) => {
      time += ms;
    },
    signal: stop.signal,
  };
  return { ...fake, ports, stop };
}

test("the lease is that of the state machine", () => {
  expect(leaseSeconds).toBe(machine.States.SendToApproval.HeartbeatSeconds);
});

test("a claim says what is to be decided, and until when", async () => {
  const { ports, acts } = place([beach, dune]);
  expect(await claimPhoto("Ann B.", ports)).toEqual({
    taskToken: "t1",
    task: beach,
    deadline: new Date("2026-05-01T10:10:00Z"),
  });
  expect(acts).toEqual(["claim beach.jpg by Ann-B."]);
});

test("without a photo that waits the queue isn't asked, which would keep silent for a minute", async () => {
  const { ports } = place([]);
  const queue = { ...ports.queue, claim: () => Promise.reject(new Error("asked")) };
  expect(await claimPhoto("ann", { ...ports, queue })).toBeUndefined();
});

test("a photo that was just decided doesn't count while its row settles", async () => {
  const { ports } = place([]);
  let looks = 0;
  const pendingIds = async function* () {
    looks += 1;
    if (looks < 4) yield ["a"];
  };
  const queue = { ...ports.queue, claim: () => Promise.reject(new Error("asked")) };
  expect(await claimPhoto("ann", { ...ports, pendingIds, queue }, new Set(["a"]))).toBeUndefined();
  expect(looks).toBe(4);
});

test("a newer version of a photo that was decided is found all the same", async () => {
  const { ports } = place([beach]);
  const claim = await claimPhoto("ann", ports, new Set([beach.photo.imageID]));
  expect(claim?.task).toEqual(beach);
});

test("a photo that comes as the wait is interrupted is given back", async () => {
  const { ports, acts, stop } = place();
  const queue = {
    ...ports.queue,
    claim: (worker: string, signal: AbortSignal) => {
      stop.abort();
      return ports.queue.claim(worker, signal);
    },
  };
  expect(await claimPhoto("ann", { ...ports, queue })).toBeUndefined();
  expect(acts).toEqual(["claim beach.jpg by ann", "release beach.jpg"]);
});

test.each([["no JSON"], ["{}"], [JSON.stringify({ ...beach, extra: 1 })]])(
  "a task that this version can't show is given back, and said: %s",
  async (input) => {
    const { ports, acts } = place();
    const queue: typeof ports.queue = {
      ...ports.queue,
      async claim(worker, signal) {
        const claimed = await ports.queue.claim(worker, signal);
        return claimed && { ...claimed, input };
      },
    };
    await expect(claimPhoto("ann", { ...ports, queue })).rejects.toThrow(/it was given back/);
    expect(acts.at(-1)).toBe("release beach.jpg");
  },
);

test.each([
  [[], "Nothing waits for a decision"],
  [[["a"]], "Nothing is left to claim: 1 photo is with other reviewers, or claimed and left"],
  [[["a", "b"], ["c"]], "Nothing is left to claim: 3 photos are with other reviewers"],
])("of nothing to claim it is said whether others hold what waits: %j", async (pages, line) => {
  const pendingIds = async function* () {
    yield* pages;
  };
  expect(await nothingClaimedLine(pendingIds)).toContain(line);
});
