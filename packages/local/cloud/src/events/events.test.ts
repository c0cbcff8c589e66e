import { join } from "node:path";
import {
  DescribeRuleCommand,
  EventBridgeClient,
  ListEventBusesCommand,
  ListRulesCommand,
  ListTargetsByRuleCommand,
  PutEventsCommand,
  type PutEventsRequestEntry,
  PutRuleCommand,
  TestEventPatternCommand,
} from "@aws-sdk/client-eventbridge";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { AwsError } from "../aws-error.ts";
import type { RuleDraft } from "../terraform/draft.ts";
import { createFakeClock, type FakeClock } from "../testing/fake-clock.ts";
import { temporaryFolder } from "../testing/temporary-folder.ts";
import { place, serve, type TestEndpoint } from "../testing/test-endpoint.ts";
import type { DeadLetter, TargetEvent } from "./deliveries.ts";
import { createEvents, type Events } from "./events.ts";

const functionArn = "arn:aws:lambda:us-east-1:000000000000:function:f";
const rule = (changes: Partial<RuleDraft["targets"][number]> = {}): RuleDraft => ({
  name: "failures",
  arn: "arn:aws:events:us-east-1:000000000000:rule/failures",
  eventPattern: JSON.stringify({ source: ["my.app", "aws.states"], detail: { n: [1] } }),
  targets: [
    {
      id: "f",
      arn: functionArn,
      maximumEventAgeSeconds: 3600,
      maximumRetryAttempts: 2,
      ...changes,
    },
  ],
});

let clock: FakeClock;
let databaseFile: string;
let events: Events;
let endpoint: TestEndpoint;
let client: EventBridgeClient;
const deliver = vi.fn<(delivery: TargetEvent) => Promise<void>>();
const sendDeadLetter = vi.fn<(letter: DeadLetter) => Promise<void>>();
const onFault = vi.fn();

async function open(draft = rule()): Promise<void> {
  events = createEvents({
    place,
    databaseFile,
    clock,
    deliver,
    sendDeadLetter,
    onFault,
    random: () => 1,
  });
  events.putRule(draft);
  events.start();
  endpoint = await serve([events.service]);
  client = new EventBridgeClient(endpoint.client);
}

async function close(): Promise<void> {
  client.destroy();
  await events.close();
  await endpoint.close();
}

beforeEach(async () => {
  for (const fake of [deliver, sendDeadLetter, onFault]) fake.mockReset();
  deliver.mockResolvedValue();
  sendDeadLetter.mockResolvedValue();
  clock = createFakeClock();
  databaseFile = join(temporaryFolder(), "events.db");
  await open();
});
afterEach(close);

const put = (...Entries: PutEventsRequestEntry[]) => client.send(new PutEventsCommand({ Entries }));
const entry = (n: number, more: PutEventsRequestEntry = {}): PutEventsRequestEntry => ({
  Source: "my.app",
  DetailType: "thing",
  Detail: JSON.stringify({ n }),
  ...more,
});

