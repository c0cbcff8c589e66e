import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { createTerminal } from "../terminal.ts";
import { noFates, type RunProgress } from "./run-progress.ts";
import { showRun } from "./show-run.ts";
import { listingOf } from "./testing/listing.ts";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const progress: RunProgress = {
  phase: "copying",
  listing: listingOf({ listed: 40, differing: 30 }),
  fates: { ...noFates, copied: 9 },
  phaseSince: 0,
};

function stream(isTTY: boolean) {
  const written: string[] = [];
  return { isTTY, columns: 200, written, write: (text: string) => written.push(text) };
}

test("in a terminal the line moves, and is gone at the end", () => {
  const stderr = stream(true);
  const hide = showRun(createTerminal(stream(false), stderr, {}), () => progress);

  vi.advanceTimersByTime(2000);
  hide();
  vi.advanceTimersByTime(2000);

  expect(stderr.written.filter((text) => text.includes("9 copied")).length).toBeGreaterThan(2);
  expect(stderr.written.at(-1)).toBe("\r\x1b[2K");
});

test("into a log goes a line when there is news, and none twice", () => {
  const stderr = stream(false);
  let now: RunProgress | undefined;
  const hide = showRun(createTerminal(stream(false), stderr, {}), () => now);

  vi.advanceTimersByTime(10_000);
  now = progress;
  vi.advanceTimersByTime(30_000);
  now = { ...progress, fates: { ...noFates, copied: 20 } };
  vi.advanceTimersByTime(10_000);
  hide();

  expect(stderr.written).toEqual([
    expect.stringContaining("9 copied"),
    expect.stringContaining("20 copied"),
  ]);
});
