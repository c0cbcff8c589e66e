import { createHash } from "node:crypto";
import type { Clock } from "@darkroom/states";
import { z } from "zod";
import { AwsError } from "../aws-error.ts";
import type { Caller } from "../caller.ts";
import { roleSession } from "../credentials.ts";
import type { JsonService } from "../http/json-service.ts";
import type { Place } from "../place.ts";
import type { Call } from "../service.ts";
import type { EventSourceMappingDraft } from "../terraform/draft.ts";
import { failedMessages } from "./batch-response.ts";
import type { InvocationResult } from "./execution-environment.ts";
import type { DeployedFunction } from "./functions.ts";
import {
  deletedMessages,
  receivedMessages,
  type SqsBatch,
  type SqsMessage,
  sqsBatches,
} from "./sqs-event.ts";

/** A queue whose messages a function gets. */
export interface EventSourceMapping {
  readonly uuid: string;
  readonly draft: EventSourceMappingDraft;
  /** How the last attempt went, in Lambda's words. */
  lastResult(): string;
  start(): void;
  /** Receives no more. */
  stop(): void;
  /** After `stop`: waits for what runs. */
  close(): Promise<void>;
}

export interface MappingOptions {
  readonly place: Place;
  readonly clock: Clock;
  readonly endpointUrl: string;
  readonly sqs: Pick<JsonService, "call">;
  readonly callAs: (caller: Caller, signal: AbortSignal) => Call;
  readonly whenCalm: (signal: AbortSignal) => Promise<void>;
  readonly invoke: (deployed: DeployedFunction, payload: string) => Promise<InvocationResult>;
  readonly onFault: (error: unknown, where: string) => void;
}

/** ReceiveMessage's and DeleteMessageBatch's own limit. */
const messagesPerCall = 10;
const longPollSeconds = 20;

/** https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-scaling.html: as many batches at once, if not told otherwise. */
const defaultConcurrency = 1250;

/** How long a busy machine keeps a queue waiting before it gets its turn all the same. */
const patienceMs = 20_000;

const queueAttributes = z.looseObject({
  Attributes: z.looseObject({ VisibilityTimeout: z.coerce.number() }),
});

/**
 * Polls a queue with the permissions of the function's role and invokes the function with what comes. One long poll is
 * open while the queue is empty; while messages wait, batches run side by side as far as the machine has room.
 * A message that was not handled is left to the queue's visibility timeout.
 * @throws Error that names the mapping and what about it can't be done
 */
