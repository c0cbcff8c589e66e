import { join } from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import { createFakeClock, type FakeClock } from "../testing/fake-clock.ts";
import { temporaryFolder } from "../testing/temporary-folder.ts";
import { place } from "../testing/test-endpoint.ts";
import { createSqs, type Sqs } from "./sqs.ts";

const call = {
  caller: { kind: "operator" as const, accountId: place.accountId, arn: "arn:aws:iam::0:user/o" },
  authorize: () => {},
  requestId: "test",
  signal: new AbortController().signal,
};
const arn = "arn:aws:sqs:us-east-1:000000000000:q";

const openSqs = (clock: FakeClock, databaseFile = ":memory:"): Sqs =>
  createSqs({
    place,
    databaseFile,
    clock,
    endpointUrl: "",
    onFault: (error) => {
      throw error;
    },
  });

interface Received {
  readonly Messages?: readonly { readonly Body: string; readonly ReceiptHandle: string }[];
}

type Step =
  | { readonly kind: "send"; readonly delay: number }
  | { readonly kind: "receive"; readonly timeout: number; readonly maximum: number }
  | { readonly kind: "delete" | "giveBack"; readonly which: number }
  | { readonly kind: "wait"; readonly seconds: number };

const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ kind: fc.constant("send" as const), delay: fc.integer({ min: 0, max: 3 }) }),
  fc.record({
    kind: fc.constant("receive" as const),
    timeout: fc.integer({ min: 1, max: 5 }),
    maximum: fc.integer({ min: 1, max: 3 }),
  }),
  fc.record({
    kind: fc.constantFrom("delete" as const, "giveBack" as const),
    which: fc.nat(20),
  }),
  fc.record({ kind: fc.constant("wait" as const), seconds: fc.integer({ min: 1, max: 4 }) }),
);

test("whatever is done with a queue, nobody gets a message that another one has, and none is lost", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
      const clock = createFakeClock();
      const sqs = openSqs(clock);
      await sqs.service.call("CreateQueue", { QueueName: "q" }, call);
      const QueueUrl = sqs.queueUrl(arn);
      /** What should be true: for each message, when it is visible. */
      const visibleAt = new Map<string, number>();
      const held = new Map<string, string>();
      let sent = 0;

      for (const one of steps) {
        switch (one.kind) {
          case "send": {
            const MessageBody = String(++sent);
            await sqs.service.call(
              "SendMessage",
              { QueueUrl, MessageBody, DelaySeconds: one.delay },
              call,
            );
            visibleAt.set(MessageBody, clock.now() + one.delay * 1000);
            break;
          }
          case "receive": {
            const { Messages = [] } = (await sqs.service.call(
              "ReceiveMessage",
              { QueueUrl, MaxNumberOfMessages: one.maximum, VisibilityTimeout: one.timeout },
              call,
            )) as Received;
            const there = [...visibleAt].filter(([, at]) => at <= clock.now()).length;
            expect(Messages.length).toBe(Math.min(there, one.maximum));
            for (const { Body, ReceiptHandle } of Messages) {
              expect(visibleAt.get(Body)).toBeLessThanOrEqual(clock.now());
              visibleAt.set(Body, clock.now() + one.timeout * 1000);
              held.set(Body, ReceiptHandle);
            }
            break;
          }
          case "wait":
            await clock.advance(one.seconds * 1000);
            break;
          default: {
            const [body, ReceiptHandle] = [...held][one.which % Math.max(held.size, 1)] ?? [];
            if (body === undefined) break;
            if (one.kind === "delete") {
              await sqs.service.call("DeleteMessage", { QueueUrl, ReceiptHandle }, call);
              visibleAt.delete(body);
              held.delete(body);
            } else {
              const change = { QueueUrl, ReceiptHandle, VisibilityTimeout: 0 };
              await sqs.service.call("ChangeMessageVisibility", change, call);
              visibleAt.set(body, clock.now());
            }
          }
        }
      }

      const depth = sqs.depth(arn);
      await sqs.close();
      expect(depth?.visible).toBe([...visibleAt.values()].filter((at) => at <= clock.now()).length);
      expect((depth?.visible ?? 0) + (depth?.inFlight ?? 0) + (depth?.delayed ?? 0)).toBe(
        visibleAt.size,
      );
    }),
    { numRuns: 40 },
  );
});

test("a waiting receiver looks at the database only when something changed", async () => {
  const clock = createFakeClock();
  const sqs = openSqs(clock);
  await sqs.service.call("CreateQueue", { QueueName: "q" }, call);

  const receiving = sqs.service.call(
    "ReceiveMessage",
    { QueueUrl: "q", WaitTimeSeconds: 20 },
    call,
  );
  // Its own end is the only timer there is: an empty queue has nothing that could become visible.
  await clock.timersSet(1);
  await sqs.service.call("SendMessage", { QueueUrl: "q", MessageBody: "x" }, call);

  expect(await receiving).toHaveProperty("Messages");
  await sqs.close();
});

test("what a part of an earlier process had received is there again at once, and no attempt was used up", async () => {
  const databaseFile = join(temporaryFolder(), "sqs.sqlite");
  const clock = createFakeClock();
  const open = async () => {
    const sqs = openSqs(clock, databaseFile);
    const receive = async (inProcess: boolean) => {
      const input = {
        QueueUrl: sqs.queueUrl(arn),
        MaxNumberOfMessages: 1,
        AttributeNames: ["ApproximateReceiveCount"],
      };
      const answer = await sqs.service.call("ReceiveMessage", input, {
        ...call,
        ...(inProcess ? { inProcess: true } : {}),
      });
      return (answer as { Messages?: { Body: string; Attributes: object }[] }).Messages;
    };
    return { sqs, receive };
  };
  const before = await open();
  await before.sqs.service.call("CreateQueue", { QueueName: "q" }, call);
  for (const MessageBody of ["for a mapping", "for a client"]) {
    const input = { QueueUrl: before.sqs.queueUrl(arn), MessageBody };
    await before.sqs.service.call("SendMessage", input, call);
  }
  await before.receive(true);
  await before.receive(false);
  await before.sqs.close();

  const after = await open();

  expect(await after.receive(true)).toMatchObject([
    { Body: "for a mapping", Attributes: { ApproximateReceiveCount: "1" } },
  ]);
  expect(await after.receive(true)).toBeUndefined();
  await after.sqs.close();
});

test("messages of a clock that was ahead are visible when they would have been, counted from today", async () => {
  const databaseFile = join(temporaryFolder(), "sqs.sqlite");
  const ahead = createFakeClock(Date.UTC(2026, 0, 1, 1));
  const before = openSqs(ahead, databaseFile);
  await before.service.call("CreateQueue", { QueueName: "q" }, call);
  const QueueUrl = before.queueUrl(arn);
  await before.service.call("SendMessage", { QueueUrl, MessageBody: "at once" }, call);
  await before.service.call(
    "SendMessage",
    { QueueUrl, MessageBody: "later", DelaySeconds: 60 },
    call,
  );
  await before.close();

  const today = createFakeClock(Date.UTC(2026, 0, 1));
  const after = openSqs(today, databaseFile);
  const receive = async () => {
    const input = { QueueUrl, MaxNumberOfMessages: 10 };
    const { Messages = [] } = (await after.service.call("ReceiveMessage", input, call)) as Received;
    return Messages.map(({ Body }) => Body);
  };

  expect(await receive()).toEqual(["at once"]);
  await today.advance(59_000);
  expect(await receive()).not.toContain("later");
  await today.advance(1000);
  expect(await receive()).toContain("later");
  await after.close();
});
