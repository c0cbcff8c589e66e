import type { Clock } from "@darkroom/states";

/** setTimeout takes at most 2^31 - 1 milliseconds, some 24 days; a longer wait is made of several. */
const longestTimeoutMs = 2 ** 31 - 1;

/** The clock of this machine. Its timers don't keep the process alive: what serves requests does. */
export function systemClock(): Clock {
  return {
    now: () => Date.now(),
    setTimer(atMs, callback) {
      let timeout: NodeJS.Timeout;
      const wait = (): void => {
        const left = atMs - Date.now();
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