describe("an event", () => {
  test("comes to the targets of the rules that match it, whole", async () => {
    const { Entries } = await put(
      entry(1, { Resources: ["arn:x"], Time: new Date(1_700_000_000_500) }),
      entry(2),
    );

    expect(deliver).toHaveBeenCalledTimes(1);
    expect(deliver).toHaveBeenCalledWith({
      ruleArn: rule().arn,
      targetArn: functionArn,
      event: {
        version: "0",
        id: Entries?.[0]?.EventId,
        "detail-type": "thing",
        source: "my.app",
        account: "000000000000",
        time: "2023-11-14T22:13:20Z",
        region: "us-east-1",
        resources: ["arn:x"],
        detail: { n: 1 },
      },
    });
  });

  test("of AWS's own comes by the inner way, and is refused from outside", async () => {
    await events.putServiceEvent({
      source: "aws.states",
      "detail-type": "change",
      resources: [],
      detail: { n: 1 },
      time: clock.now(),
    });
    const refused = await put(entry(1, { Source: "aws.states" }));

    expect(deliver).toHaveBeenCalledTimes(1);
    expect(refused).toMatchObject({
      FailedEntryCount: 1,
      Entries: [
        {
          ErrorCode: "NotAuthorizedForSourceException",
          ErrorMessage: "Not authorized for the source.",
        },
      ],
    });
  });

  test.each<[PutEventsRequestEntry, string]>([
    [
      { Source: undefined },
      "Parameter Source is not valid. Reason: Source is a required argument.",
    ],
    [{ Detail: "" }, "Parameter Detail is not valid. Reason: Detail is a required argument."],
    [{ Detail: "[1]" }, "Detail is malformed."],
    [{ Detail: "{" }, "Detail is malformed."],
    [{ Detail: `{"x":${"[".repeat(2000)}${"]".repeat(2000)}}` }, "Detail is malformed."],
    [{ EventBusName: "mine" }, "Event bus mine does not exist"],
  ])("with %o fails alone", async (wrong, message) => {
    const { FailedEntryCount, Entries } = await put(entry(1, wrong), entry(1));

    expect(FailedEntryCount).toBe(1);
    expect(Entries?.[0]?.ErrorMessage).toContain(message);
    expect(Entries?.[1]?.EventId).toBeDefined();
    expect(deliver).toHaveBeenCalledTimes(1);
  });

  test("that is too large is refused", async () => {
    await expect(
      put(entry(1, { Detail: JSON.stringify({ n: 1, x: "x".repeat(1_048_576) }) })),
    ).rejects.toThrow("Total size of the entries in the request is over the limit.");
  });
});

describe("a delivery that fails", () => {
  test("is tried again, later each time, until it comes through", async () => {
    deliver.mockRejectedValueOnce(new Error("not now")).mockRejectedValueOnce(new Error("not now"));
    await put(entry(1));
    await clock.timersSet(1);

    await clock.advance(999);
    expect(deliver).toHaveBeenCalledTimes(1);
    await clock.advance(1);
    expect(deliver).toHaveBeenCalledTimes(2);
    await clock.advance(2000);
    expect(deliver).toHaveBeenCalledTimes(3);
    await clock.advance(1_000_000);
    expect(deliver).toHaveBeenCalledTimes(3);
    expect(onFault).not.toHaveBeenCalled();
  });

  test("is dropped after its retries, and that is told", async () => {
    deliver.mockRejectedValue(new Error("never"));
    await put(entry(1));
    await clock.timersSet(1);

    await clock.advance(1_000_000);

    expect(deliver).toHaveBeenCalledTimes(3);
    expect(onFault).toHaveBeenCalledExactlyOnceWith(
      expect.objectContaining({ message: "never" }),
      expect.stringContaining(`${functionArn}: dropped after 3 tries, MaximumRetryAttempts`),
    );
  });

  test("is dropped when the event is too old", async () => {
    await close();
    await open(rule({ maximumEventAgeSeconds: 60, maximumRetryAttempts: 185 }));
    deliver.mockRejectedValue(new Error("never"));
    await put(entry(1));
    await clock.timersSet(1);

    await clock.advance(1_000_000);

    // At 0, 1, 3, 7, 15 and 31 seconds; the next would be at 63.
    expect(deliver).toHaveBeenCalledTimes(6);
    expect(onFault.mock.lastCall?.[1]).toContain("MaximumEventAgeInSeconds");
  });

  test("is not tried again when the target is gone", async () => {
    deliver.mockRejectedValue(new AwsError("ResourceNotFoundException", "no such function"));
    await put(entry(1));
    await clock.advance(0);

    await clock.advance(1_000_000);

    expect(deliver).toHaveBeenCalledTimes(1);
    expect(onFault).toHaveBeenCalledTimes(1);
  });

  test("goes to the rule's dead-letter queue, with the reason, also when that can't be had at once", async () => {
    await close();
    const deadLetterArn = "arn:aws:sqs:us-east-1:000000000000:dead";
    await open(rule({ maximumRetryAttempts: 0, deadLetterArn }));
    deliver.mockRejectedValue(new AwsError("TooManyRequestsException", "busy"));
    sendDeadLetter.mockRejectedValueOnce(new Error("not now"));
    await put(entry(1));
    await clock.timersSet(1);

    await clock.advance(10_000);

    expect(sendDeadLetter).toHaveBeenCalledTimes(2);
    const letter = sendDeadLetter.mock.lastCall?.[0];
    expect(letter).toMatchObject({ queueArn: deadLetterArn, ruleArn: rule().arn });
    expect(JSON.parse(letter?.body ?? "")).toMatchObject({ source: "my.app", detail: { n: 1 } });
    expect(letter?.attributes).toMatchObject({
      TARGET_ARN: { StringValue: functionArn },
      ERROR_CODE: { StringValue: "TooManyRequestsException" },
      EXHAUSTED_RETRY_CONDITION: { StringValue: "MaximumRetryAttempts" },
      RETRY_ATTEMPTS: { DataType: "Number", StringValue: "0" },
    });
    expect(onFault).not.toHaveBeenCalled();
  });

  test("goes on after a restart", async () => {
    deliver.mockRejectedValueOnce(new Error("not now"));
    await put(entry(1));
    await clock.timersSet(1);
    await close();
    await open();

    await clock.advance(1000);

    expect(deliver).toHaveBeenCalledTimes(2);
  });
});

