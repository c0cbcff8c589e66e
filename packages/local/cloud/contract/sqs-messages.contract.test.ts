import { createHash } from "node:crypto";
import {
  ChangeMessageVisibilityCommand,
  type MessageAttributeValue,
  SendMessageCommand,
} from "@aws-sdk/client-sqs";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openSqs, type SqsContract } from "./sqs/sqs-contract.ts";

const mebibyte = 1_048_576;

let contract: SqsContract;
let queue: string;

beforeAll(async () => {
  contract = await openSqs();
  queue = await contract.makeQueue("messages");
});
afterAll(() => contract.close());

const text = (StringValue: string): MessageAttributeValue => ({ DataType: "String", StringValue });
const changeVisibility = (ReceiptHandle: string | undefined, VisibilityTimeout: number) =>
  contract.sqs.send(
    new ChangeMessageVisibilityCommand({ QueueUrl: queue, ReceiptHandle, VisibilityTimeout }),
  );

test("a message comes as it was sent, and to nobody else while it is in flight", async () => {
  const body = 'a <b> & "c" \t\r\n ü 🌄 +%41';
  const MessageId = await contract.send(queue, body);

  const message = await contract.receiveOne(queue);

  expect(message).toMatchObject({
    MessageId,
    Body: body,
    MD5OfBody: createHash("md5").update(body).digest("hex"),
    Attributes: {
      ApproximateReceiveCount: "1",
      SenderId: expect.stringMatching(/^A[A-Z0-9]+/),
      SentTimestamp: expect.stringMatching(/^\d{13}$/),
      ApproximateFirstReceiveTimestamp: expect.stringMatching(/^\d{13}$/),
    },
  });
  expect(await contract.receive(queue)).toEqual([]);
  await contract.remove(queue, message);
});

test("a message comes again when its visibility timeout is over, with its count and another handle", async () => {
  await contract.send(queue, "again");
  const first = await contract.receiveOne(queue, { VisibilityTimeout: 1 });

  const second = await contract.receiveOne(queue);

  expect(second).toMatchObject({
    MessageId: first.MessageId,
    Attributes: { ApproximateReceiveCount: "2" },
  });
  expect(second.ReceiptHandle).not.toBe(first.ReceiptHandle);
  await contract.remove(queue, second);
});

test("a message that is given back with a timeout of 0 can be had at once", async () => {
  await contract.send(queue, "given back");
  const first = await contract.receiveOne(queue);

  await changeVisibility(first.ReceiptHandle, 0);

  const second = await contract.receiveOne(queue);
  expect(second.MessageId).toBe(first.MessageId);
  await contract.remove(queue, second);
});

test("the visibility of a deleted message can't be changed, and deleting it again is no error", async () => {
  await contract.send(queue, "gone");
  const message = await contract.receiveOne(queue);
  await contract.remove(queue, message);

  await contract.remove(queue, message);

  await expect(changeVisibility(message.ReceiptHandle, 10)).rejects.toMatchObject({
    name: "InvalidParameterValue",
    message: expect.stringContaining(
      "Reason: Message does not exist or is not available for visibility timeout change.",
    ),
  });
});

test("a visibility timeout is between 0 seconds and 12 hours", async () => {
  await contract.send(queue, "kept");
  const message = await contract.receiveOne(queue);

  await expect(changeVisibility(message.ReceiptHandle, 43_201)).rejects.toMatchObject({
    name: "InvalidParameterValue",
  });
  await expect(contract.receive(queue, { VisibilityTimeout: 43_201 })).rejects.toMatchObject({
    name: "InvalidParameterValue",
  });
  await contract.remove(queue, message);
});

test("a receive that waits ends when a message is sent", async () => {
  const begin = Date.now();
  const waiting = contract.receiveOne(queue);
  await contract.send(queue, "at last");

  const message = await waiting;

  expect(message.Body).toBe("at last");
  expect(Date.now() - begin).toBeLessThan(15_000);
  await contract.remove(queue, message);
});

test("a delayed message comes when its delay is over", async () => {
  const begin = Date.now();
  await contract.send(queue, "later", { DelaySeconds: 2 });

  const message = await contract.receiveOne(queue);

  expect(message.Body).toBe("later");
  expect(Date.now() - begin).toBeGreaterThanOrEqual(1900);
  await contract.remove(queue, message);
});

test("a queue's delay holds for messages that say nothing of their own", async () => {
  const delaying = await contract.makeQueue("delaying", { DelaySeconds: "2" });
  const begin = Date.now();
  await contract.send(delaying, "queue's");
  await contract.send(delaying, "own", { DelaySeconds: 0 });

  const bodies = [await contract.receiveOne(delaying), await contract.receiveOne(delaying)];

  expect(bodies.map(({ Body }) => Body)).toEqual(["own", "queue's"]);
  expect(Date.now() - begin).toBeGreaterThanOrEqual(1900);
});

