import { expect, test } from "vitest";
import { loadStack } from "../load-stack.ts";

const stackWith = (rule: object) =>
  JSON.stringify({
    resource: {
      aws_cloudwatch_event_rule: { ticks: rule },
      aws_cloudwatch_event_target: {
        queue: {
          rule: "${aws_cloudwatch_event_rule.ticks.name}",
          target_id: "queue",
          arn: "${aws_sqs_queue.ticks.arn}",
        },
      },
      aws_sqs_queue: { ticks: { name: "ticks" } },
    },
  });
const pattern = '{"source":["my.app"]}';

test.each([
  [{ event_pattern: pattern }, { eventPattern: pattern }],
  [{ schedule_expression: "rate(1 hour)" }, { scheduleExpression: "rate(1 hour)" }],
  [
    { event_pattern: pattern, schedule_expression: "rate(1 hour)" },
    { eventPattern: pattern, scheduleExpression: "rate(1 hour)" },
  ],
])("a rule has what it says of pattern and schedule: %j", (said, expected) => {
  const { draft } = loadStack(stackWith({ name: "ticks", ...said }), "000000000000");

  expect([...draft.rules.values()]).toEqual([
    {
      name: "ticks",
      arn: "arn:aws:events:us-east-1:000000000000:rule/ticks",
      ...expected,
      targets: [
        {
          id: "queue",
          arn: "arn:aws:sqs:us-east-1:000000000000:ticks",
          maximumEventAgeSeconds: 86_400,
          maximumRetryAttempts: 185,
        },
      ],
    },
  ]);
});

test.each([
  [{ name: "ticks" }, "neither event_pattern nor schedule_expression"],
  [
    { name: "ticks", schedule_expression: "rate(1 hour)", event_bus_name: "other" },
    "event_bus_name",
  ],
])("what a rule can't be is an error that says so: %j", (rule, text) => {
  expect(() => loadStack(stackWith(rule), "000000000000")).toThrow(text);
});
