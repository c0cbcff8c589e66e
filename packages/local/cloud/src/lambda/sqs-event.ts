import { z } from "zod";
import type { Place } from "../place.ts";

const attribute = z.looseObject({
  DataType: z.string(),
  StringValue: z.string().optional(),
  /** Base64. */
  BinaryValue: z.string().optional(),
});

const message = z.looseObject({
  MessageId: z.string(),
  ReceiptHandle: z.string(),
  Body: z.string(),
  MD5OfBody: z.string(),
  MD5OfMessageAttributes: z.string().optional(),
  Attributes: z.record(z.string(), z.string()).default({}),
  MessageAttributes: z.record(z.string(), attribute).default({}),
});

export type SqsMessage = z.infer<typeof message>;

/** What is used of ReceiveMessage's answer. */
export const receivedMessages = z
  .looseObject({ Messages: z.array(message).default([]) })
  .transform(({ Messages }) => Messages);

/** What is used of DeleteMessageBatch's answer. */
export const deletedMessages = z.looseObject({
  Failed: z.array(z.looseObject({ Id: z.string(), Code: z.string() })).default([]),
});

/** https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html */
const maximumEventBytes = 6 * 1024 * 1024;

/** An event as JSON text, and the messages in it. */
export interface SqsBatch {
  readonly payload: string;
  readonly messages: readonly SqsMessage[];
}

/**
 * Makes events of messages (https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html): one, or several where they would
 * be larger together than an invocation may be.
 */
export function sqsBatches(
  messages: readonly SqsMessage[],
  queueArn: string,
  place: Place,
): SqsBatch[] {
  const batches: { records: string[]; messages: SqsMessage[]; bytes: number }[] = [];
  for (const one of messages) {
    const record = JSON.stringify(toRecord(one, queueArn, place));
    const bytes = Buffer.byteLength(record) + 1;
    let batch = batches.at(-1);
    if (batch === undefined || batch.bytes + bytes > maximumEventBytes) {
      batch = { records: [], messages: [], bytes: '{"Records":[]}'.length };
      batches.push(batch);
    }
    batch.records.push(record);
    batch.messages.push(one);
    batch.bytes += bytes;
  }
  return batches.map((batch) => ({
    payload: `{"Records":[${batch.records.join(",")}]}`,
    messages: batch.messages,
  }));
}

function toRecord(one: SqsMessage, queueArn: string, place: Place): unknown {
  return {
    messageId: one.MessageId,
    receiptHandle: one.ReceiptHandle,
    body: one.Body,
    attributes: one.Attributes,
    messageAttributes: Object.fromEntries(
      Object.entries(one.MessageAttributes).map(([name, value]) => [
        name,
        {
          ...(value.StringValue === undefined ? {} : { stringValue: value.StringValue }),
          ...(value.BinaryValue === undefined ? {} : { binaryValue: value.BinaryValue }),
          stringListValues: [],
          binaryListValues: [],
          dataType: value.DataType,
        },
      ]),
    ),
    ...(one.MD5OfMessageAttributes === undefined
      ? {}
      : { md5OfMessageAttributes: one.MD5OfMessageAttributes }),
    md5OfBody: one.MD5OfBody,
    eventSource: "aws:sqs",
    eventSourceARN: queueArn,
    awsRegion: place.region,
  };
}
