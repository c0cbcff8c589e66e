import type { Clock } from "@darkroom/states";
import type { JsonService } from "../http/json-service.ts";
import { embeddedMetrics } from "./embedded-metrics.ts";
import { createExpiry } from "./expiry.ts";
import type { RecordMetric } from "./metric.ts";
import { getMetricData } from "./operations/get-metric-data.ts";
import { getMetricStatistics } from "./operations/get-metric-statistics.ts";
import { listMetrics } from "./operations/list-metrics.ts";
import { putMetricData } from "./operations/put-metric-data.ts";
import { cloudWatchProtocol } from "./protocol.ts";
import { createQueueGauges, type QueueDepth } from "./queue-gauges.ts";
import { createRecorder } from "./recorder.ts";
import { openMetricStore } from "./store.ts";

export interface CloudWatch {
  readonly service: JsonService;
  /** For the services of this process: takes a value in memory, and writes it within a second, and at close. */
  readonly record: RecordMetric;
  /** Takes the metrics that lines of a log carry in embedded metric format. */
  readLog(events: readonly { readonly message: string }[]): void;
  start(): void;
  close(): void;
}

export interface CloudWatchOptions {
  readonly databaseFile: string;
  readonly clock: Clock;
  /** Of all queues, whenever it is asked. */
  readonly queues: () => readonly QueueDepth[];
  readonly onFault: (error: unknown, where: string) => void;
}

/**
 * Amazon CloudWatch's metrics. The database is bounded: minutes for 15 days, hours for 455, a number of metrics and of
 * points. PutMetricData is on disk when it is answered; of what is recorded in the process a `kill -9` may lose the last
 * second.
 */
export function createCloudWatch(options: CloudWatchOptions): CloudWatch {
  const { clock } = options;
  const store = openMetricStore(options.databaseFile);
  const recorder = createRecorder({ ...options, store });
  const expiry = createExpiry({ ...options, store });
  const gauges = createQueueGauges({ ...options, recorder });
  const parts = {
    store,
    recorder,
    clock,
    beforeRead(namespaces: readonly string[]): void {
      recorder.flush();
      if (namespaces.includes("AWS/SQS")) gauges.sample();
    },
  };

  return {
    service: cloudWatchProtocol({
      GetMetricData: getMetricData(parts),
      GetMetricStatistics: getMetricStatistics(parts),
      ListMetrics: listMetrics(parts),
      PutMetricData: putMetricData(parts),
    }),

    record({ namespace, name, dimension: [Name, Value], unit }, value, atMs = clock.now()) {
      recorder.add({ namespace, name, dimensions: [{ Name, Value }], unit }, value, atMs);
    },

    readLog(events) {
      for (const { message } of events) {
        for (const { series, value, atMs } of embeddedMetrics(message)) {
          recorder.add(series, value, atMs);
        }
      }
    },

    start() {
      expiry.start();
      gauges.start();
    },

    close() {
      gauges.close();
      expiry.close();
      recorder.flush();
      store.close();
    },
  };
}
