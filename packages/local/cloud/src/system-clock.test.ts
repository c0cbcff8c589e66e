import { afterEach, expect, test, vi } from "vitest";
import { systemClock } from "./system-clock.ts";

afterEach(() => vi.restoreAllMocks());

/** Sets the machine's clock off by so much, from now on. */
function turnMachineClock(offsetMs: number): void {
  vi.restoreAllMocks();
  const real = Date.now.bind(Date);
  vi.spyOn(Date, "now").mockImplementation(() => real() + offsetMs);
}

test("it goes forwards with the machine's clock, and never back with it", () => {
  const clock = systemClock();
  const before = clock.now();

  turnMachineClock(-3_600_000);
  expect(clock.now()).toBeGreaterThanOrEqual(before);
  turnMachineClock(86_400_000);
  expect(clock.now()).toBeGreaterThanOrEqual(before + 86_400_000);
});

test("a timer fires at its time when the machine's clock is set back meanwhile", async () => {
  const clock = systemClock();
  const fired = new Promise<void>((resolve) => {
    clock.setTimer(clock.now() + 20, resolve);
  });

  turnMachineClock(-3_600_000);
  // What waits for it has to keep the process alive: the clock's own timers don't.
  const alive = setTimeout(() => {}, 10_000);
  await fired;
  clearTimeout(alive);
});
