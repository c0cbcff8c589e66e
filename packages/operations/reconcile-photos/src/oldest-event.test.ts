import { CloudWatchClient } from "@aws-sdk/client-cloudwatch";
import { SQSClient } from "@aws-sdk/client-sqs";
import { answering } from "@darkroom/lambda/testing";
import { expect, test } from "vitest";
import { oldestEvent } from "./oldest-event.ts";

const now = new Date("2026-05-01T12:00:30.000Z");
const queueUrl = "https://sqs.eu-west-1.amazonaws.com/123456789012/photo-events";

/** @param ages what CloudWatch has, in seconds by the minute that it is of */
function ask(messages: Record<string, number>, ages: Record<string, number>) {
  const asked: unknown[] = [];
  const sqs = new SQSClient(
    answering(() => ({
      body: JSON.stringify({
        QueueUrl: queueUrl,
        Attributes: Object.fromEntries(
          ["ApproximateNumberOfMessages", "NotVisible", "Delayed"].map((name) => [
            name === "ApproximateNumberOfMessages" ? name : `ApproximateNumberOfMessages${name}`,
            String(messages[name] ?? 0),
          ]),
        ),
      }),
    })),
  );
  const cloudwatch = new CloudWatchClient(
    answering(({ body }) => {
      asked.push(JSON.parse(body));
      return {
        body: JSON.stringify({
          Label: "ApproximateAgeOfOldestMessage",
          Datapoints: Object.entries(ages).map(([minute, Maximum]) => ({
            Timestamp: Date.parse(`2026-05-01T${minute}:00Z`) / 1000,
            Maximum,
            Unit: "Seconds",
          })),
        }),
      };
    }),
  );
  return { found: oldestEvent(sqs, cloudwatch, "photo-events", now), asked };
}

test("an empty queue has none, and its age isn't asked for", async () => {
  const { found, asked } = ask({}, { "11:59": 600 });
  expect(await found).toBeUndefined();
  expect(asked).toEqual([]);
});

test.each(["ApproximateNumberOfMessages", "NotVisible", "Delayed"])(
  "a message counts as %s: the latest measurement says since when one waits",
  async (state) => {
    const { found, asked } = ask({ [state]: 1 }, { "11:57": 5, "11:59": 600, "11:58": 540 });
    expect(await found).toEqual(new Date("2026-05-01T11:49:00.000Z"));
    expect(asked).toMatchObject([{ Dimensions: [{ Name: "QueueName", Value: "photo-events" }] }]);
  },
);

test("a queue that was idle until now may not be measured yet: then it is taken for a quarter of an hour", async () => {
  expect(await ask({ ApproximateNumberOfMessages: 1 }, {}).found).toEqual(
    new Date("2026-05-01T11:45:30.000Z"),
  );
});
