import { join } from "node:path";
import { DescribeRuleCommand, EventBridgeClient } from "@aws-sdk/client-eventbridge";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { RuleDraft } from "../terraform/draft.ts";
import { createFakeClock, type FakeClock } from "../testing/fake-clock.ts";
import { temporaryFolder } from "../testing/temporary-folder.ts";
import { place, serve } from "../testing/test-endpoint.ts";
import type { TargetEvent } from "./deliveries.ts";
import { createEvents, type Events } from "./events.ts";

const ruleArn = "arn:aws:events:us-east-1:000000000000:rule/hourly";
const functionArn = "arn:aws:lambda:us-east-1:000000000000:function:f";
const rule = (changes: Partial<RuleDraft> = {}): RuleDraft => ({
  name: "hourly",
  arn: ruleArn,
  scheduleExpression: "rate(1 hour)",
  targets: [{ id: "f", arn: functionArn, maximumEventAgeSeconds: 3600, maximumRetryAttempts: 2 }],
  ...changes,
});

const minute = 60_000;
const hour = 60 * minute;
let clock: FakeClock;
let databaseFile: string;
let events: Events;
const deliver = vi.fn<(delivery: TargetEvent) => Promise<void>>();
const onFault = vi.fn();

function open(draft = rule(), at = clock): Events {
  const opened = createEvents({
    place,
    databaseFile,
    clock: at,
    deliver,
    sendDeadLetter: () => Promise.resolve(),
    onFault,
  });
  opened.putRule(draft);
  opened.start();
  return opened;
}

/** When the events that came were due. */
const times = () => deliver.mock.calls.map(([{ event }]) => (event as { time: string }).time);

beforeEach(() => {
  for (const fake of [deliver, onFault]) fake.mockReset();
  deliver.mockResolvedValue();
  clock = createFakeClock();
  databaseFile = join(temporaryFolder(), "events.db");
  events = open();
});
afterEach(async () => {
  await events.close();
  expect(onFault).not.toHaveBeenCalled();
});

test("the event comes to the rule's target at each of its times, as AWS sends it", async () => {
  await clock.advance(hour - 1);
  expect(deliver).not.toHaveBeenCalled();

  await clock.advance(1);
  expect(deliver.mock.calls).toEqual([
    [
      {
        ruleArn,
        targetArn: functionArn,
        event: {
          version: "0",
          id: expect.stringMatching(/^[0-9a-f-]{36}$/),
          "detail-type": "Scheduled Event",
          source: "aws.events",
          account: "000000000000",
          time: "2026-01-01T01:00:00Z",
          region: "us-east-1",
          resources: [ruleArn],
          detail: {},
        },
      },
    ],
  ]);

  await clock.advance(hour);
  await clock.advance(hour);
  expect(times()).toEqual(["2026-01-01T01:00:00Z", "2026-01-01T02:00:00Z", "2026-01-01T03:00:00Z"]);
});

test("a restart changes none of its times", async () => {
  await clock.advance(50 * minute);
  await events.close();
  events = open();

  await clock.advance(10 * minute);

  expect(times()).toEqual(["2026-01-01T01:00:00Z"]);
});

test("what was missed while nothing ran is not made up for", async () => {
  await events.close();
  await clock.advance(5.5 * hour);
  events = open();
  expect(deliver).not.toHaveBeenCalled();

  await clock.advance(0.5 * hour);

  expect(times()).toEqual(["2026-01-01T06:00:00Z"]);
});

test("a machine that slept for hours gets one event when it wakes, and goes on at the same times", async () => {
  await events.close();
  // A clock that has jumped when its timer rings at last.
  let now = clock.now();
  const timers: { atMs: number; callback: () => void }[] = [];
  const sleepy = {
    ...clock,
    now: () => now,
    setTimer(atMs: number, callback: () => void) {
      const timer = { atMs, callback };
      timers.push(timer);
      return () => void timers.splice(timers.indexOf(timer), 1);
    },
  };
  events = open(rule(), sleepy);
  now += 7.25 * hour;
  timers.shift()?.callback();
  await expect.poll(times).toEqual(["2026-01-01T07:00:00Z"]);

  expect(timers.map(({ atMs }) => new Date(atMs).toISOString())).toEqual([
    "2026-01-01T08:00:00.000Z",
  ]);
});

test("another expression begins anew; a rule without one raises nothing", async () => {
  await clock.advance(50 * minute);
  events.putRule(rule({ scheduleExpression: "rate(30 minutes)" }));
  await clock.advance(30 * minute);
  expect(times()).toEqual(["2026-01-01T01:20:00Z"]);

  events.putRule({ name: "hourly", arn: ruleArn, eventPattern: '{"source":["x"]}', targets: [] });
  await clock.advance(2 * hour);
  expect(deliver).toHaveBeenCalledTimes(1);
});

test("a schedule that isn't understood stops the start, by its rule's name", () => {
  expect(() => events.putRule(rule({ scheduleExpression: "cron(0 12 * * ? *)" }))).toThrow(
    /rule hourly can't be made: .*no cron/,
  );
});

test("the rule can be looked at with its schedule, and without a pattern", async () => {
  const endpoint = await serve([events.service]);
  const client = new EventBridgeClient(endpoint.client);

  const { $metadata, ...answer } = await client.send(new DescribeRuleCommand({ Name: "hourly" }));

  expect(answer).toEqual({
    Name: "hourly",
    Arn: ruleArn,
    ScheduleExpression: "rate(1 hour)",
    State: "ENABLED",
    EventBusName: "default",
  });
  client.destroy();
  await endpoint.close();
});
