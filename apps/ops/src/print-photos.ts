import { invocation } from "./invocation.ts";
import type { PhotoResult } from "./photo-board.ts";
import { formatDuration } from "./table/format.ts";
import { photoTable } from "./table/photo-table.ts";
import type { Terminal } from "./terminal.ts";
import { countStatuses, tellCounts } from "./watch/tally.ts";

/** Prints the table of photos, and below it how many came out how and what a person has to do. */
export function printPhotos(
  terminal: Terminal,
  results: readonly PhotoResult[],
  elapsedMs: number,
): void {
  for (const line of photoTable(results, terminal)) terminal.print(line);
  const photos = results.length === 1 ? "1 photo" : `${results.length} photos`;
  const counts = countStatuses(results.map(({ status }) => status));
  terminal.print("");
  terminal.print(`${photos} in ${formatDuration(elapsedMs)}: ${tellCounts(counts)}`);
  const waiting = counts.get("PENDING_REVIEW") ?? 0;
  if (waiting > 0) {
    const wait = waiting === 1 ? "1 waits" : `${waiting} wait`;
    terminal.note(`${wait} for a person: decide with \`${invocation.darkroom} approvals\``);
  }
}
