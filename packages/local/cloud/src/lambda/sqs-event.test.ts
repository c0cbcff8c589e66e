import { expect, test } from "vitest";
import { receivedMessages, type SqsMessage, sqsBatches } from "./sqs-event.ts";

const queueArn = "arn:aws:sqs:us-east-1:000000000000:photos";
const place = { accountId: "000000000000", region: "us-east-1" };

const message = (id: string, body = "hello"): SqsMessage => ({
  MessageId: id,
  ReceiptHandle: `handle-${id}`,
  Body: body,
  MD5OfBody: "5d41402abc4b2a76b9719d911017c592",
  Attributes: { ApproximateReceiveCount: "1", SentTimestamp: "1735689600000" },
  MessageAttributes: {},
});

test("a record has the shape that functions get from SQS", () => {
  const [batch] = sqsBatches(
    [
      {
        ...message("one"),
        MD5OfMessageAttributes: "c",
        MessageAttributes: {
          kind: { DataType: "String", StringValue: "photo" },
          raw: { DataType: "Binary", BinaryValue: "AQI=" },
        },
      },
    ],
    queueArn,
    place,
  );

  expect(JSON.parse(batch?.payload ?? "")).toEqual({
    Records: [
      {
        messageId: "one",
        receiptHandle: "handle-one",
        body: "hello",
        attributes: { ApproximateReceiveCount: "1", SentTimestamp: "1735689600000" },
        messageAttributes: {
          kind: {
            stringValue: "photo",
            stringListValues: [],
            binaryListValues: [],
            dataType: "String",
          },
          raw: {
            binaryValue: "AQI=",
            stringListValues: [],
            binaryListValues: [],
            dataType: "Binary",
          },
        },
        md5OfMessageAttributes: "c",
        md5OfBody: "5d41402abc4b2a76b9719d911017c592",
        eventSource: "aws:sqs",
        eventSourceARN: queueArn,
        awsRegion: "us-east-1",
      },
    ],
  });
});

test("messages that are too large together for one invocation come in several", () => {
  const messages = Array.from({ length: 10 }, (_, index) =>
    message(String(index), "x".repeat(1_000_000)),
  );

  const batches = sqsBatches(messages, queueArn, place);

  expect(batches.flatMap((batch) => batch.messages)).toEqual(messages);
  expect(batches).toHaveLength(2);
  for (const { payload } of batches) {
    expect(Buffer.byteLength(payload)).toBeLessThanOrEqual(6 * 1024 * 1024);
  }
});

test("an answer without messages is no batch", () => {
  expect(sqsBatches(receivedMessages.parse({}), queueArn, place)).toEqual([]);
});
