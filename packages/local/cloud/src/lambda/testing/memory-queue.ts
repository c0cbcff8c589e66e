import { randomUUID } from "node:crypto";
import type { Call } from "../../service.ts";

interface QueuedMessage {
  readonly id: string;
  readonly body: string;
  receives: number;
  handle?: string;
}

/**
 * A queue of messages behind SQS's operations, as far as an event source mapping uses them. A message that was received
 * stays hidden until `makeVisible`, for there is no clock in it.
 */
export function memoryQueue(options: { visibilityTimeout?: number } = {}) {
  const messages: QueuedMessage[] = [];
  const calls: { operation: string; input: Record<string, unknown>; callerArn: string }[] = [];
  const changed = new Set<() => void>();
  const change = (): void => {
    for (const look of [...changed]) look();
  };

  const until = (condition: () => boolean, signal?: AbortSignal): Promise<void> =>
    new Promise((resolve) => {
      const look = (): void => {
        if (!condition() && signal?.aborted !== true) return;
        changed.delete(look);
        resolve();
      };
      changed.add(look);
      signal?.addEventListener("abort", look, { once: true });
      look();
    });

  const visible = (): QueuedMessage[] => messages.filter(({ handle }) => handle === undefined);

  const operations: Record<string, (input: Record<string, unknown>, call: Call) => unknown> = {
    GetQueueAttributes: () => ({
      Attributes: { VisibilityTimeout: String(options.visibilityTimeout ?? 60) },
    }),
    async ReceiveMessage(input, call) {
      if (input.WaitTimeSeconds !== 0) await until(() => visible().length > 0, call.signal);
      if (call.signal.aborted) return {};
      const taken = visible().slice(0, Number(input.MaxNumberOfMessages));
      return {
        Messages: taken.map((message) => {
          message.receives += 1;
          message.handle = randomUUID();
          return {
            MessageId: message.id,
            ReceiptHandle: message.handle,
            Body: message.body,
            MD5OfBody: "0",
            Attributes: { ApproximateReceiveCount: String(message.receives) },
          };
        }),
      };
    },
    DeleteMessageBatch(input) {
      const entries = input.Entries as { Id: string; ReceiptHandle: string }[];
      for (const { ReceiptHandle } of entries) {
        messages.splice(
          messages.findIndex(({ handle }) => handle === ReceiptHandle),
          1,
        );
      }
      change();
      return { Successful: entries.map(({ Id }) => ({ Id })) };
    },
  };

  return {
    calls,
    send(...bodies: string[]): void {
      messages.push(...bodies.map((body) => ({ id: `id-${body}`, body, receives: 0 })));
      change();
    },
    /** The visibility timeout of all messages has passed. */
    makeVisible(): void {
      for (const message of messages) delete message.handle;
      change();
    },
    /** The bodies of the messages that are not deleted. */
    bodies: (): string[] => messages.map(({ body }) => body),
    /** Resolves when so many messages are left. */
    left: (count: number): Promise<void> => until(() => messages.length === count),

    async call(operation: string, input: unknown, call: Call): Promise<unknown> {
      const run = operations[operation];
      if (run === undefined) throw new Error(`an event source mapping does not call ${operation}`);
      call.authorize(
        `sqs:${operation.replace("Batch", "")}`,
        "arn:aws:sqs:us-east-1:000000000000:q",
      );
      const callerArn = call.caller.kind === "service" ? call.caller.principal : call.caller.arn;
      calls.push({ operation, input: input as Record<string, unknown>, callerArn });
      return run(input as Record<string, unknown>, call);
    },
  };
}
