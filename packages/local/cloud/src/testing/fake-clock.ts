import type { Clock } from "@darkroom/states";

export interface FakeClock extends Clock {
  /** Lets time go by: timers that are due fire in their order, each at its time, with a turn of the event loop after each. */
  advance(milliseconds: number): Promise<void>;
  /** Fulfilled when this many timers are set. */
  timersSet(count: number): Promise<void>;
}

/** A clock for tests, which stands still until it is told. */
export function createFakeClock(startMs = Date.UTC(2026, 0, 1)): FakeClock {
  const timers = new Set<{ atMs: number; callback: () => void }>();
  const waiting = new Set<() => void>();
  let nowMs = startMs;

  return {
    now: () => nowMs,

    setTimer(atMs, callback) {
      const timer = { atMs, callback };
      timers.add(timer);
      for (const look of waiting) look();
      return () => timers.delete(timer);
    },

    async advance(milliseconds) {
      const untilMs = nowMs + milliseconds;
      for (;;) {
        const [next] = [...timers]
          .filter(({ atMs }) => atMs <= untilMs)
          .sort((one, other) => one.atMs - other.atMs);
        if (next === undefined) break;
        timers.delete(next);
        nowMs = Math.max(nowMs, next.atMs);
        next.callback();
        await turn();
      }
      nowMs = untilMs;
      await turn();
    },

    timersSet: (count) =>
      new Promise((resolve) => {
        const look = (): void => {
          if (timers.size < count) return;
          waiting.delete(look);
          resolve();
        };
        waiting.add(look);
        look();
      }),
  };
}

/** Two turns: what a timer starts may itself be put off to the end of one. */
async function turn(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
  await new Promise((resolve) => setImmediate(resolve));
}
