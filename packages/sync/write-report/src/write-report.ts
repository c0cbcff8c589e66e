import { InvalidInputError } from "@darkroom/lambda";
import {
  formatLines,
  type RunStore,
  reportLinesKey,
  reportPageKey,
  shardsOfRun,
  summaryKey,
} from "@darkroom/run-files";
import {
  noProgress,
  orphansRefused,
  type SyncSummary,
  type WriteReportInput,
} from "@darkroom/sync-workflow";
import type { CopyMemory } from "./copy-memory.ts";
import { fatesOf } from "./fates-of-run.ts";
import { judge } from "./judge.ts";
import type { ObjectWriter } from "./object-writer.ts";
import { reportPage } from "./report-page.ts";
import { type Tally, tally } from "./tally.ts";

export interface ReportParts {
  store: RunStore;
  /** For what is too large to hold: JSON lines. */
  writer(key: string): ObjectWriter;
  memory: CopyMemory;
  now: Date;
}

/**
 * Says of every object what became of it (`report.jsonl`), sums it up (`report.html`) and judges it
 * (`summary.json`, written last: who finds it finds all). Memory doesn't grow with the number of objects.
 * A dry run's `report.jsonl` has what a run would do: `{key, would: "copy"|"delete", bytes, reason?}`.
 * Of a run that a state's failure ended it says what is known, and that it isn't well.
 * Run again, it writes the same but for the time that the run took.
 * @throws {InvalidInputError} the run's start is no time
 */
export async function writeReport(
  input: WriteReportInput,
  parts: ReportParts,
): Promise<SyncSummary> {
  const { run, sync, failure } = input;
  const { store, memory, now } = parts;
  const startMs = Date.parse(run.startTime);
  if (Number.isNaN(startMs)) {
    throw new InvalidInputError(`run.startTime: is no time (value: "${run.startTime}")`);
  }
  const progress = input.progress ?? noProgress;
  const accounts = tally(startMs);
  const lines = parts.writer(reportLinesKey(run));
  try {
    if (sync.dryRun) await writePlan(input, parts, lines);
    else await writeFates(input, parts, lines, accounts);
    await lines.close();
    await memory.close();
  } catch (error) {
    await Promise.allSettled([lines.abandon(), memory.abandon()]);
    throw error;
  }

  const { sums, failures, errors, timeline } = accounts;
  const reason = judge(sync, progress, sums, failure);
  const summary: SyncSummary = {
    ok: reason === undefined,
    ...(reason === undefined ? {} : { reason }),
    ...(failure === null ? {} : { failure: { error: failure.Error, cause: failure.Cause } }),
    dryRun: sync.dryRun,
    listed: progress.listed,
    differing: progress.differing,
    copied: sums.copied,
    unchanged: progress.unchanged,
    orphans: progress.orphans,
    deleted: sums.deleted,
    vanished: sums.vanished,
    archived: sums.archived,
    failed: sums.failedCopies + sums.failedDeletions,
    bytes: sums.bytes,
    seconds: Math.max(0, now.getTime() - startMs) / 1000,
    report: store.locationOf(reportPageKey(run)),
  };
  const content = { sync, progress, summary, failures, errors, timeline, startTime: run.startTime };
  await store.put(reportPageKey(run), reportPage(content), "text/html; charset=utf-8");
  await store.put(summaryKey(run), `${JSON.stringify(summary, null, 2)}\n`, "application/json");
  return summary;
}

const deletes = ({ sync, progress }: WriteReportInput): boolean =>
  sync.deleteOrphans && progress !== null && !orphansRefused(sync, progress);

async function writeFates(
  input: WriteReportInput,
  { store, memory, now }: ReportParts,
  lines: ObjectWriter,
  accounts: Tally,
): Promise<void> {
  const reading = { now, isWhole: input.failure === null };
  for await (const fates of fatesOf(store, input.run, "copy", reading)) {
    for (const fate of fates) accounts.addCopy(fate);
    await lines.write(formatLines(fates));
    await memory.add(fates);
  }
  // Then its orphans stay, and aren't failures.
  if (!deletes(input) || accounts.sums.failedCopies > 0) return;
  for await (const fates of fatesOf(store, input.run, "orphans", reading)) {
    for (const fate of fates) accounts.addDeletion(fate);
    await lines.write(formatLines(fates));
  }
}

async function writePlan(
  input: WriteReportInput,
  { store }: ReportParts,
  lines: ObjectWriter,
): Promise<void> {
  for await (const copies of shardsOfRun(store, input.run, "copy")) {
    const plan = copies.map(({ key, size, reason }) => ({
      key,
      would: "copy",
      bytes: size,
      reason,
    }));
    await lines.write(formatLines(plan));
  }
  if (!deletes(input)) return;
  for await (const orphans of shardsOfRun(store, input.run, "orphans")) {
    const plan = orphans.map(({ key, size }) => ({ key, would: "delete", bytes: size }));
    await lines.write(formatLines(plan));
  }
}