test("a close waits for what is under way, and nothing comes after it", async () => {
  let finish = (): void => {};
  deliver.mockImplementationOnce(() => new Promise((resolve) => (finish = resolve)));
  await put(entry(1));
  const closing = events.close();
  finish();
  await closing;

  client.destroy();
  await endpoint.close();
  await open();
  await clock.advance(1_000_000);
  expect(deliver).toHaveBeenCalledTimes(1);
});

test("rules, targets and the bus can be looked at", async () => {
  const { Rules } = await client.send(new ListRulesCommand({ NamePrefix: "fail" }));
  const { Targets } = await client.send(new ListTargetsByRuleCommand({ Rule: "failures" }));
  const { EventBuses } = await client.send(new ListEventBusesCommand());

  expect(Rules).toEqual([
    {
      Name: "failures",
      Arn: rule().arn,
      EventPattern: rule().eventPattern,
      State: "ENABLED",
      EventBusName: "default",
    },
  ]);
  expect(Targets).toEqual([
    {
      Id: "f",
      Arn: functionArn,
      RetryPolicy: { MaximumEventAgeInSeconds: 3600, MaximumRetryAttempts: 2 },
    },
  ]);
  expect(EventBuses).toEqual([
    { Name: "default", Arn: "arn:aws:events:us-east-1:000000000000:event-bus/default" },
  ]);
  await expect(client.send(new DescribeRuleCommand({ Name: "x" }))).rejects.toMatchObject({
    name: "ResourceNotFoundException",
    message: "Rule x does not exist on EventBus default.",
  });
  await expect(client.send(new PutRuleCommand({ Name: "x" }))).rejects.toThrow("events:PutRule");
});

test("a pattern can be tried on an event", async () => {
  const tryOut = (EventPattern: string, event: object = {}) =>
    client.send(
      new TestEventPatternCommand({
        EventPattern,
        Event: JSON.stringify({
          id: "1",
          account: "000000000000",
          source: "s",
          time: "2026-01-01T00:00:00Z",
          region: "us-east-1",
          "detail-type": "t",
          ...event,
        }),
      }),
    );

  expect((await tryOut('{"source":["s"]}')).Result).toBe(true);
  expect((await tryOut('{"source":["x"]}')).Result).toBe(false);
  await expect(tryOut('{"source":"s"}')).rejects.toMatchObject({
    name: "InvalidEventPatternException",
    message: 'Event pattern is not valid. Reason: "source" must be an object or an array',
  });
  await expect(tryOut('{"source":["s"]}', { id: 1 })).rejects.toThrow(
    "Parameter Event is not valid.",
  );
});

test("a rule with a pattern that isn't understood stops the start, by its name", () => {
  const wrong = { ...rule(), eventPattern: '{"source":[{"cidr":"10.0.0.0/8"}]}' };

  expect(() => events.putRule(wrong)).toThrow(/rule failures .* cidr/);
});

test("who may not put events puts none", async () => {
  const other = new EventBridgeClient({
    ...endpoint.client,
    credentials: endpoint.roleKey("none"),
  });

  await expect(other.send(new PutEventsCommand({ Entries: [entry(1)] }))).rejects.toMatchObject({
    name: "AccessDeniedException",
  });
  expect(deliver).not.toHaveBeenCalled();
  other.destroy();
});
