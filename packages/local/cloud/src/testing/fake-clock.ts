import { fakeClock, type FakeClock as StandingClock } from "@darkroom/states/testing";

export interface FakeClock extends StandingClock {
  /** Fulfilled when this many timers are set. */
  timersSet(count: number): Promise<void>;
}

/** The states' clock for tests, which stands still until it is told, with an eye on the timers that wait on it. */
export function createFakeClock(startMs = Date.UTC(2026, 0, 1)): FakeClock {
  const clock = fakeClock(startMs);
  const timers = new Set<object>();
  const waiting = new Set<() => void>();

  return {
    ...clock,

    setTimer(atMs, callback) {
      const timer = {};
      timers.add(timer);
      const cancel = clock.setTimer(atMs, () => {
        timers.delete(timer);
        callback();
      });
      for (const look of waiting) look();
      return () => {
        timers.delete(timer);
        cancel();
      };
    },

    async advance(milliseconds) {
      await clock.advance(milliseconds);
      // What a timer starts may itself be put off to the end of a turn.
      await new Promise((resolve) => setImmediate(resolve));
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
