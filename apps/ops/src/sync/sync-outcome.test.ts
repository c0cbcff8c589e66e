import { type SyncSummary, syncRequest } from "@darkroom/sync-workflow";
import { expect, test } from "vitest";
import { outcomeLines } from "./outcome-lines.ts";
import { judgeOutcome, type RunRemains, readOutcome, type SyncOutcome } from "./sync-outcome.ts";
import type { RunEnd } from "./watch-run.ts";

const request = syncRequest.parse({ source: "from", destination: "to-here", prefix: "Incoming/" });
const arn = "arn:aws:states:us-east-1:000000000000:execution:sync:one";
const summary: SyncSummary = {
  ok: true,
  dryRun: false,
  listed: 2000,
  differing: 1500,
  copied: 1500,
  unchanged: 500,
  orphans: 0,
  deleted: 0,
  vanished: 0,
  archived: 0,
  failed: 0,
  bytes: 31_000_000,
  seconds: 5,
  report: "s3://runs/runs/one/report.html",
};
const succeeded = (more: Partial<SyncSummary> = {}): RunEnd => ({
  status: "SUCCEEDED",
  output: JSON.stringify({ ...summary, ...more }),
  startMs: 0,
  stopMs: 5000,
});
const failed: RunEnd = {
  status: "FAILED",
  error: "SyncFailed",
  cause: 'CopyObjects: {"errorMessage":"no such bucket"}',
  startMs: 0,
  stopMs: 7500,
};
const denied = { key: "Incoming/a/b/c.jpg", error: "AccessDenied", message: "Access Denied" };

function remains(more: Partial<RunRemains> = {}): RunRemains {
  return {
    readSummary: async () => undefined,
    readFailures: async () => [denied, { ...denied, key: "bell\u0007" }],
    fetchReport: async () => "/data/sync-reports/one.html",
    ...more,
  };
}

const read = (end: RunEnd, more?: Partial<RunRemains>) =>
  readOutcome(arn, request, end, remains(more));
const linesOf = (outcome: SyncOutcome, deletes = false) =>
  outcomeLines(outcome, deletes, { style: (_, text) => text });

test("a run that went well is told with its figures and where its report is", async () => {
  const outcome = await read(succeeded());

  expect(outcome).toMatchObject({ ok: true, executionArn: arn, copied: 1500, failures: [] });
  expect(() => judgeOutcome(outcome)).not.toThrow();
  expect(linesOf(outcome)).toEqual([
    "Listed     2,000",
    "Copied     1,500, 31.0 MB in 5.00 s, 300 objects/s",
    "Unchanged  500",
    "Report     s3://runs/runs/one/report.html",
    "           /data/sync-reports/one.html",
  ]);
});

test("one failed object is a failure, whatever share the request allows, and is named", async () => {
  const outcome = await read(succeeded({ failed: 12, copied: 1488 }));

  expect(outcome.ok).toBe(false);
  expect(() => judgeOutcome(outcome)).toThrow("12 of 1,500 objects failed");
  expect(linesOf(outcome).slice(3, 7)).toEqual([
    "Failed     12",
    "  Incoming/a/b/c.jpg  AccessDenied: Access Denied",
    expect.stringMatching(/^ {2}bell\P{Cc}* {2}AccessDenied: Access Denied$/u),
    "  and 10 more",
  ]);
});

test("a failed run has the figures of its summary, where it wrote one", async () => {
  const text = JSON.stringify({ ...summary, ok: false, reason: "why", failed: 3 });
  const outcome = await read(failed, { readSummary: async () => text });

  expect(outcome).toMatchObject({ ok: false, status: "FAILED", copied: 1500, failed: 3 });
  expect(outcome.failures).toHaveLength(2);
});

test("a run that broke off before anything was listed says nothing of what was listed", async () => {
  const none = { ok: false, listed: 0, differing: 0, unchanged: 0, copied: 0, bytes: 0 };
  const failure = { error: "ObjectNotFoundError", cause: "FindSourceBucketRegion: {}" };
  const text = JSON.stringify({ ...summary, ...none, failure });
  const outcome = await read(failed, { readSummary: async () => text });

  expect(outcome).toMatchObject({ listed: null, differing: null, unchanged: null, copied: 0 });
  expect(linesOf(outcome)).toEqual([
    "Report     s3://runs/runs/one/report.html",
    "           /data/sync-reports/one.html",
  ]);
});

test("a failed run without a summary says why in one line; its figures are null", async () => {
  const outcome = await read(failed);

  expect(outcome).toMatchObject({
    ok: false,
    error: "SyncFailed",
    cause: "CopyObjects: no such bucket",
    listed: null,
    copied: null,
    failed: null,
    bytes: null,
    seconds: 7.5,
    report: null,
    reportFile: null,
  });
  expect(linesOf(outcome)).toEqual([]);
  expect(() => judgeOutcome(outcome)).toThrow(
    "The sync failed: SyncFailed: CopyObjects: no such bucket",
  );
});

test.each([
  [{ status: "ABORTED" } as const, "The sync was stopped"],
  [{ status: "TIMED_OUT" } as const, "The sync took longer than the machine may run"],
])("a run that ended as %j says so", async (end, line) => {
  const outcome = await read({ ...end, startMs: 0, stopMs: 1 });

  expect(() => judgeOutcome(outcome)).toThrow(line);
});

test("a prefix that matches nothing went well, and says so", async () => {
  const none = { listed: 0, differing: 0, copied: 0, unchanged: 0, bytes: 0 };
  const outcome = await read(succeeded(none));

  expect(outcome.ok).toBe(true);
  expect(linesOf(outcome)[0]).toBe(
    'Nothing to copy: s3://from has no object that begins with "Incoming/"',
  );
});

test("orphans are told by what becomes of them", async () => {
  const kept = await read(succeeded({ orphans: 7 }));
  const gone = await read(succeeded({ orphans: 7, deleted: 7 }));
  const dry = await read(succeeded({ orphans: 7, dryRun: true }));

  expect(linesOf(kept)).toContain("Orphans    7, kept (--delete-orphans deletes them)");
  expect(linesOf(gone, true)).toContain("Deleted    7 of 7 orphans");
  expect(linesOf({ ...dry, dryRun: true }, true)).toContain(
    "Orphans    7, which a run would delete",
  );
});

test("a summary of another version is told", async () => {
  await expect(read({ ...succeeded(), output: "{}" })).rejects.toThrow("another version");
});
