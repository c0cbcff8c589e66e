import type { Clock } from "@darkroom/states";
import { countingMessages } from "../cloudwatch/message-metrics.ts";
import type { RecordMetric } from "../cloudwatch/metric.ts";
import type { QueueDepth } from "../cloudwatch/queue-gauges.ts";
import type { JsonService } from "../http/json-service.ts";
import type { Place } from "../place.ts";
import type { QueueDraft } from "../terraform/draft.ts";
import { createBroker } from "./broker.ts";
import { createMoveTaskStore } from "./move-task-store.ts";
import { createMoveTasks } from "./move-tasks.ts";
import { describeOperations } from "./operations/describe.ts";
import { moveTaskOperations } from "./operations/move-tasks.ts";
import { queueOperations } from "./operations/queues.ts";
import { receiveOperations } from "./operations/receive.ts";
import { sendOperations } from "./operations/send.ts";
import { settleOperations } from "./operations/settle.ts";
import { tagOperations } from "./operations/tags.ts";
import { sqsProtocol } from "./protocol.ts";
import { createQueueCatalog } from "./queue-catalog.ts";
import { createReceiptHandles } from "./receipt-handle.ts";
import { createRetention } from "./retention.ts";
import { settingsOfDraft } from "./settings.ts";
import { openQueueStore } from "./store.ts";

export interface Sqs {
  readonly service: JsonService;
  /** Makes or changes a queue; its messages stay. @throws Error that names the queue and what about it can't be had */
  putQueue(queue: QueueDraft): void;
  /** The URL that operations take, for a queue's ARN, whether it is there or not. */
  queueUrl(queueArn: string): string;
  /** How many messages a queue has; undefined when there is none of this ARN. */
  depth(queueArn: string): { visible: number; inFlight: number; delayed: number } | undefined;
  /** How many messages each queue has, and since when; none when it is closed. */
  depths(): readonly QueueDepth[];
  /** @throws Error when the dead-letter queue of a queue that was put isn't there or does not allow it. */
  start(): void;
  /** Waiting receivers get an empty answer; what was asked for before is on disk when this is fulfilled. */
  close(): Promise<void>;
}

export interface SqsOptions {
  readonly place: Place;
  readonly databaseFile: string;
  readonly clock: Clock;
  /** Without a slash at its end, e.g. `http://127.0.0.1:4566`. */
  readonly endpointUrl: string;
  /** Takes how many messages were sent, received and deleted. */
  readonly recordMetric?: RecordMetric;
  readonly onFault: (error: unknown, where: string) => void;
}

/** Amazon SQS: standard queues, durable in SQLite. FIFO queues are refused by name. */
export function createSqs(options: SqsOptions): Sqs {
  const { place, clock, endpointUrl, onFault } = options;
  const store = openQueueStore(options.databaseFile, clock.now());
  const tasks = createMoveTaskStore(store.database);
  const catalog = createQueueCatalog({ store, place, clock, endpointUrl });
  const broker = createBroker({ store, catalog, clock, onFault });
  const retention = createRetention({ store, catalog, broker, clock, onFault });
  const moveTasks = createMoveTasks({ store, tasks, catalog, broker, clock, onFault });
  const handles = createReceiptHandles(store.secret("receipt-handles"));
  const parts = { store, tasks, moveTasks, catalog, broker, handles, clock };
  const put = new Set<string>();
  let closed = false;
  const operations = {
    ...sendOperations(parts),
    ...receiveOperations(parts),
    ...settleOperations(parts),
    ...queueOperations(parts),
    ...describeOperations(parts),
    ...moveTaskOperations(parts),
    ...tagOperations(parts),
  };

  function checkRedrive(name: string): void {
    const queue = catalog.byName(name);
    try {
      if (queue !== undefined) catalog.checkRedrive(name, queue.settings);
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      throw new Error(`The redrive policy of the queue ${name} can't be applied: ${why}`, {
        cause: error,
      });
    }
  }

  return {
    service: sqsProtocol(
      options.recordMetric === undefined
        ? operations
        : countingMessages(operations, options.recordMetric),
    ),

    putQueue(draft) {
      const settings = settingsOfDraft(draft);
      const queue = catalog.byName(draft.name);
      if (queue === undefined) catalog.create(draft.name, settings);
      else catalog.change(queue, { ...settings, tags: queue.settings.tags });
      put.add(draft.name);
    },

    queueUrl: (arn) => `${endpointUrl}/${place.accountId}/${arn.slice(arn.lastIndexOf(":") + 1)}`,

    depth(arn) {
      const queue = catalog.byArn(arn);
      return queue && store.counts(queue.id, clock.now());
    },

    depths() {
      if (closed) return [];
      const oldest = store.oldestSent();
      const now = clock.now();
      return catalog.all().map(({ id, name }) => ({
        name,
        ...store.counts(id, now),
        oldestAgeMs: Math.max(0, now - (oldest.get(id) ?? now)),
      }));
    },

    start() {
      for (const name of put) checkRedrive(name);
      retention.start();
      moveTasks.start();
    },

    async close() {
      closed = true;
      retention.close();
      moveTasks.close();
      broker.close();
      await store.close();
    },
  };
}
