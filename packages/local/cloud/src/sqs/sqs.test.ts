import { join } from "node:path";
import {
  ChangeMessageVisibilityCommand,
  CreateQueueCommand,
  DeleteMessageBatchCommand,
  DeleteMessageCommand,
  DeleteQueueCommand,
  GetQueueAttributesCommand,
  GetQueueUrlCommand,
  ListDeadLetterSourceQueuesCommand,
  ListQueuesCommand,
  type Message,
  PurgeQueueCommand,
  ReceiveMessageCommand,
  type ReceiveMessageCommandInput,
  SendMessageBatchCommand,
  SendMessageCommand,
  type SendMessageCommandInput,
  SetQueueAttributesCommand,
  SQSClient,
  TagQueueCommand,
} from "@aws-sdk/client-sqs";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { QueueDraft } from "../terraform/draft.ts";
import { createFakeClock, type FakeClock } from "../testing/fake-clock.ts";
import { temporaryFolder } from "../testing/temporary-folder.ts";
import { place, serve, type TestEndpoint } from "../testing/test-endpoint.ts";
import { createSqs, type Sqs } from "./sqs.ts";

const arnOf = (name: string): string => `arn:aws:sqs:us-east-1:000000000000:${name}`;
const draft = (name: string, changes: Partial<QueueDraft> = {}): QueueDraft => ({
  name,
  visibilityTimeoutSeconds: 30,
  messageRetentionSeconds: 345_600,
  receiveWaitTimeSeconds: 0,
  delaySeconds: 0,
  maxMessageSize: 262_144,
  sseEnabled: true,
  ...changes,
});

let clock: FakeClock;
let databaseFile: string;
let sqs: Sqs;
let endpoint: TestEndpoint;
let client: SQSClient;
const onFault = vi.fn();

async function open(): Promise<void> {
  sqs = createSqs({
    place,
    databaseFile,
    clock,
    endpointUrl: "http://127.0.0.1:4566",
    onFault,
  });
  sqs.putQueue(draft("dead"));
  sqs.putQueue(
    draft("work", { redrive: { deadLetterTargetArn: arnOf("dead"), maxReceiveCount: 2 } }),
  );
  sqs.start();
  endpoint = await serve([sqs.service]);
  client = new SQSClient(endpoint.client);
}

async function close(): Promise<void> {
  client.destroy();
  await sqs.close();
  await endpoint.close();
}

beforeEach(async () => {
  clock = createFakeClock();
  databaseFile = join(temporaryFolder(), "sqs.db");
  await open();
});

afterEach(async () => {
  await close();
  expect(onFault).not.toHaveBeenCalled();
});

const work = "http://127.0.0.1:4566/000000000000/work";
const dead = "http://127.0.0.1:4566/000000000000/dead";

const send = (MessageBody: string, more: Partial<SendMessageCommandInput> = {}) =>
  client.send(new SendMessageCommand({ QueueUrl: work, MessageBody, ...more }));

async function receive(more: Partial<ReceiveMessageCommandInput> = {}): Promise<Message[]> {
  const { Messages } = await client.send(
    new ReceiveMessageCommand({ QueueUrl: work, MaxNumberOfMessages: 10, ...more }),
  );
  return Messages ?? [];
}

const bodies = (messages: readonly Message[]) => messages.map(({ Body }) => Body);

