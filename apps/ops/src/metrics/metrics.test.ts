import { expect, test } from "vitest";
import { createTerminal } from "../terminal.ts";
import { chartLines } from "./chart.ts";
import { metricsLines } from "./metrics-lines.ts";
import { parseSince } from "./parse-since.ts";
import type { Metrics } from "./read-metrics.ts";
import { timeSpan } from "./time-span.ts";

const now = Date.UTC(2026, 0, 2, 12, 0, 30);
const hour = timeSpan(3_600_000, now);
const at = (minutes: number, value: number) => ({
  time: new Date(hour.since.getTime() + minutes * 60_000),
  value,
});

test.each([
  ["30m", 1_800_000],
  ["1h", 3_600_000],
  ["7d", 604_800_000],
])("--since %s", (text, milliseconds) => {
  expect(parseSince(text)).toBe(milliseconds);
});

test.each(["", "1", "0h", "-1h", "1.5h", "1w", "456d", "1h 3m"])(
  'bad usage: --since "%s" says what to give',
  (text) => {
    expect(() => parseSince(text)).toThrow(/--since.*30m, 1h or 7d/);
  },
);

test("a span begins with a whole period and never has more than 480", () => {
  expect(hour).toEqual({
    since: new Date(Date.UTC(2026, 0, 2, 11, 0)),
    until: new Date(now),
    periodSeconds: 60,
  });
  for (const days of [1, 7, 15, 16, 40, 455]) {
    const { since, until, periodSeconds } = timeSpan(days * 86_400_000, now);
    expect((until.getTime() - since.getTime()) / 1000 / periodSeconds).toBeLessThanOrEqual(482);
    expect(since.getTime() % (periodSeconds * 1000)).toBe(0);
    if (days >= 15) expect(periodSeconds % 3600).toBe(0);
  }
});

test("the chart shows a column a minute, the least one too", () => {
  const lines = chartLines([at(0, 60), at(10, 1), at(30, 30)], hour, 80);

  expect(lines).toHaveLength(8);
  expect(lines[0]).toBe("     60 |#");
  expect(lines[3]).toBe(`        |#${" ".repeat(29)}#`);
  expect(lines[5]).toBe(`        |#${" ".repeat(9)}#${" ".repeat(19)}#`);
  expect(lines[6]).toBe(`      0 +${"-".repeat(61)}`);
  expect(lines[7]).toMatch(/^ {9}11:00Z +12:00Z$/);
});

test("a narrow terminal gets fewer columns, each the average of its minutes", () => {
  const lines = chartLines([at(0, 30), at(1, 30)], hour, 40);

  expect(Math.max(...lines.map(({ length }) => length))).toBeLessThanOrEqual(40);
  expect(lines[0]).toBe("     30 |#");
});

test("nothing at all is an empty chart", () => {
  expect(chartLines([], hour, 80).slice(0, 6).join("")).not.toContain("#");
});

test("the figures are told in plain text when NO_COLOR is set, in colour what is wrong else", () => {
  const metrics: Metrics = {
    since: hour.since,
    until: hour.until,
    machines: {
      "darkroom-dev-image": {
        started: 5,
        succeeded: 3,
        failed: 2,
        timedOut: 0,
        aborted: 0,
        throttled: 7,
      },
    },
    startExecution: { invocations: 4, errors: 0, throttles: 0, failedStarts: 1 },
    photosFailed: 2,
    queues: {
      "darkroom-dev-photo-events-dead": {
        waiting: 1,
        inFlight: 0,
        mostWaiting: 3,
        oldestSeconds: 130,
        sent: 0,
      },
      "darkroom-dev-new": {
        waiting: null,
        inFlight: null,
        mostWaiting: null,
        oldestSeconds: null,
        sent: 0,
      },
    },
    started: [at(0, 5)],
  };
  const told = (env: NodeJS.ProcessEnv) => {
    const stream = { write() {}, isTTY: true, columns: 60 };
    return metricsLines(metrics, hour, createTerminal(stream, stream, env)).join("\n");
  };

  const plain = told({ NO_COLOR: "1" });
  expect(plain).toContain(
    "5 started, 3 succeeded, 2 failed, 0 timed out, 0 aborted, 7 transitions throttled",
  );
  expect(plain).toContain("4 invocations, 0 errors, 0 throttles, 1 failed starts");
  expect(plain).toContain("1 waiting (3 at most, the oldest for 2 min 10 s), 0 in flight");
  expect(plain).toContain("? waiting (? at most)");
  expect(plain).not.toContain("\x1b");
  expect(told({})).toContain("\x1b[31m2\x1b[39m failed");
});
