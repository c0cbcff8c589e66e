import { formatBytes, formatCount, formatDuration, formatRate } from "../table/format.ts";
import type { RunProgress } from "./run-progress.ts";

/**
 * `copying · 10,000 listed, 4,000 differ · 1,500 copied, 2 failed · 31 MB · 412 objects/s · 7 s left`.
 * @param now epoch milliseconds
 */
export function tellRun(progress: RunProgress, now: number): string {
  const { phase, listing, fates, phaseSince } = progress;
  const parts: string[] = [phase];
  if (listing !== undefined) {
    parts.push(`${formatCount(listing.listed)} listed, ${formatCount(listing.differing)} differ`);
  }
  const settled = fates.copied + fates.vanished + fates.archived + fates.failed;
  const copying = phase === "copying" && listing !== undefined;
  if (copying || settled + fates.deleted > 0) {
    parts.push(
      [
        `${formatCount(fates.copied)} copied`,
        ...(fates.deleted > 0 ? [`${formatCount(fates.deleted)} deleted`] : []),
        `${formatCount(fates.failed)} failed`,
      ].join(", "),
      formatBytes(fates.bytes),
    );
  }
  if (copying && settled > 0) {
    const rate = settled / (Math.max(now - phaseSince, 1) / 1000);
    parts.push(formatRate(rate));
    const left = listing.differing - settled;
    if (left > 0) parts.push(`${timeLeft(left / rate)} left`);
  }
  return parts.join(" · ");
}

/** An estimate has no hundredths. */
function timeLeft(seconds: number): string {
  const whole = Math.ceil(seconds);
  return whole < 60 ? `${whole} s` : formatDuration(whole * 1000);
}