test("attributes come with the checksums that the SDK verifies", async () => {
  const sent = await contract.sqs.send(
    new SendMessageCommand({
      QueueUrl: queue,
      MessageBody: "with attributes",
      MessageAttributes: {
        Name: text("Ä 🌄"),
        "count.n": { DataType: "Number.int", StringValue: "-12.5e3" },
        blob: { DataType: "Binary.png", BinaryValue: new Uint8Array([0, 255, 10]) },
      },
      MessageSystemAttributes: {
        AWSTraceHeader: text("Root=1-5759e988-bd862e3fe1be46a994272793"),
      },
    }),
  );

  const message = await contract.receiveOne(queue);

  expect(message.MessageAttributes).toMatchObject({
    Name: { DataType: "String", StringValue: "Ä 🌄" },
    "count.n": { DataType: "Number.int", StringValue: "-12.5e3" },
    blob: { DataType: "Binary.png", BinaryValue: new Uint8Array([0, 255, 10]) },
  });
  expect(message.MD5OfMessageAttributes).toBe(sent.MD5OfMessageAttributes);
  expect(sent.MD5OfMessageSystemAttributes).toMatch(/^[0-9a-f]{32}$/);
  expect(message.Attributes?.AWSTraceHeader).toBe("Root=1-5759e988-bd862e3fe1be46a994272793");
  await contract.remove(queue, message);
});

test("only the attributes that are asked for come, by name or by prefix", async () => {
  await contract.send(queue, "some", {
    MessageAttributes: { "album.id": text("1"), "album.name": text("x"), kind: text("photo") },
  });

  const message = await contract.receiveOne(queue, {
    MessageAttributeNames: ["album.*"],
    MessageSystemAttributeNames: ["ApproximateReceiveCount"],
  });

  expect(Object.keys(message.MessageAttributes ?? {}).sort()).toEqual(["album.id", "album.name"]);
  expect(message.Attributes).toEqual({ ApproximateReceiveCount: "1" });
  await contract.remove(queue, message);
});

test("a message of 1 MiB is taken, and one byte more is not, attributes counted", async () => {
  const attributes = { MessageAttributes: { key: text("value") } };
  const attributeBytes = "key".length + "String".length + "value".length;

  await contract.send(queue, "x".repeat(mebibyte - attributeBytes), attributes);
  await expect(contract.send(queue, "x".repeat(mebibyte + 1))).rejects.toThrow(
    "One or more parameters are invalid. Reason: Message must be shorter than 1048576 bytes.",
  );
  await expect(
    contract.send(queue, "x".repeat(mebibyte - attributeBytes + 1), attributes),
  ).rejects.toMatchObject({ name: "InvalidParameterValue" });

  const message = await contract.receiveOne(queue);
  expect(message.Body).toHaveLength(mebibyte - attributeBytes);
  await contract.remove(queue, message);
});

test.each(["a\u0000b", "a\u000bb", "a\uffffb"])(
  "a body that can't be written in XML is refused: %j",
  async (body) => {
    await expect(contract.send(queue, body)).rejects.toMatchObject({
      name: "InvalidMessageContents",
      message: expect.stringContaining("Invalid characters found."),
    });
  },
);

test.each<[string, Record<string, MessageAttributeValue>]>([
  ["without a value", { a: { DataType: "String" } }],
  ["of a type that there isn't", { a: { DataType: "Date", StringValue: "x" } }],
  ["with a number that is none", { a: { DataType: "Number", StringValue: "1,5" } }],
  ["with a reserved name", { "AWS.a": text("x") }],
  ["that can't be written in XML", { a: text("\u0001") }],
  [
    "of which there are eleven",
    Object.fromEntries(Array.from({ length: 11 }, (_, index) => [`n${index}`, text("x")])),
  ],
])("an attribute %s is refused", async (_, MessageAttributes) => {
  await expect(contract.send(queue, "x", { MessageAttributes })).rejects.toMatchObject({
    name: "InvalidParameterValue",
  });
});

test.each([
  [{ MaxNumberOfMessages: 0 }, "Value 0 for parameter MaxNumberOfMessages is invalid."],
  [{ MaxNumberOfMessages: 11 }, "Value 11 for parameter MaxNumberOfMessages is invalid."],
  [{ WaitTimeSeconds: 21 }, "Value 21 for parameter WaitTimeSeconds is invalid."],
])("a receive with %o is refused", async (input, message) => {
  await expect(contract.receive(queue, input)).rejects.toMatchObject({
    name: "InvalidParameterValue",
    message: expect.stringContaining(message),
  });
});

test("a delay of more than 15 minutes is refused", async () => {
  await expect(contract.send(queue, "x", { DelaySeconds: 901 })).rejects.toMatchObject({
    name: "InvalidParameterValue",
    message: expect.stringContaining("Value 901 for parameter DelaySeconds is invalid."),
  });
});
