import {
  ChangeMessageVisibilityBatchCommand,
  DeleteMessageBatchCommand,
  type Message,
  SendMessageBatchCommand,
  type SendMessageBatchRequestEntry,
} from "@aws-sdk/client-sqs";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openSqs, type SqsContract } from "./sqs/sqs-contract.ts";

let contract: SqsContract;
let queue: string;

beforeAll(async () => {
  contract = await openSqs();
  queue = await contract.makeQueue("batches");
});
afterAll(() => contract.close());

const sendBatch = (...Entries: SendMessageBatchRequestEntry[]) =>
  contract.sqs.send(new SendMessageBatchCommand({ QueueUrl: queue, Entries }));
const entry = (Id: string, MessageBody = Id) => ({ Id, MessageBody });

/** As many messages as there must be, in as many receives as that takes. */
async function receiveAll(count: number): Promise<Message[]> {
  const messages: Message[] = [];
  while (messages.length < count) {
    const more = await contract.receive(queue, { WaitTimeSeconds: 20 });
    if (more.length === 0) throw new Error(`only ${messages.length} of ${count} messages came`);
    messages.push(...more);
  }
  return messages;
}

const deleteAll = (messages: readonly Message[]) =>
  contract.sqs.send(
    new DeleteMessageBatchCommand({
      QueueUrl: queue,
      Entries: messages.map(({ ReceiptHandle }, index) => ({ Id: `${index}`, ReceiptHandle })),
    }),
  );

test("ten messages are sent at once, received and deleted at once", async () => {
  const sent = await sendBatch(
    ...Array.from({ length: 10 }, (_, index) => ({
      ...entry(`id-${index}`),
      MessageAttributes: { index: { DataType: "Number", StringValue: `${index}` } },
    })),
  );
  const messages = await receiveAll(10);
  const deleted = await deleteAll(messages);

  expect(sent.Failed ?? []).toEqual([]);
  expect(sent.Successful?.map(({ Id }) => Id)).toEqual(
    Array.from({ length: 10 }, (_, index) => `id-${index}`),
  );
  expect(messages.map(({ MessageId }) => MessageId).sort()).toEqual(
    sent.Successful?.map(({ MessageId }) => MessageId).sort(),
  );
  expect(deleted.Successful).toHaveLength(10);
  expect(deleted.Failed ?? []).toEqual([]);
});

test("what can be sent of a batch is sent, and of the rest it is told what is wrong", async () => {
  const result = await sendBatch(
    entry("good"),
    entry("control", "a\u0001b"),
    { ...entry("delay"), DelaySeconds: 901 },
    { ...entry("attribute"), MessageAttributes: { a: { DataType: "String", StringValue: "" } } },
  );

  expect(result.Successful?.map(({ Id }) => Id)).toEqual(["good"]);
  expect(result.Failed?.map(({ Id, Code, SenderFault }) => [Id, Code, SenderFault]).sort()).toEqual(
    [
      ["attribute", "InvalidParameterValue", true],
      ["control", "InvalidMessageContents", true],
      ["delay", "InvalidParameterValue", true],
    ],
  );
  const messages = await receiveAll(1);
  expect(messages.map(({ Body }) => Body)).toEqual(["good"]);
  await deleteAll(messages);
});

test.each<[string, SendMessageBatchRequestEntry[], string, string]>([
  ["without entries", [], "EmptyBatchRequest", "SendMessageBatchRequestEntry"],
  ["with an id twice", [entry("a"), entry("a")], "BatchEntryIdsNotDistinct", "Id a repeated."],
  ["with an id of other characters", [entry("a b")], "InvalidBatchEntryId", "alphanumeric"],
  ["with an id of 81 characters", [entry("a".repeat(81))], "InvalidBatchEntryId", "80"],
  [
    "with eleven entries",
    [..."abcdefghijk"].map((id) => entry(id)),
    "TooManyEntriesInBatchRequest",
    "Maximum number of entries per request are 10. You have sent 11.",
  ],
  [
    "of more than 1 MiB",
    ["a", "b"].map((id) => entry(id, "x".repeat(600_000))),
    "BatchRequestTooLong",
    "Batch requests cannot be longer than 1048576 bytes. You have sent 1200000 bytes.",
  ],
])("a batch %s is refused as a whole", async (_, entries, name, message) => {
  await expect(sendBatch(...entries)).rejects.toMatchObject({
    name,
    message: expect.stringContaining(message),
  });
});

test("a batch of 1 MiB is taken", async () => {
  const { Successful } = await sendBatch(
    entry("a", "x".repeat(1_000_000)),
    entry("b", "x".repeat(48_576)),
  );

  expect(Successful).toHaveLength(2);
  await deleteAll(await receiveAll(2));
});

test("a handle that SQS never gave fails alone", async () => {
  await sendBatch(entry("one"));
  const [message] = await receiveAll(1);

  const deleted = await contract.sqs.send(
    new DeleteMessageBatchCommand({
      QueueUrl: queue,
      Entries: [
        { Id: "good", ReceiptHandle: message?.ReceiptHandle },
        { Id: "bad", ReceiptHandle: "made up" },
      ],
    }),
  );

  expect(deleted.Successful).toEqual([{ Id: "good" }]);
  expect(deleted.Failed).toEqual([
    expect.objectContaining({ Id: "bad", Code: "ReceiptHandleIsInvalid", SenderFault: true }),
  ]);
});

test("visibility is changed at once for many, each with a timeout of its own", async () => {
  await sendBatch(entry("back"), entry("kept"), entry("wrong"));
  const messages = await receiveAll(3);
  const handleOf = (body: string) =>
    messages.find(({ Body }) => Body === body)?.ReceiptHandle ?? "";

  const changed = await contract.sqs.send(
    new ChangeMessageVisibilityBatchCommand({
      QueueUrl: queue,
      Entries: [
        { Id: "back", ReceiptHandle: handleOf("back"), VisibilityTimeout: 0 },
        { Id: "kept", ReceiptHandle: handleOf("kept"), VisibilityTimeout: 600 },
        { Id: "wrong", ReceiptHandle: handleOf("wrong"), VisibilityTimeout: 43_201 },
      ],
    }),
  );

  expect(changed.Successful?.map(({ Id }) => Id)).toEqual(["back", "kept"]);
  expect(changed.Failed?.map(({ Id, Code }) => [Id, Code])).toEqual([
    ["wrong", "InvalidParameterValue"],
  ]);
  expect((await receiveAll(1)).map(({ Body }) => Body)).toEqual(["back"]);
});
