import type { Clock } from "../types.ts";

/** A clock that stands still until it is moved: hours pass in milliseconds. */
export interface FakeClock extends Clock {
  /** Moves the time on; the timers due on the way are called in order, and what follows from each is done before the next. */
  advance(ms: number): Promise<void>;
  /** Moves the time to the next timer; false if there is none. */
  advanceToNext(): Promise<boolean>;
  /** Resolves when so much time has passed on this clock: for a task that takes its time. */
  sleep(ms: number): Promise<void>;
}

interface Timer {
  readonly atMs: number;
  readonly callback: () => void;
}

/** @param startMs epoch milliseconds that it shows at first */
export function fakeClock(startMs = Date.UTC(2025, 0, 1)): FakeClock {
  let nowMs = startMs;
  const timers = new Set<Timer>();

  const nextAt = (): number => Math.min(...[...timers].map(({ atMs }) => atMs));

  function setTimer(atMs: number, callback: () => void): () => void {
    const timer = { atMs, callback };
    timers.add(timer);
    return () => timers.delete(timer);
  }

  /** Calls together what is due at the same moment. */
  async function moveTo(atMs: number): Promise<void> {
    nowMs = Math.max(nowMs, atMs);
    for (const timer of [...timers]) {
      if (timer.atMs <= nowMs && timers.delete(timer)) timer.callback();
    }
    await settled();
  }

  return {
    now: () => nowMs,
    setTimer,
    sleep: (ms) => new Promise((resolve) => setTimer(nowMs + ms, resolve)),

    async advance(ms) {
      const end = nowMs + ms;
      await settled();
      while (nextAt() <= end) await moveTo(nextAt());
      nowMs = end;
    },

    async advanceToNext() {
      await settled();
      if (timers.size === 0) return false;
      await moveTo(nextAt());
      return true;
    },
  };
}

/** All promises that could settle by themselves have: setImmediate comes after them. */
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
