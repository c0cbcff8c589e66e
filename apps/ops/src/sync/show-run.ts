import { formatDuration } from "../table/format.ts";
import type { Terminal } from "../terminal.ts";
import type { RunProgress } from "./run-progress.ts";
import { tellRun } from "./tell-run.ts";

/** Where somebody watches, the line moves; into a log goes one now and then. */
const redrawMs = 500;
const logMs = 10_000;

/**
 * Shows the progress of a run on stderr until the function that it returns is called.
 * @param read undefined before anything is known
 * @param now epoch milliseconds
 */
export function showRun(
  terminal: Terminal,
  read: () => RunProgress | undefined,
  now: () => number = Date.now,
): () => void {
  const begin = now();
  let logged: RunProgress | undefined;
  const show = () => {
    const progress = read();
    if (terminal.live) {
      const line = progress === undefined ? "starting" : tellRun(progress, now());
      terminal.showStatus(`${line} · ${formatDuration(now() - begin)}`);
    } else if (progress !== undefined && !isAlike(progress, logged)) {
      logged = progress;
      terminal.note(tellRun(progress, now()));
    }
  };
  show();
  const timer = setInterval(show, terminal.live ? redrawMs : logMs);
  return () => {
    clearInterval(timer);
    terminal.clearStatus();
  };
}

function isAlike(one: RunProgress, other: RunProgress | undefined): boolean {
  return (
    other !== undefined &&
    one.phase === other.phase &&
    one.listing?.after === other.listing?.after &&
    JSON.stringify(one.fates) === JSON.stringify(other.fates)
  );
}