describe("a message", () => {
  test("is received once, and not by others until its visibility timeout is over", async () => {
    await send("one");

    expect(bodies(await receive())).toEqual(["one"]);
    expect(await receive()).toEqual([]);
    await clock.advance(29_999);
    expect(await receive()).toEqual([]);
    await clock.advance(1);
    expect(bodies(await receive())).toEqual(["one"]);
  });

  test("is gone when it was deleted", async () => {
    await send("one");
    const [message] = await receive();

    await client.send(
      new DeleteMessageCommand({ QueueUrl: work, ReceiptHandle: message?.ReceiptHandle }),
    );

    await clock.advance(60_000);
    expect(await receive()).toEqual([]);
  });

  test("is not deleted by the handle of an earlier receive, which is no error", async () => {
    await send("one");
    const [first] = await receive();
    await clock.advance(30_000);
    await receive();

    await client.send(
      new DeleteMessageCommand({ QueueUrl: work, ReceiptHandle: first?.ReceiptHandle }),
    );

    expect(sqs.depth(arnOf("work"))).toEqual({ visible: 0, inFlight: 1, delayed: 0 });
  });

  test("comes with the attributes and checksums that SDKs verify", async () => {
    await send("body", {
      MessageAttributes: {
        Name: { DataType: "String", StringValue: "Ä" },
        "count.n": { DataType: "Number", StringValue: "12.5" },
        blob: { DataType: "Binary.png", BinaryValue: new Uint8Array([0, 255]) },
      },
      MessageSystemAttributes: { AWSTraceHeader: { DataType: "String", StringValue: "Root=1" } },
    });

    const [all] = await receive({
      MessageAttributeNames: ["All"],
      MessageSystemAttributeNames: ["All"],
      VisibilityTimeout: 0,
    });
    const [some] = await receive({ MessageAttributeNames: ["count.*", "blob"] });

    expect(all?.MessageAttributes).toMatchObject({
      Name: { StringValue: "Ä" },
      "count.n": { StringValue: "12.5" },
      blob: { BinaryValue: new Uint8Array([0, 255]) },
    });
    expect(all?.Attributes).toEqual({
      SenderId: expect.stringMatching(/^AIDA[A-Z2-7]{17}$/),
      SentTimestamp: String(clock.now()),
      ApproximateReceiveCount: "1",
      ApproximateFirstReceiveTimestamp: String(clock.now()),
      AWSTraceHeader: "Root=1",
    });
    expect(Object.keys(some?.MessageAttributes ?? {})).toEqual(["count.n", "blob"]);
    expect(some?.Attributes).toBeUndefined();
  });

  test("waits for its delay", async () => {
    await send("later", { DelaySeconds: 5 });

    expect(await receive()).toEqual([]);
    expect(sqs.depth(arnOf("work"))).toEqual({ visible: 0, inFlight: 0, delayed: 1 });
    await clock.advance(5000);
    expect(bodies(await receive())).toEqual(["later"]);
  });

  test("is forgotten when it is older than its queue keeps it", async () => {
    sqs.putQueue(draft("work", { messageRetentionSeconds: 60 }));
    await send("old");

    await clock.advance(60_000);

    expect(await receive()).toEqual([]);
    expect(sqs.depth(arnOf("work"))).toEqual({ visible: 0, inFlight: 0, delayed: 0 });
  });

  test("can be given back at once", async () => {
    await send("one");
    const [message] = await receive();

    await client.send(
      new ChangeMessageVisibilityCommand({
        QueueUrl: work,
        ReceiptHandle: message?.ReceiptHandle,
        VisibilityTimeout: 0,
      }),
    );

    expect(bodies(await receive())).toEqual(["one"]);
  });

  test("can't be kept for more than 12 hours", async () => {
    await send("one");
    const [message] = await receive();
    await clock.advance(10_000);

    const change = client.send(
      new ChangeMessageVisibilityCommand({
        QueueUrl: work,
        ReceiptHandle: message?.ReceiptHandle,
        VisibilityTimeout: 43_195,
      }),
    );

    await expect(change).rejects.toThrow(
      "Total VisibilityTimeout for the message is beyond the limit [43200 seconds]",
    );
  });
});

