import { InvalidInputError } from "@darkroom/lambda";
import { orphansRefused, type SyncSummary, type WriteReportInput } from "@darkroom/sync-workflow";
import { judge } from "./judge.ts";
import type { ObjectWriter } from "./object-writer.ts";
import { reportPage } from "./report-page.ts";
import type { RunFiles } from "./run-files.ts";
import { fatesOf, manifestOf } from "./shards-of-run.ts";
import { type Tally, tally } from "./tally.ts";

/**
 * Says of every object what became of it (`report.jsonl`), sums it up (`report.html`) and judges it
 * (`summary.json`, written last: who finds it finds all). Memory doesn't grow with the number of objects.
 * A dry run's `report.jsonl` has what a run would do: `{key, would: "copy"|"delete", bytes, reason?}`.
 * Run again, it writes the same but for the time that the run took.
 * @throws {InvalidInputError} the run's start is no time
 */
export async function writeReport(
  { run, sync, progress }: WriteReportInput,
  files: RunFiles,
  now: Date,
): Promise<SyncSummary> {
  const startMs = Date.parse(run.startTime);
  if (Number.isNaN(startMs)) {
    throw new InvalidInputError(`run.startTime: is no time (value: "${run.startTime}")`);
  }
  const accounts = tally(startMs);
  const deletes = sync.deleteOrphans && !orphansRefused(sync, progress);
  const lines = files.writer(`${run.prefix}report.jsonl`, "application/jsonl");
  try {
    if (sync.dryRun) await writePlan(files, run.prefix, deletes, lines);
    else await writeFates(files, run.prefix, { deletes, now }, lines, accounts);
    await lines.close();
  } catch (error) {
    await lines.abandon().catch(() => undefined);
    throw error;
  }

  const { sums, failures, errors, timeline } = accounts;
  const page = `${run.prefix}report.html`;
  const reason = judge(sync, progress, sums);
  const summary: SyncSummary = {
    ok: reason === undefined,
    ...(reason === undefined ? {} : { reason }),
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
    report: files.locationOf(page),
  };
  const content = { sync, progress, summary, failures, errors, timeline, startTime: run.startTime };
  await files.write(page, reportPage(content), "text/html; charset=utf-8");
  await files.write(
    `${run.prefix}summary.json`,
    `${JSON.stringify(summary, null, 2)}\n`,
    "application/json",
  );
  return summary;
}

async function writeFates(
  files: RunFiles,
  prefix: string,
  { deletes, now }: { deletes: boolean; now: Date },
  lines: ObjectWriter,
  accounts: Tally,
): Promise<void> {
  for await (const fates of fatesOf(files, prefix, "copy", now)) {
    for (const fate of fates) accounts.addCopy(fate);
    await lines.write(jsonLines(fates));
  }
  if (!deletes) return;
  for await (const fates of fatesOf(files, prefix, "orphans", now)) {
    for (const fate of fates) accounts.addDeletion(fate);
    await lines.write(jsonLines(fates));
  }
}

async function writePlan(
  files: RunFiles,
  prefix: string,
  deletes: boolean,
  lines: ObjectWriter,
): Promise<void> {
  for await (const copies of manifestOf(files, prefix, "copy")) {
    await lines.write(
      jsonLines(
        copies.map(({ key, size, reason }) => ({ key, would: "copy", bytes: size, reason })),
      ),
    );
  }
  if (!deletes) return;
  for await (const orphans of manifestOf(files, prefix, "orphans")) {
    await lines.write(
      jsonLines(orphans.map(({ key, size }) => ({ key, would: "delete", bytes: size }))),
    );
  }
}

const jsonLines = (values: readonly object[]): string =>
  values.map((value) => `${JSON.stringify(value)}\n`).join("");
