import type { Finding, Report } from "@darkroom/reconcile-photos";
import stringWidth from "string-width";
import { expect, test } from "vitest";
import { adviceOf, repairLines, reportLines } from "./report-lines.ts";

const look = { style: (_: string, text: string) => text, width: Number.POSITIVE_INFINITY };
const counts = { failed: 0, startErrors: 0, stuck: 0, missing: 0, orphanedRows: 0 };
const report: Report = {
  ok: true,
  objects: 2000,
  accountedFor: 2000,
  tooYoung: 0,
  waiting: 0,
  rows: 2003,
  byStatus: { REJECTED: 3, PENDING_REVIEW: 12, READY: 1988 },
  counts,
  failed: [],
  startErrors: [],
  stuck: [],
  missing: [],
  orphanedRows: [],
};
const finding = (index: number): Finding => ({
  key: `Incoming/ann/summer/${index}.jpg`,
  imageID: "0".repeat(32),
  reason: "DetectLabels: SlowDown\ntoo fast",
  status: "FAILED",
  executionArn: "ERR",
});

test("when all is well: how many, and how many of each status", () => {
  expect(reportLines(report, look)).toEqual([
    "2,000 of 2,000 accounted for",
    "",
    "rows            2,003",
    "PENDING_REVIEW  12  waiting for a person",
    "READY           1,988",
    "REJECTED        3",
  ]);
  expect(adviceOf(report, false)).toEqual([]);
});

test("a long list is shortened, with a word about the rest and what to do", () => {
  const failed = Array.from({ length: 25 }, (_, index) => finding(index));
  const bad = {
    ...report,
    ok: false,
    accountedFor: 1974,
    tooYoung: 1,
    waiting: 1300,
    counts: { ...counts, failed: 1025 },
    failed,
  };
  const lines = reportLines(bad, look);
  expect(lines.slice(0, 3)).toEqual([
    "1,974 of 2,000 accounted for",
    "1,300 wait in the queue for their start",
    "1 too young to judge: ask again in a minute",
  ]);
  const start = lines.indexOf("1,025 failed");
  expect(lines.slice(start + 1, start + 3)).toEqual([
    "  Incoming/ann/summer/0.jpg",
    "    DetectLabels: SlowDown too fast",
  ]);
  expect(lines.at(-1)).toBe("  … and 1,015 more: --json lists them");
  expect(adviceOf(bad, false).join()).toContain("report --repair");
  expect(adviceOf(bad, true).join()).toContain("tells its end");
});

test("no line is wider than the terminal", () => {
  const long = { ...finding(1), key: `Incoming/ann/${"x".repeat(200)}.jpg` };
  const bad = {
    ...report,
    counts: { ...counts, missing: 1, orphanedRows: 1 },
    orphanedRows: [long],
  };
  const repairs = [
    { ...long, was: "stuck", did: "refused", reason: "gone ".repeat(50) },
    { ...long, was: "stuck", did: "waiting" },
  ] as const;
  const narrow = { ...look, width: 60 };
  const [, reasonOfFirst] = repairLines(repairs, narrow);
  expect(reasonOfFirst).toMatch(/^ {2}gone gone .*…$/);
  for (const line of [...reportLines(bad, narrow), ...repairLines(repairs, narrow)]) {
    expect(stringWidth(line)).toBeLessThanOrEqual(60);
  }
});