describe("a receive that waits", () => {
  test("ends at once when a message is sent", async () => {
    const receiving = receive({ WaitTimeSeconds: 20 });
    await clock.timersSet(2);

    await send("one");

    expect(bodies(await receiving)).toEqual(["one"]);
    expect(sqs.depth(arnOf("work"))).toMatchObject({ inFlight: 1 });
  });

  test("ends when a delayed message becomes visible, and when one is given back", async () => {
    await send("later", { DelaySeconds: 3 });
    const first = receive({ WaitTimeSeconds: 20 });
    await clock.timersSet(3);
    await clock.advance(3000);
    const [message] = await first;
    const second = receive({ WaitTimeSeconds: 20 });
    await clock.timersSet(3);

    await client.send(
      new ChangeMessageVisibilityCommand({
        QueueUrl: work,
        ReceiptHandle: message?.ReceiptHandle,
        VisibilityTimeout: 1,
      }),
    );
    await clock.advance(1000);

    expect(bodies(await second)).toEqual(["later"]);
  });

  test("ends with nothing when its time is over", async () => {
    const receiving = receive({ WaitTimeSeconds: 20 });
    await clock.timersSet(2);

    await clock.advance(20_000);

    expect(await receiving).toEqual([]);
  });

  test("takes no message once its client has gone", async () => {
    const gone = new AbortController();
    const receiving = sqs.service.call(
      "ReceiveMessage",
      { QueueUrl: work, WaitTimeSeconds: 20 },
      endpoint.callAs(undefined, gone.signal),
    );
    await clock.timersSet(2);
    gone.abort();

    await send("one");

    expect(await receiving).toEqual({});
    expect(bodies(await receive())).toEqual(["one"]);
  });

  test("shares messages with others that wait, first come first served", async () => {
    const receivers = [1, 2].map(() => receive({ WaitTimeSeconds: 20, MaxNumberOfMessages: 1 }));
    await clock.timersSet(3);

    await client.send(
      new SendMessageBatchCommand({
        QueueUrl: work,
        Entries: ["a", "b", "c"].map((body) => ({ Id: body, MessageBody: body })),
      }),
    );

    expect((await Promise.all(receivers)).flatMap(bodies).sort()).toEqual(["a", "b"]);
    expect(bodies(await receive())).toEqual(["c"]);
  });

  test("is let go when the service closes", async () => {
    const receiving = sqs.service.call(
      "ReceiveMessage",
      { QueueUrl: work, WaitTimeSeconds: 20 },
      endpoint.callAs(),
    );
    await clock.timersSet(2);

    await close();
    expect(await receiving).toEqual({});
    await open();
  });
});

describe("dead letters", () => {
  test("a message moves when the next receive would be one too many, and says where it died", async () => {
    const sent = await send("poison");
    for (let count = 1; count <= 2; count++) {
      expect(bodies(await receive())).toEqual(["poison"]);
      await clock.advance(30_000);
    }

    expect(await receive()).toEqual([]);

    const [letter] = await receive({ QueueUrl: dead, MessageSystemAttributeNames: ["All"] });
    expect(letter?.MessageId).toBe(sent.MessageId);
    expect(letter?.Attributes).toMatchObject({
      DeadLetterQueueSourceArn: arnOf("work"),
      ApproximateReceiveCount: "3",
    });
  });

  test("wake the receiver that waits for them", async () => {
    await send("poison");
    for (let count = 1; count <= 2; count++) {
      await receive();
      await clock.advance(30_000);
    }
    const waiting = receive({ QueueUrl: dead, WaitTimeSeconds: 20 });
    await clock.timersSet(2);

    await receive();

    expect(bodies(await waiting)).toEqual(["poison"]);
  });

  test("name the queues that they come from", async () => {
    const { queueUrls } = await client.send(
      new ListDeadLetterSourceQueuesCommand({ QueueUrl: dead }),
    );

    expect(queueUrls).toEqual([work]);
  });

  test("are refused by a queue that does not allow it, and in a circle", async () => {
    const setRedrive = (QueueUrl: string, target: string) =>
      client.send(
        new SetQueueAttributesCommand({
          QueueUrl,
          Attributes: {
            RedrivePolicy: JSON.stringify({
              deadLetterTargetArn: arnOf(target),
              maxReceiveCount: "3",
            }),
          },
        }),
      );
    await client.send(
      new CreateQueueCommand({
        QueueName: "closed",
        Attributes: { RedriveAllowPolicy: JSON.stringify({ redrivePermission: "denyAll" }) },
      }),
    );

    await expect(setRedrive(work, "closed")).rejects.toThrow("does not allow");
    await expect(setRedrive(work, "nowhere")).rejects.toThrow("Dead letter target does not exist.");
    await expect(setRedrive(dead, "work")).rejects.toThrow("circle");
  });

  test("stop the start when the stack names a dead-letter queue that it does not make", () => {
    sqs.putQueue(
      draft("orphan", { redrive: { deadLetterTargetArn: arnOf("nowhere"), maxReceiveCount: 1 } }),
    );

    expect(() => sqs.start()).toThrow(/queue orphan .* Dead letter target does not exist/);
  });
});

