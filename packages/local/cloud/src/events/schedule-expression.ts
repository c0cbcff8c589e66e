const unitMs = { minute: 60_000, hour: 3_600_000, day: 86_400_000 };

/**
 * Reads `rate(value unit)`: the unit is singular for a value of 1 alone
 * (https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-scheduled-rule-pattern.html).
 * @returns its period in milliseconds
 * @throws Error that says what is wrong with anything else, `cron(…)` among it
 */
export function periodOf(expression: string): number {
  if (/^cron\(.*\)$/.test(expression)) {
    throw new Error(
      `the local cloud doesn't know the schedule ${expression}: it has rate(…), no cron(…)`,
    );
  }
  const [, digits = "", unit = "", plural = ""] =
    /^rate\(([1-9]\d{0,5}) (minute|hour|day)(s?)\)$/.exec(expression) ?? [];
  const value = Number(digits);
  if (!isUnit(unit) || (value === 1) !== (plural === "")) {
    throw new Error(
      `Parameter ScheduleExpression is not valid: ${JSON.stringify(expression)} is no rate(1 minute|hour|day) or rate(n minutes|hours|days)`,
    );
  }
  return value * unitMs[unit];
}

const isUnit = (text: string): text is keyof typeof unitMs => Object.hasOwn(unitMs, text);
