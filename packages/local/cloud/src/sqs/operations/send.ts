import { randomUUID } from "node:crypto";
import type { Clock } from "@darkroom/states";
import { z } from "zod";
import { AwsError } from "../../aws-error.ts";
import type { Call, Operation } from "../../service.ts";
import { principalId } from "../../sts/principal-id.ts";
import type { Broker } from "../broker.ts";
import {
  invalidParameterValue,
  invalidValue,
  missingParameter,
  queueDoesNotExist,
} from "../errors.ts";
import {
  checkMessageAttributes,
  md5,
  md5OfAttributes,
  messageAttribute,
  sizeOfAttributes,
} from "../message-attributes.ts";
import { invalidCharacters, isMessageText } from "../message-content.ts";
import { byName, parseParameters } from "../parse-parameters.ts";
import type { Queue, QueueCatalog } from "../queue-catalog.ts";
import type { NewMessage, QueueStore } from "../store.ts";
import { openQueue } from "./access.ts";
import { batchEntries, runBatch } from "./batch.ts";

/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-messages.html */
const maximumBatchBytes = 1_048_576;
const maximumDelaySeconds = 900;

const message = {
  MessageBody: z.string(),
  DelaySeconds: z.int().optional(),
  MessageAttributes: byName(messageAttribute).optional(),
  MessageSystemAttributes: z
    .strictObject({ AWSTraceHeader: messageAttribute.optional() })
    .optional(),
};
const sendMessage = z.strictObject({ QueueUrl: z.string(), ...message });
const batchEntry = z.strictObject({ Id: z.string(), ...message });
const sendMessageBatch = batchEntries(batchEntry);

type MessageInput = Omit<z.infer<typeof sendMessage>, "QueueUrl">;

export function sendOperations(options: {
  store: QueueStore;
  catalog: QueueCatalog;
  broker: Broker;
  clock: Clock;
}): Record<string, Operation> {
  const { store, catalog, broker, clock } = options;

  /** Within a job. */
  function add(queue: Queue, added: NewMessage): void {
    if (queue.deleted) throw queueDoesNotExist();
    store.add(queue.id, added);
    queue.oldest = Math.min(queue.oldest, added.sentAt);
    broker.visibleAgain(queue, added.visibleAt);
  }

  return {
    async SendMessage(raw: unknown, call: Call) {
      const input = parseParameters(sendMessage, raw);
      const queue = openQueue(catalog, input.QueueUrl, "SendMessage", call);
      const added = checkedMessage(input, queue, call, clock.now());
      await broker.write(() => add(queue, added));
      return receipt(input, added);
    },

    async SendMessageBatch(raw: unknown, call: Call) {
      const input = parseParameters(sendMessageBatch, raw);
      const queue = openQueue(catalog, input.QueueUrl, "SendMessage", call);
      return runBatch("SendMessageBatchRequestEntry", input.Entries, async (entries) => {
        const size = entries.reduce((sum, entry) => sum + sizeOf(entry), 0);
        if (size > maximumBatchBytes) {
          throw new AwsError(
            "BatchRequestTooLong",
            `Batch requests cannot be longer than ${maximumBatchBytes} bytes. You have sent ${size} bytes.`,
          );
        }
        const now = clock.now();
        const checked = entries.map((entry) =>
          attempt(() => checkedMessage(entry, queue, call, now)),
        );
        await broker.write(() => {
          for (const one of checked) if (!(one instanceof AwsError)) add(queue, one);
        });
        return checked.map((one, index) => {
          const entry = entries[index];
          return one instanceof AwsError || entry === undefined ? one : receipt(entry, one);
        });
      });
    },
  };
}

function attempt<T>(work: () => T): T | AwsError {
  try {
    return work();
  } catch (error) {
    if (error instanceof AwsError) return error;
    throw error;
  }
}

function checkedMessage(input: MessageInput, queue: Queue, call: Call, now: number): NewMessage {
  if (input.MessageBody === "") throw missingParameter("MessageBody");
  if (!isMessageText(input.MessageBody)) {
    throw new AwsError("InvalidMessageContents", invalidCharacters);
  }
  if (input.MessageAttributes !== undefined) checkMessageAttributes(input.MessageAttributes);
  const { maxMessageSize, delaySeconds } = queue.settings;
  if (sizeOf(input) > maxMessageSize) {
    throw invalidParameterValue(
      `One or more parameters are invalid. Reason: Message must be shorter than ${maxMessageSize} bytes.`,
    );
  }
  const delay = input.DelaySeconds ?? delaySeconds;
  if (delay < 0 || delay > maximumDelaySeconds) {
    throw invalidValue(
      delay,
      "DelaySeconds",
      `DelaySeconds must be >= 0 and <= ${maximumDelaySeconds}.`,
    );
  }
  const trace = input.MessageSystemAttributes?.AWSTraceHeader;
  if (trace !== undefined && (trace.DataType !== "String" || !trace.StringValue)) {
    throw invalidParameterValue(
      "The message system attribute 'AWSTraceHeader' must contain a non-empty value of type 'String'.",
    );
  }
  if (trace?.StringValue !== undefined && !isMessageText(trace.StringValue)) {
    throw invalidParameterValue(invalidCharacters);
  }
  return {
    messageId: randomUUID(),
    senderId: principalId(call.caller),
    sentAt: now,
    visibleAt: now + delay * 1000,
    traceHeader: trace?.StringValue,
    attributes: hasAny(input.MessageAttributes) ? input.MessageAttributes : undefined,
    body: input.MessageBody,
  };
}

const hasAny = (attributes: object | undefined): boolean =>
  attributes !== undefined && Object.keys(attributes).length > 0;

const sizeOf = (input: MessageInput): number =>
  Buffer.byteLength(input.MessageBody) + sizeOfAttributes(input.MessageAttributes ?? {});

function receipt(input: MessageInput, added: NewMessage): Record<string, string> {
  const system = input.MessageSystemAttributes?.AWSTraceHeader;
  return {
    MessageId: added.messageId,
    MD5OfMessageBody: md5(added.body),
    ...(added.attributes === undefined
      ? {}
      : { MD5OfMessageAttributes: md5OfAttributes(added.attributes) }),
    ...(system === undefined
      ? {}
      : { MD5OfMessageSystemAttributes: md5OfAttributes({ AWSTraceHeader: system }) }),
  };
}
