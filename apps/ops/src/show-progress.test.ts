import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { showProgress, tellProgress } from "./show-progress.ts";
import { createTerminal } from "./terminal.ts";
import type { Progress } from "./watch/tally.ts";

const progress: Progress = {
  total: 40,
  uploaded: 25,
  bytes: 31_000_000,
  done: 9,
  counts: new Map([
    ["PROCESSING", 5],
    ["UNSUPPORTED", 1],
    ["READY", 8],
  ]),
};

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

function stream(isTTY: boolean) {
  const written: string[] = [];
  return { isTTY, columns: 200, written, write: (text: string) => written.push(text) };
}

test("the line tells what came out, what is under way and how fast it goes", () => {
  expect(tellProgress(progress, 3000)).toBe(
    "9 of 40 done · 8 READY, 1 UNSUPPORTED, 5 PROCESSING · 25 uploaded, 31.0 MB · 3.0 photos/s",
  );
});

test("before the first result it tells the uploads", () => {
  const begun = { total: 40, uploaded: 40, bytes: 0, done: 0, counts: new Map() };

  expect(tellProgress(begun, 0)).toBe("0 of 40 done · all uploaded, 0 B");
});

test("in a terminal the line moves, and is gone at the end", () => {
  const stderr = stream(true);
  const stop = showProgress(createTerminal(stream(false), stderr, {}), () => progress);

  vi.advanceTimersByTime(1000);
  stop();
  vi.advanceTimersByTime(1000);

  expect(stderr.written.some((text) => text.includes("9 of 40 done"))).toBe(true);
  expect(stderr.written.at(-1)).toBe("\r\u001b[2K");
});

test("into a log goes a line now and then, and only when something is new", () => {
  const stderr = stream(false);
  const stop = showProgress(createTerminal(stream(false), stderr, {}), () => progress);

  vi.advanceTimersByTime(60_000);
  stop();

  expect(stderr.written).toHaveLength(1);
  expect(stderr.written[0]).toMatch(/^9 of 40 done .*\n$/);
});
