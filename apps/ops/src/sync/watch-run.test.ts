import { expect, test } from "vitest";
import { FatesSoFar } from "./fates-so-far.ts";
import type { RunProgress } from "./run-progress.ts";
import { listingOf } from "./testing/listing.ts";
import { type RunEnd, type WatchRunPorts, watchRun } from "./watch-run.ts";

const ended: RunEnd = { status: "SUCCEEDED", output: "{}", startMs: 0, stopMs: 5000 };
const away = () => Object.assign(new Error("connect"), { code: "ECONNREFUSED" });

/** A run that ends at its look of that number; its clock moves by the pauses alone. */
function runOf(endsAt: number, more: Partial<WatchRunPorts> = {}) {
  let clock = 0;
  let looks = 0;
  const shown: RunProgress[] = [];
  const fates = (kind: string) =>
    new FatesSoFar(
      {
        listAfter: async (after) =>
          kind === "copy" && after < "f/copy/00000001.jsonl"
            ? [{ key: "f/copy/00000001.jsonl", etag: "1" }]
            : [],
        read: async () => [{ key: "k", fate: "copied", bytes: 5, at: "2026-01-01T00:00:00Z" }],
      },
      `f/${kind}/`,
    );
  const ports: WatchRunPorts = {
    async end() {
      looks += 1;
      return looks >= endsAt ? ended : undefined;
    },
    async latestEvents() {
      const output = { listing: { done: true, orphansRefused: false, progress: listingOf({}) } };
      const at = { id: 1, timestamp: new Date(0) };
      return [
        {
          ...at,
          type: "MapStateEntered",
          stateEnteredEventDetails: { name: looks < 3 ? "ListDifferences" : "CopyObjects" },
        },
        {
          ...at,
          type: "TaskStateExited",
          stateExitedEventDetails: { name: "ListDifferences", output: JSON.stringify(output) },
        },
      ];
    },
    copies: fates("copy"),
    deletions: fates("orphans"),
    now: () => new Date(clock),
    async pause(ms) {
      clock += ms;
    },
    signal: new AbortController().signal,
    showProgress: (progress) => shown.push(progress),
    ...more,
  };
  return { ports, shown, clock: () => clock };
}

test("a run is followed through its phases to its end", async () => {
  const { ports, shown } = runOf(6);

  expect(await watchRun(ports)).toEqual(ended);
  expect(shown.map(({ phase, fates }) => [phase, fates.copied])).toEqual([
    ["listing", 0],
    ["listing", 0],
    ["copying", 1],
    ["copying", 1],
    ["copying", 1],
  ]);
});

test("it asks about once a second, and sooner at the beginning", async () => {
  const { ports, clock } = runOf(61);

  await watchRun(ports);

  expect(clock()).toBeGreaterThan(50_000);
  expect(clock()).toBeLessThan(60_000);
});

test("a restart of the cloud is waited for", async () => {
  const { ports } = runOf(4);
  let calls = 0;
  const end = async (signal: AbortSignal) => {
    calls += 1;
    if (calls === 2 || calls === 3) throw away();
    return ports.end(signal);
  };

  expect(await watchRun({ ...ports, end })).toEqual(ended);
});

test("an outage that doesn't end is an error", async () => {
  const { ports } = runOf(4, { end: () => Promise.reject(away()) });

  await expect(watchRun(ports)).rejects.toThrow("connect");
});

test("whoever stops watching gets no end", async () => {
  const controller = new AbortController();
  const { ports } = runOf(4, {
    signal: controller.signal,
    async latestEvents() {
      controller.abort();
      throw new Error("Request aborted");
    },
  });

  expect(await watchRun(ports)).toBeUndefined();
});