describe("a batch", () => {
  test("sends what can be sent, and says what is wrong with the rest", async () => {
    const result = await client.send(
      new SendMessageBatchCommand({
        QueueUrl: work,
        Entries: [
          { Id: "good", MessageBody: "good" },
          { Id: "control", MessageBody: "a\u0001b" },
          { Id: "delay", MessageBody: "x", DelaySeconds: 901 },
          { Id: "long", MessageBody: "x".repeat(262_145) },
        ],
      }),
    );

    expect(result.Successful?.map(({ Id }) => Id)).toEqual(["good"]);
    expect(result.Failed?.map(({ Id, Code }) => [Id, Code])).toEqual([
      ["control", "InvalidMessageContents"],
      ["delay", "InvalidParameterValue"],
      ["long", "InvalidParameterValue"],
    ]);
    expect(bodies(await receive())).toEqual(["good"]);
  });

  test("is refused as a whole when its form is wrong", async () => {
    const batch = (...ids: string[]) =>
      client.send(
        new SendMessageBatchCommand({
          QueueUrl: work,
          Entries: ids.map((Id) => ({ Id, MessageBody: "x" })),
        }),
      );

    await expect(batch()).rejects.toMatchObject({ name: "EmptyBatchRequest" });
    await expect(batch("a", "a")).rejects.toMatchObject({ name: "BatchEntryIdsNotDistinct" });
    await expect(batch("a b")).rejects.toMatchObject({ name: "InvalidBatchEntryId" });
    await expect(batch(..."abcdefghijk")).rejects.toMatchObject({
      name: "TooManyEntriesInBatchRequest",
      message: "Maximum number of entries per request are 10. You have sent 11.",
    });
  });

  test("deletes by good handles and refuses made up ones", async () => {
    await send("one");
    const [message] = await receive();

    const result = await client.send(
      new DeleteMessageBatchCommand({
        QueueUrl: work,
        Entries: [
          { Id: "1", ReceiptHandle: message?.ReceiptHandle },
          { Id: "2", ReceiptHandle: "AAAA" },
        ],
      }),
    );

    expect(result.Successful).toEqual([{ Id: "1" }]);
    expect(result.Failed).toEqual([
      expect.objectContaining({ Id: "2", Code: "ReceiptHandleIsInvalid", SenderFault: true }),
    ]);
  });
});