export function createEventSourceMapping(
  draft: EventSourceMappingDraft,
  functionOf: () => DeployedFunction | undefined,
  options: MappingOptions,
): EventSourceMapping {
  checkMapping(draft);
  const { clock, place } = options;
  const where = `event source mapping ${draft.address}`;
  const queueName = draft.queueArn.split(":").at(-1) ?? "";
  const queueUrl = `${options.endpointUrl}/${place.accountId}/${queueName}`;
  const closing = new AbortController();
  const { signal } = closing;
  const running = new Set<Promise<void>>();
  const limit = draft.maximumConcurrency ?? defaultConcurrency;
  let lastResult = "No records processed";
  let polling: Promise<void> = Promise.resolve();

  function requireFunction(): DeployedFunction {
    const deployed = functionOf();
    if (deployed !== undefined) return deployed;
    throw new Error(`There is no function ${draft.functionName}.`);
  }

  function call(operation: string, input: Record<string, unknown>): Promise<unknown> {
    const { roleArn, name } = requireFunction().definition;
    const caller = roleSession(roleArn, name);
    const context = options.callAs(caller, operation === "ReceiveMessage" ? signal : neverAborted);
    return options.sqs.call(operation, { QueueUrl: queueUrl, ...input }, context);
  }

  /** What CreateEventSourceMapping checks on AWS. */
  async function check(): Promise<void> {
    const { Attributes } = queueAttributes.parse(
      await call("GetQueueAttributes", { AttributeNames: ["VisibilityTimeout"] }),
    );
    const { timeoutSeconds } = requireFunction().definition;
    if (Attributes.VisibilityTimeout < timeoutSeconds) {
      throw new AwsError(
        "InvalidParameterValueException",
        `Queue visibility timeout: ${Attributes.VisibilityTimeout} seconds is less than Function timeout: ${timeoutSeconds} seconds`,
      );
    }
  }

  async function receive(most: number, waitSeconds: number): Promise<SqsMessage[]> {
    return receivedMessages.parse(
      await call("ReceiveMessage", {
        MaxNumberOfMessages: Math.min(most, messagesPerCall),
        WaitTimeSeconds: waitSeconds,
        MessageSystemAttributeNames: ["All"],
        MessageAttributeNames: ["All"],
      }),
    );
  }

  /** A batch: what one call brings, or what comes within the batching window. */
  async function gather(): Promise<SqsMessage[]> {
    const messages = await receive(draft.batchSize, longPollSeconds);
    const untilMs = clock.now() + draft.maximumBatchingWindowSeconds * 1000;
    while (messages.length > 0 && messages.length < draft.batchSize && !signal.aborted) {
      const leftSeconds = Math.ceil((untilMs - clock.now()) / 1000);
      if (leftSeconds <= 0) break;
      const more = await receive(
        draft.batchSize - messages.length,
        Math.min(leftSeconds, longPollSeconds),
      );
      messages.push(...more);
    }
    return messages;
  }

  async function handle({ payload, messages }: SqsBatch): Promise<void> {
    const result = await options.invoke(requireFunction(), payload);
    const ids = new Set(messages.map(({ MessageId }) => MessageId));
    const failed =
      result.functionError !== undefined
        ? "all"
        : draft.reportBatchItemFailures
          ? failedMessages(result.payload, ids)
          : new Set<string>();
    lastResult = failed === "all" ? "PROBLEM: Function call failed" : "OK";
    if (failed === "all") return;
    await remove(messages.filter(({ MessageId }) => !failed.has(MessageId)));
  }

  async function remove(messages: readonly SqsMessage[]): Promise<void> {
    for (let start = 0; start < messages.length; start += messagesPerCall) {
      const Entries = messages
        .slice(start, start + messagesPerCall)
        .map(({ ReceiptHandle }, index) => ({ Id: String(index), ReceiptHandle }));
      const { Failed } = deletedMessages.parse(await call("DeleteMessageBatch", { Entries }));
      const [first] = Failed;
      // Its function ran longer than the visibility timeout: the message is somebody else's already.
      if (first !== undefined && first.Code !== "ReceiptHandleIsInvalid") {
        throw new Error(`${Failed.length} messages could not be deleted: ${first.Code}`);
      }
    }
  }

  function dispatch(batch: SqsBatch): void {
    const ended = handle(batch)
      .catch((error: unknown) => {
        lastResult = `PROBLEM: ${error instanceof Error ? error.message : error}`;
        if (!signal.aborted) options.onFault(error, where);
      })
      .finally(() => running.delete(ended));
    running.add(ended);
  }

  /** Waits for room; a queue that has waited long gets its turn even on a busy machine. */
  async function roomForMore(): Promise<void> {
    while (running.size >= limit && !signal.aborted) await Promise.race(running);
    const turn = new AbortController();
    const cancel = clock.setTimer(clock.now() + patienceMs, () => turn.abort());
    await options.whenCalm(AbortSignal.any([signal, turn.signal]));
    cancel();
  }

  async function poll(): Promise<void> {
    let failures = 0;
    let checked = false;
    let told = "";
    while (!signal.aborted) {
      try {
        if (!checked) await check();
        checked = true;
        await roomForMore();
        if (signal.aborted) return;
        for (const batch of sqsBatches(await gather(), draft.queueArn, place)) dispatch(batch);
        failures = 0;
      } catch (error) {
        if (signal.aborted) return;
        const text = error instanceof Error ? error.message : String(error);
        lastResult = `PROBLEM: ${text}`;
        if (text !== told) options.onFault(error, where);
        told = text;
        await pause(Math.min(1000 * 2 ** failures, 30_000));
        failures += 1;
      }
    }
  }

  function pause(milliseconds: number): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => {
        cancel();
        signal.removeEventListener("abort", done);
        resolve();
      };
      const cancel = clock.setTimer(clock.now() + milliseconds, done);
      signal.addEventListener("abort", done);
    });
  }

  return {
    uuid: mappingUuid(draft.address),
    draft,
    lastResult: () => lastResult,
    start() {
      polling = poll();
    },
    stop: () => closing.abort(),
    async close() {
      await polling;
      await Promise.allSettled(running);
    },
  };
}

/** What AWS would refuse, and queues that the local cloud doesn't have. */
function checkMapping(draft: EventSourceMappingDraft): void {
  const refuse = (why: string): never => {
    throw new Error(`${draft.address}: ${why}`);
  };
  if (!/^arn:aws:sqs:[^:]+:\d{12}:[\w-]+$/.test(draft.queueArn)) {
    refuse(`the local cloud maps standard SQS queues only, not ${draft.queueArn}.`);
  }
  if (draft.batchSize < 1 || draft.batchSize > 10_000) {
    refuse(`a batch size of ${draft.batchSize} is not between 1 and 10000.`);
  }
  if (draft.maximumBatchingWindowSeconds < 0 || draft.maximumBatchingWindowSeconds > 300) {
    refuse(
      `a batching window of ${draft.maximumBatchingWindowSeconds} seconds is not between 0 and 300.`,
    );
  }
  if (draft.batchSize > messagesPerCall && draft.maximumBatchingWindowSeconds === 0) {
    refuse(
      "Maximum batch window in seconds must be greater than 0 if maximum batch size is greater than 10",
    );
  }
}

/** What an invocation has handled is deleted even while the cloud is being stopped. */
const neverAborted = new AbortController().signal;

/** The same mapping has the same id at every start. */
function mappingUuid(address: string): string {
  const hex = createHash("sha256").update(address).digest("hex");
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    hex.slice(12, 16),
    hex.slice(16, 20),
    hex.slice(20, 32),
  ].join("-");
}
