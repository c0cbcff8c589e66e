import type { Clock } from "@darkroom/states";
import { z } from "zod";
import { AwsError } from "../../aws-error.ts";
import type { Call, Operation } from "../../service.ts";
import type { Broker } from "../broker.ts";
import { invalidValue, missingParameter, receiptHandleIsInvalid } from "../errors.ts";
import { parseParameters } from "../parse-parameters.ts";
import type { Queue, QueueCatalog } from "../queue-catalog.ts";
import type { ReceiptHandles } from "../receipt-handle.ts";
import type { MessagePlace, QueueStore } from "../store.ts";
import { openQueue } from "./access.ts";
import { batchEntries, runBatch } from "./batch.ts";

/** A message can be kept from others for 12 hours from its receive. */
const maximumVisibilitySeconds = 43_200;

const deletion = { ReceiptHandle: z.string() };
const change = { ReceiptHandle: z.string(), VisibilityTimeout: z.int().optional() };

const deleteMessage = z.strictObject({ QueueUrl: z.string(), ...deletion });
const deleteMessageBatch = batchEntries(z.strictObject({ Id: z.string(), ...deletion }));
const changeVisibility = z.strictObject({ QueueUrl: z.string(), ...change });
const changeVisibilityBatch = batchEntries(z.strictObject({ Id: z.string(), ...change }));

/** What a receiver does with a message that it has: delete it, or say when others may have it. */
export function settleOperations(options: {
  store: QueueStore;
  catalog: QueueCatalog;
  broker: Broker;
  handles: ReceiptHandles;
  clock: Clock;
}): Record<string, Operation> {
  const { store, catalog, broker, handles, clock } = options;

  /**
   * Within a job: the message that a handle is for, unless it is gone or was received again since.
   * @throws AwsError for a handle that this queue never gave out
   */
  function find(queue: Queue, handle: string): MessagePlace | undefined {
    const receipt = handles.read(handle);
    if (receipt === undefined || receipt.queueId !== queue.id) throw receiptHandleIsInvalid(handle);
    const message = store.find(receipt.seq);
    const current =
      message?.queueId === queue.id &&
      message.messageId === receipt.messageId &&
      message.receiveCount === receipt.receiveCount;
    return current ? message : undefined;
  }

  /** A handle that is out of date deletes nothing, and is no error. */
  function remove(queue: Queue, { ReceiptHandle }: { ReceiptHandle: string }): object {
    const message = find(queue, ReceiptHandle);
    if (message !== undefined) store.remove(message.seq);
    return {};
  }

  function changeOne(
    queue: Queue,
    input: { ReceiptHandle: string; VisibilityTimeout?: number | undefined },
  ): object {
    const { ReceiptHandle: handle, VisibilityTimeout: timeout } = input;
    if (timeout === undefined) throw missingParameter("VisibilityTimeout");
    if (timeout < 0 || timeout > maximumVisibilitySeconds) {
      throw invalidValue(
        timeout,
        "VisibilityTimeout",
        `Must be between 0 and ${maximumVisibilitySeconds}, if provided.`,
      );
    }
    const message = find(queue, handle);
    if (message === undefined) {
      throw invalidValue(
        handle,
        "ReceiptHandle",
        "Message does not exist or is not available for visibility timeout change.",
      );
    }
    const now = clock.now();
    // It is another's already: SQS says nothing, and does nothing.
    if (message.visibleAt <= now) return {};
    const visibleAt = now + timeout * 1000;
    if (visibleAt > message.receivedAt + maximumVisibilitySeconds * 1000) {
      throw invalidValue(
        timeout,
        "VisibilityTimeout",
        `Total VisibilityTimeout for the message is beyond the limit [${maximumVisibilitySeconds} seconds].`,
      );
    }
    store.changeVisibility(message.seq, visibleAt);
    broker.visibleAgain(queue, visibleAt);
    return {};
  }

  /** All entries in one transaction; each fails by itself. */
  const each = <Entry>(entries: readonly Entry[], run: (entry: Entry) => object) =>
    broker.write(() =>
      entries.map((entry) => {
        try {
          return run(entry);
        } catch (error) {
          if (error instanceof AwsError) return error;
          throw error;
        }
      }),
    );

  return {
    async DeleteMessage(raw: unknown, call: Call) {
      const input = parseParameters(deleteMessage, raw);
      const queue = openQueue(catalog, input.QueueUrl, "DeleteMessage", call);
      await broker.write(() => remove(queue, input));
    },

    async DeleteMessageBatch(raw: unknown, call: Call) {
      const input = parseParameters(deleteMessageBatch, raw);
      const queue = openQueue(catalog, input.QueueUrl, "DeleteMessage", call);
      return runBatch("DeleteMessageBatchRequestEntry", input.Entries, (entries) =>
        each(entries, (entry) => remove(queue, entry)),
      );
    },

    async ChangeMessageVisibility(raw: unknown, call: Call) {
      const input = parseParameters(changeVisibility, raw);
      const queue = openQueue(catalog, input.QueueUrl, "ChangeMessageVisibility", call);
      await broker.write(() => changeOne(queue, input));
    },

    async ChangeMessageVisibilityBatch(raw: unknown, call: Call) {
      const input = parseParameters(changeVisibilityBatch, raw);
      const queue = openQueue(catalog, input.QueueUrl, "ChangeMessageVisibility", call);
      return runBatch("ChangeMessageVisibilityBatchRequestEntry", input.Entries, (entries) =>
        each(entries, (entry) => changeOne(queue, entry)),
      );
    },
  };
}
