import { expect, test } from "vitest";
import { ClaimOver } from "./approval-queue.ts";
import { holdClaim } from "./hold-claim.ts";

function place(answers: readonly unknown[]) {
  const stop = new AbortController();
  const pauses: number[] = [];
  let beats = 0;
  const ports = {
    queue: {
      async heartbeat() {
        const answer = answers[beats];
        beats += 1;
        if (beats === answers.length) stop.abort();
        if (answer !== undefined) throw answer;
      },
    },
    pause: async (ms: number) => {
      pauses.push(ms);
    },
  };
  return { ports, signal: stop.signal, pauses, beats: () => beats };
}

test("a claim is kept alive once a minute until it is decided", async () => {
  const { ports, signal, pauses, beats } = place([undefined, undefined, undefined]);
  expect(await holdClaim("t", ports, signal)).toBe(false);
  expect(beats()).toBe(3);
  expect(new Set(pauses)).toEqual(new Set([60_000]));
});

test("a heartbeat without an answer doesn't lose it", async () => {
  const { ports, signal, beats } = place([new Error("away"), undefined]);
  expect(await holdClaim("t", ports, signal)).toBe(false);
  expect(beats()).toBe(2);
});

test("a claim that is over is lost", async () => {
  const { ports, signal } = place([undefined, new ClaimOver("over"), undefined]);
  expect(await holdClaim("t", ports, signal)).toBe(true);
});
