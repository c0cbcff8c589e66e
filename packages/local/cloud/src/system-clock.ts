import type { Clock } from "@darkroom/states";

/** setTimeout takes at most 2^31 - 1 milliseconds, some 24 days; a longer wait is made of several. */
const longestTimeoutMs = 2 ** 31 - 1;

/**
 * The clock of this machine, but that it never goes back: while the machine's own is set back, this one runs on from
 * where it was. What is due is due then, whoever sets the clock. Signatures are checked by the machine's own.
 * Its timers don't keep the process alive: what serves requests does.
 */
export function systemClock(): Clock {
  // The farthest that the machine's clock has been ahead of the time since this process began.
  let ahead = -Infinity;
  const now = (): number => {
    const running = performance.now();
    ahead = Math.max(ahead, Date.now() - running);
    return Math.round(running + ahead);
  };
  return {
    now,
    setTimer(atMs, callback) {
      let timeout: NodeJS.Timeout;
      const wait = (): void => {
        const left = atMs - now();
        if (left <= 0) {
          timeout = setTimeout(callback, 0);
        } else {
          // A timer may fire a little early: `wait` looks at the clock again.
          timeout = setTimeout(wait, Math.min(left, longestTimeoutMs));
        }
        timeout.unref();
      };
      wait();
      return () => clearTimeout(timeout);
    },
  };
}