describe("a queue", () => {
  test("is made, found, described, changed, purged and deleted", async () => {
    const { QueueUrl } = await client.send(
      new CreateQueueCommand({ QueueName: "mine", Attributes: { VisibilityTimeout: "7" } }),
    );
    await client.send(new SendMessageCommand({ QueueUrl, MessageBody: "x" }));
    await client.send(
      new SetQueueAttributesCommand({ QueueUrl, Attributes: { DelaySeconds: "9" } }),
    );

    const { Attributes } = await client.send(
      new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ["All"] }),
    );
    await client.send(new PurgeQueueCommand({ QueueUrl }));

    expect(QueueUrl).toBe("http://127.0.0.1:4566/000000000000/mine");
    expect(Attributes).toMatchObject({
      QueueArn: arnOf("mine"),
      VisibilityTimeout: "7",
      DelaySeconds: "9",
      ApproximateNumberOfMessages: "1",
    });
    expect(sqs.depth(arnOf("mine"))).toEqual({ visible: 0, inFlight: 0, delayed: 0 });
    await expect(client.send(new PurgeQueueCommand({ QueueUrl }))).rejects.toMatchObject({
      name: "PurgeQueueInProgress",
    });
    await client.send(new DeleteQueueCommand({ QueueUrl }));
    await expect(client.send(new CreateQueueCommand({ QueueName: "mine" }))).rejects.toMatchObject({
      name: "QueueDeletedRecently",
    });
  });

  test("is listed by prefix, in pages", async () => {
    for (const QueueName of ["p3", "p1", "p2"])
      await client.send(new CreateQueueCommand({ QueueName }));

    const first = await client.send(new ListQueuesCommand({ QueueNamePrefix: "p", MaxResults: 2 }));
    const second = await client.send(
      new ListQueuesCommand({ QueueNamePrefix: "p", MaxResults: 2, NextToken: first.NextToken }),
    );

    const names = [first, second].map(({ QueueUrls }) => QueueUrls?.map((url) => url.slice(-2)));
    expect(names).toEqual([["p1", "p2"], ["p3"]]);
    expect(second.NextToken).toBeUndefined();
  });

  test("that is there already is given when its attributes are the same, and refused otherwise", async () => {
    const create = (VisibilityTimeout: string) =>
      client.send(new CreateQueueCommand({ QueueName: "work", Attributes: { VisibilityTimeout } }));

    expect((await create("30")).QueueUrl).toBe(work);
    await expect(create("31")).rejects.toMatchObject({
      name: "QueueNameExists",
      message:
        "A queue already exists with the same name and a different value for attribute VisibilityTimeout",
    });
  });

  test("keeps its messages and its handles over a restart", async () => {
    await send("one");
    await send("two");
    const [received] = await receive({ MaxNumberOfMessages: 1 });
    await close();
    await open();

    await client.send(
      new DeleteMessageCommand({ QueueUrl: work, ReceiptHandle: received?.ReceiptHandle }),
    );

    expect(bodies(await receive())).toEqual(["two"]);
    expect(sqs.depth(arnOf("work"))).toEqual({ visible: 0, inFlight: 1, delayed: 0 });
  });

  test("gets the stack's settings again at the next start", async () => {
    await client.send(
      new SetQueueAttributesCommand({ QueueUrl: work, Attributes: { VisibilityTimeout: "1" } }),
    );
    await close();
    await open();

    const { Attributes } = await client.send(
      new GetQueueAttributesCommand({ QueueUrl: work, AttributeNames: ["VisibilityTimeout"] }),
    );

    expect(Attributes).toEqual({ VisibilityTimeout: "30" });
  });
});

