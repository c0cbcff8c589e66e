import { plainText } from "../table/fit-text.ts";
import { formatBytes, formatCount, formatDuration, formatRate } from "../table/format.ts";
import type { Terminal } from "../terminal.ts";
import type { SyncOutcome } from "./sync-outcome.ts";

const shownFailures = 5;

/**
 * A run's outcome for people. What was never known isn't told.
 * @param deletes whether the run was to delete orphans
 */
export function outcomeLines(
  outcome: SyncOutcome,
  deletes: boolean,
  { style }: Pick<Terminal, "style">,
): string[] {
  const lines: string[] = [];
  const field = (name: string, text: string) =>
    lines.push(`${style("dim", name.padEnd(11))}${text}`);
  const some = (name: string, value: number | null, text = "") => {
    if (value !== null && value > 0) field(name, `${formatCount(value)}${text}`);
  };

  const nothing = nothingListed(outcome);
  if (nothing !== undefined) lines.push(nothing);
  if (outcome.listed !== null && outcome.listed > 0) {
    field("Listed", formatCount(outcome.listed));
    if (outcome.dryRun) field("Would copy", formatCount(outcome.differing ?? 0));
    else field("Copied", copiedText(outcome));
    field("Unchanged", formatCount(outcome.unchanged ?? 0));
  }
  some("Vanished", outcome.vanished, " (listed, and gone when they were to be copied)");
  some("Archived", outcome.archived, " (restore them and run the sync again)");
  if (!deletes) some("Orphans", outcome.orphans, ", kept (--delete-orphans deletes them)");
  else if (outcome.dryRun) {
    some("Orphans", outcome.orphans, outcome.ok ? ", which a run would delete" : "");
  } else if (outcome.deleted !== null && outcome.orphans !== null) {
    field("Deleted", `${formatCount(outcome.deleted)} of ${formatCount(outcome.orphans)} orphans`);
  }
  some("Failed", outcome.failed);
  for (const { key, error, message } of outcome.failures.slice(0, shownFailures)) {
    lines.push(`  ${style("red", plainText(key))}  ${plainText(`${error}: ${message}`)}`);
  }
  const more = (outcome.failed ?? 0) - Math.min(shownFailures, outcome.failures.length);
  if (outcome.failures.length > 0 && more > 0) lines.push(`  and ${formatCount(more)} more`);
  if (outcome.report !== null) field("Report", outcome.report);
  if (outcome.reportFile !== null) field("", outcome.reportFile);
  return lines;
}

function copiedText({ copied, bytes, seconds }: SyncOutcome): string {
  if (copied === null || copied === 0) return "0";
  const rate = formatRate(copied / Math.max(seconds, 0.001));
  return `${formatCount(copied)}, ${formatBytes(bytes ?? 0)} in ${formatDuration(seconds * 1000)}, ${rate}`;
}

function nothingListed(outcome: SyncOutcome): string | undefined {
  const { status, listed, source, prefix, startAfter } = outcome;
  if (listed !== 0 || status !== "SUCCEEDED") return undefined;
  const begins = prefix === "" ? "" : ` that begins with "${plainText(prefix)}"`;
  const after = startAfter === "" ? "" : ` after "${plainText(startAfter)}"`;
  return `Nothing to copy: s3://${source} has no object${begins}${after}`;
}
