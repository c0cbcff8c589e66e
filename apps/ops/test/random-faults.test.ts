import { afterAll, beforeAll, expect, test } from "vitest";
import { readExecution } from "../src/history/read-execution.ts";
import { DarkroomProcess } from "./darkroom-process.ts";
import { isDecided, putPinned, readDecisions, reviewAll } from "./reviewers.ts";

let darkroom: DarkroomProcess;
beforeAll(async () => {
  darkroom = await DarkroomProcess.create();
  await darkroom.start();
}, 60_000);
afterAll(() => darkroom.remove());

/** Every function that the machine calls, and an error that a policy of its states has a row for. */
const errors = {
  "extract-metadata": "SlowDown",
  "detect-moderation": "Sandbox.Timedout",
  "detect-labels": "InternalServerError",
  "generate-thumbnails": "Crashed",
  "persist-metadata": "ProvisionedThroughputExceededException",
  "record-failure": "ThrottlingException",
  "record-review": "Lambda.Unknown",
  "quarantine-photo": "ServiceUnavailable",
};

const verdicts = ["suspect", "inappropriate", ...Array<"clean">(8).fill("clean")] as const;

test("with 20 % random faults at every task each photo comes to an end, and none is stuck", {
  timeout: 300_000,
}, async () => {
  for (const [name, error] of Object.entries(errors)) {
    const fault = ["--function", name, "--error", error, "--rate", "0.2"];
    const { code, stderr } = await darkroom.run(["faults", "add", ...fault]);
    expect([code, stderr]).toEqual([0, ""]);
  }
  const count = 200;
  const verdictOf = new Map(
    Array.from({ length: count }, (_, index) => [
      `Incoming/ann/random/${index}.jpg`,
      verdicts[index % verdicts.length] ?? "clean",
    ]),
  );
  const keys = [...verdictOf.keys()];
  const stop = new AbortController();
  // Half of the suspects, whose numbers end in 0.
  const denialOf = (key: string) => (/[13579]0\.jpg$/.test(key) ? "odd" : undefined);
  const reviewer = reviewAll(darkroom, "ann", denialOf, stop.signal);
  const begin = performance.now();

  await Promise.all([...verdictOf].map(([key, verdict]) => putPinned(darkroom, key, verdict)));
  const rows = await darkroom.rowsWhen(keys, isDecided, 280_000);
  const seconds = (performance.now() - begin) / 1000;
  stop.abort();
  await reviewer;

  const ends: Record<string, number> = {};
  const tries = { scheduled: 0, failed: 0 };
  for (const [key, { status, executionArn, errReason }] of rows) {
    ends[status] = (ends[status] ?? 0) + 1;
    const rejected = verdictOf.get(key) === "inappropriate" || denialOf(key) !== undefined;
    // A fault that came too often in a row fails a photo; it never gives it another's status.
    expect([rejected ? "REJECTED" : "READY", "FAILED"]).toContain(status);
    if (status === "FAILED") expect(errReason).toBeDefined();
    // The row is written before the execution ends.
    await expect
      .poll(() => darkroom.executionStatus(executionArn))
      .toBe(status === "READY" ? "SUCCEEDED" : "FAILED");
    const { events } = await readExecution(executionArn, darkroom.clients.sfn);
    for (const { type } of events) {
      if (type === "LambdaFunctionScheduled") tries.scheduled += 1;
      if (type === "LambdaFunctionFailed") tries.failed += 1;
    }
  }
  expect(await darkroom.executions()).toHaveLength(count);
  const decisions = (await readDecisions(darkroom)).map(({ imageID }) => imageID);
  expect(new Set(decisions).size).toBe(decisions.length);
  expect(tries.failed / tries.scheduled).toBeGreaterThan(0.15);
  // About 1.6 % are to fail: two functions have three tries each.
  expect(ends.FAILED ?? 0).toBeLessThan(count / 10);
  console.log(
    `${count} photos ended in ${seconds.toFixed(1)} s: ${JSON.stringify(ends)}; ${tries.failed} of ${tries.scheduled} tries failed`,
  );
});