describe("what is wrong", () => {
  test("is told in the codes of both protocols", async () => {
    await expect(
      client.send(new GetQueueUrlCommand({ QueueName: "nowhere" })),
    ).rejects.toMatchObject({
      name: "QueueDoesNotExist",
      message: "The specified queue does not exist.",
      Code: "AWS.SimpleQueueService.NonExistentQueue",
    });
    await expect(receive({ MaxNumberOfMessages: 11 })).rejects.toMatchObject({
      name: "InvalidParameterValue",
      message:
        "Value 11 for parameter MaxNumberOfMessages is invalid. Reason: Must be between 1 and 10, if provided.",
    });
    await expect(
      client.send(new DeleteMessageCommand({ QueueUrl: work, ReceiptHandle: "made up" })),
    ).rejects.toMatchObject({ name: "ReceiptHandleIsInvalid", $metadata: { httpStatusCode: 404 } });
    await expect(send("")).rejects.toMatchObject({
      Code: "MissingParameter",
      message: "The request must contain the parameter MessageBody.",
    });
    await expect(send("x".repeat(262_145))).rejects.toThrow(
      "One or more parameters are invalid. Reason: Message must be shorter than 262144 bytes.",
    );
    await expect(
      send("x", { MessageAttributes: { a: { DataType: "String", StringValue: "" } } }),
    ).rejects.toThrow(
      "Message (user) attribute 'a' must contain a non-empty value of type 'String'.",
    );
  });

  test("names what the local cloud does not have", async () => {
    const fifo = new CreateQueueCommand({ QueueName: "q.fifo", Attributes: { FifoQueue: "true" } });

    await expect(client.send(fifo)).rejects.toThrow("does not support FIFO queues");
    await expect(send("x", { MessageGroupId: "g" })).rejects.toThrow(
      "the parameter MessageGroupId",
    );
    await expect(
      client.send(new TagQueueCommand({ QueueUrl: work, Tags: { a: "b" } })),
    ).rejects.toThrow("sqs:TagQueue");
    await expect(
      client.send(
        new SetQueueAttributesCommand({ QueueUrl: work, Attributes: { KmsMasterKeyId: "k" } }),
      ),
    ).rejects.toThrow("KmsMasterKeyId");
  });
});

describe("permissions", () => {
  test("a role may do what its policy says, and is told what it may not", async () => {
    const key = endpoint.roleKey("sender", {
      Effect: "Allow",
      Action: "sqs:SendMessage",
      Resource: arnOf("work"),
    });
    const sender = new SQSClient({ ...endpoint.client, credentials: key });

    await sender.send(new SendMessageCommand({ QueueUrl: work, MessageBody: "x" }));

    await expect(sender.send(new ReceiveMessageCommand({ QueueUrl: work }))).rejects.toMatchObject({
      name: "AccessDenied",
      message: `User: arn:aws:sts::000000000000:assumed-role/sender/session is not authorized to perform: sqs:receivemessage on resource: ${arnOf("work")} because no identity-based policy allows the sqs:receivemessage action`,
      $metadata: { httpStatusCode: 403 },
    });
    sender.destroy();
  });

  test("a service may send when the queue's policy lets it for that source", async () => {
    sqs.putQueue(
      draft("events", {
        policy: JSON.stringify({
          Version: "2012-10-17",
          Statement: {
            Effect: "Allow",
            Principal: { Service: "s3.amazonaws.com" },
            Action: "sqs:SendMessage",
            Resource: arnOf("events"),
            Condition: { ArnEquals: { "aws:SourceArn": "arn:aws:s3:::landing" } },
          },
        }),
      }),
    );
    const sendFrom = (sourceArn: string) =>
      sqs.service.call(
        "SendMessage",
        { QueueUrl: sqs.queueUrl(arnOf("events")), MessageBody: "x" },
        endpoint.callAs({
          kind: "service",
          principal: "s3.amazonaws.com",
          sourceArn,
          accountId: place.accountId,
        }),
      );

    await expect(sendFrom("arn:aws:s3:::landing")).resolves.toHaveProperty("MessageId");
    await expect(sendFrom("arn:aws:s3:::other")).rejects.toThrow("not authorized");
  });

  test("a policy that can't be evaluated is refused", async () => {
    const Policy = JSON.stringify({
      Version: "2012-10-17",
      Statement: { Effect: "Allow", Principal: "*", NotAction: "sqs:*" },
    });

    await expect(
      client.send(new SetQueueAttributesCommand({ QueueUrl: work, Attributes: { Policy } })),
    ).rejects.toMatchObject({ name: "InvalidAttributeValue" });
  });
});
