import { expect, test } from "vitest";
import { periodOf } from "./schedule-expression.ts";

test.each([
  ["rate(1 minute)", 60_000],
  ["rate(15 minutes)", 900_000],
  ["rate(1 hour)", 3_600_000],
  ["rate(2 hours)", 7_200_000],
  ["rate(1 day)", 86_400_000],
  ["rate(30 days)", 2_592_000_000],
])("%s is one period of %i ms", (expression, milliseconds) => {
  expect(periodOf(expression)).toBe(milliseconds);
});

test.each([
  "rate(1 hours)",
  "rate(5 minute)",
  "rate(0 minutes)",
  "rate(1.5 hours)",
  "rate(1 second)",
  "rate(1 hour) ",
  "rate(-1 hours)",
  "at(2026-01-01T00:00:00)",
  "",
])("%j is refused, as AWS refuses it", (expression) => {
  expect(() => periodOf(expression)).toThrow("Parameter ScheduleExpression is not valid");
});

test("cron is refused by its name", () => {
  expect(() => periodOf("cron(0 12 * * ? *)")).toThrow(
    "the local cloud doesn't know the schedule cron(0 12 * * ? *): it has rate(…), no cron(…)",
  );
});
