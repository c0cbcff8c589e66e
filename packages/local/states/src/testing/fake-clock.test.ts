import { describe, expect, it } from "vitest";
import { fakeClock } from "./fake-clock.ts";

describe("the fake clock", () => {
  it("calls timers in the order of their time, with the clock at that time", async () => {
    const clock = fakeClock(1000);
    const calls: [string, number][] = [];
    clock.setTimer(3000, () => calls.push(["late", clock.now()]));
    clock.setTimer(2000, () => calls.push(["early", clock.now()]));
    clock.setTimer(9000, () => calls.push(["never", clock.now()]));
    await clock.advance(4000);
    expect(calls).toEqual([
      ["early", 2000],
      ["late", 3000],
    ]);
    expect(clock.now()).toBe(5000);
  });

  it("calls a timer that follows from another in the same advance", async () => {
    const clock = fakeClock(0);
    const slept = clock.sleep(10).then(() => clock.sleep(10));
    await clock.advance(20);
    await slept;
    expect(clock.now()).toBe(20);
  });

  it("forgets a timer that was cancelled, even by one that is due with it", async () => {
    const clock = fakeClock(0);
    const calls: string[] = [];
    clock.setTimer(5, () => {
      calls.push("first");
      cancel();
    });
    const cancel = clock.setTimer(5, () => calls.push("second"));
    expect(await clock.advanceToNext()).toBe(true);
    expect(await clock.advanceToNext()).toBe(false);
    expect(calls).toEqual(["first"]);
  });

  it("calls a timer whose time has passed already at once when time moves, and never goes back", async () => {
    const clock = fakeClock(100);
    const calls: number[] = [];
    clock.setTimer(50, () => calls.push(clock.now()));
    await clock.advance(0);
    expect(calls).toEqual([100]);
  });
});
