import { z } from "zod";
import type { Call, Operation } from "../../service.ts";
import type { Broker } from "../broker.ts";
import { invalidAttributeName, invalidValue } from "../errors.ts";
import { md5, md5OfAttributes, selectAttributes } from "../message-attributes.ts";
import { parseParameters } from "../parse-parameters.ts";
import type { QueueCatalog } from "../queue-catalog.ts";
import type { ReceiptHandles } from "../receipt-handle.ts";
import type { StoredMessage } from "../store.ts";
import { openQueue } from "./access.ts";

const receiveMessage = z.strictObject({
  QueueUrl: z.string(),
  AttributeNames: z.array(z.string()).optional(),
  MessageSystemAttributeNames: z.array(z.string()).optional(),
  MessageAttributeNames: z.array(z.string()).optional(),
  MaxNumberOfMessages: z.int().optional(),
  VisibilityTimeout: z.int().optional(),
  WaitTimeSeconds: z.int().optional(),
});

/** Those that a standard queue's message can have; it has no MessageGroupId, SequenceNumber or MessageDeduplicationId. */
const systemAttributes: Readonly<Record<string, (message: StoredMessage) => string | undefined>> = {
  SenderId: (message) => message.senderId,
  SentTimestamp: (message) => String(message.sentAt),
  ApproximateReceiveCount: (message) => String(message.receiveCount),
  ApproximateFirstReceiveTimestamp: (message) => String(message.firstReceivedAt),
  AWSTraceHeader: (message) => message.traceHeader,
  DeadLetterQueueSourceArn: (message) => message.sourceArn,
  MessageGroupId: () => undefined,
  MessageDeduplicationId: () => undefined,
  SequenceNumber: () => undefined,
};

export function receiveOperations(options: {
  catalog: QueueCatalog;
  broker: Broker;
  handles: ReceiptHandles;
}): Record<string, Operation> {
  const { catalog, broker, handles } = options;
  return {
    async ReceiveMessage(raw: unknown, call: Call) {
      const input = parseParameters(receiveMessage, raw);
      const queue = openQueue(catalog, input.QueueUrl, "ReceiveMessage", call);
      const maximum = inRange(input.MaxNumberOfMessages ?? 1, "MaxNumberOfMessages", 1, 10);
      const visibilityTimeout =
        input.VisibilityTimeout === undefined
          ? undefined
          : inRange(input.VisibilityTimeout, "VisibilityTimeout", 0, 43_200);
      const wait = input.WaitTimeSeconds ?? queue.settings.receiveWaitTimeSeconds;
      if (wait < 0 || wait > 20) {
        throw invalidValue(wait, "WaitTimeSeconds", "Must be >= 0 and <= 20, if provided.");
      }
      const names = systemAttributeNames([
        ...(input.AttributeNames ?? []),
        ...(input.MessageSystemAttributeNames ?? []),
      ]);
      const messages = await broker.receive(
        queue,
        { maximum, visibilityTimeout, inProcess: call.inProcess === true },
        wait * 1000,
        call.signal,
      );
      if (messages.length === 0) return {};
      return {
        Messages: messages.map((message) => ({
          MessageId: message.messageId,
          ReceiptHandle: handles.write({ ...message, queueId: queue.id }),
          MD5OfBody: md5(message.body),
          Body: message.body,
          ...systemPart(message, names),
          ...attributePart(message, input.MessageAttributeNames ?? []),
        })),
      };
    },
  };
}

function inRange(value: number, name: string, minimum: number, maximum: number): number {
  if (value >= minimum && value <= maximum) return value;
  throw invalidValue(value, name, `Must be between ${minimum} and ${maximum}, if provided.`);
}

function systemAttributeNames(asked: readonly string[]): readonly string[] {
  for (const name of asked) {
    if (name !== "All" && !Object.hasOwn(systemAttributes, name)) throw invalidAttributeName(name);
  }
  return asked.includes("All") ? Object.keys(systemAttributes) : asked;
}

function systemPart(message: StoredMessage, names: readonly string[]) {
  const attributes: Record<string, string> = {};
  for (const name of names) {
    const value = systemAttributes[name]?.(message);
    if (value !== undefined) attributes[name] = value;
  }
  return Object.keys(attributes).length === 0 ? {} : { Attributes: attributes };
}

/** The checksum is that of the attributes that are given out. */
function attributePart(message: StoredMessage, names: readonly string[]) {
  if (message.attributes === undefined) return {};
  const selected = selectAttributes(message.attributes, names);
  return Object.keys(selected).length === 0
    ? {}
    : { MD5OfMessageAttributes: md5OfAttributes(selected), MessageAttributes: selected };
}
