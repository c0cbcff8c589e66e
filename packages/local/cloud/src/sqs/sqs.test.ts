import { join } from "node:path";
import {
  ChangeMessageVisibilityCommand,
  CreateQueueCommand,
  DeleteMessageCommand,
  DeleteQueueCommand,
  GetQueueAttributesCommand,
  ListQueueTagsCommand,
  type Message,
  PurgeQueueCommand,
  ReceiveMessageCommand,
  type ReceiveMessageCommandInput,
  RemovePermissionCommand,
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

  test("that is another's to take again stays so, whatever its last receiver asks for", async () => {
    await send("one");
    const [message] = await receive();
    await clock.advance(30_000);

    await client.send(
      new ChangeMessageVisibilityCommand({
        QueueUrl: work,
        ReceiptHandle: message?.ReceiptHandle,
        VisibilityTimeout: 100,
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
  test("gives a message the visibility timeout that its queue has when it comes", async () => {
    const receiving = receive({ WaitTimeSeconds: 20 });
    await clock.timersSet(2);
    const Attributes = { VisibilityTimeout: "5" };
    await client.send(new SetQueueAttributesCommand({ QueueUrl: work, Attributes }));

    await send("one");

    expect(bodies(await receiving)).toEqual(["one"]);
    await clock.advance(5000);
    expect(bodies(await receive())).toEqual(["one"]);
  });

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

  test("gets the stack's settings again at the next start, and keeps its tags", async () => {
    await client.send(new TagQueueCommand({ QueueUrl: work, Tags: { a: "b" } }));
    await client.send(
      new SetQueueAttributesCommand({ QueueUrl: work, Attributes: { VisibilityTimeout: "1" } }),
    );
    await close();
    await open();

    const { Attributes } = await client.send(
      new GetQueueAttributesCommand({ QueueUrl: work, AttributeNames: ["VisibilityTimeout"] }),
    );

    expect(Attributes).toEqual({ VisibilityTimeout: "30" });
    const { Tags } = await client.send(new ListQueueTagsCommand({ QueueUrl: work }));
    expect(Tags).toEqual({ a: "b" });
    await expect(
      client.send(new CreateQueueCommand({ QueueName: "work", tags: { a: "c" } })),
    ).rejects.toMatchObject({ name: "QueueNameExists" });
  });
});

describe("what is wrong", () => {
  test("is told of an address that is no queue's", async () => {
    await expect(send("x", { QueueUrl: "not/a/queue" })).rejects.toMatchObject({
      name: "InvalidAddress",
      message: "The address not/a/queue is not valid for this endpoint.",
      $metadata: { httpStatusCode: 404 },
    });
  });

  test("names what the local cloud does not have", async () => {
    const fifo = new CreateQueueCommand({ QueueName: "q.fifo", Attributes: { FifoQueue: "true" } });

    await expect(client.send(fifo)).rejects.toThrow("does not support FIFO queues");
    await expect(send("x", { MessageGroupId: "g" })).rejects.toThrow(
      "the parameter MessageGroupId",
    );
    await expect(
      client.send(new RemovePermissionCommand({ QueueUrl: work, Label: "x" })),
    ).rejects.toThrow("sqs:RemovePermission");
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
