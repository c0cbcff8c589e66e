import { formatBytes, formatDuration } from "./table/format.ts";
import type { Terminal } from "./terminal.ts";
import { type Progress, tellCounts } from "./watch/tally.ts";

/** Where somebody watches, the line moves; into a log goes one now and then. */
const redrawMs = 150;
const logMs = 10_000;

/**
 * Shows the progress of a set of photos on stderr until the function that it returns is called.
 * @param now epoch milliseconds
 */
export function showProgress(
  terminal: Terminal,
  read: () => Progress,
  now: () => number = Date.now,
): () => void {
  const begin = now();
  let logged = "";
  const show = () => {
    const progress = read();
    const line = tellProgress(progress, now() - begin);
    if (terminal.live) {
      terminal.showStatus(`${line} · ${formatDuration(now() - begin)}`);
    } else if (logged !== tellCounts(progress.counts)) {
      logged = tellCounts(progress.counts);
      terminal.note(line);
    }
  };
  const timer = setInterval(show, terminal.live ? redrawMs : logMs);
  return () => {
    clearInterval(timer);
    terminal.clearStatus();
  };
}

/** `9 of 40 done · 8 READY, 1 UNSUPPORTED, 5 PROCESSING · 25 uploaded, 31 MB · 4.1 photos/s`. */
export function tellProgress(progress: Progress, elapsedMs: number): string {
  const { total, uploaded, bytes, done, counts } = progress;
  return [
    `${done} of ${total} done`,
    ...(counts.size > 0 ? [tellCounts(counts)] : []),
    `${uploaded === total ? "all" : uploaded} uploaded, ${formatBytes(bytes)}`,
    ...(done > 0 ? [`${(done / (Math.max(elapsedMs, 1) / 1000)).toFixed(1)} photos/s`] : []),
  ].join(" · ");
}
