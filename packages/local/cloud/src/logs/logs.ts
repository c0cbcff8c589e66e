import type { Clock } from "@darkroom/states";
import { type JsonService, jsonService } from "../http/json-service.ts";
import type { Place } from "../place.ts";
import type { Call } from "../service.ts";
import { describeOperations } from "./describe-operations.ts";
import { createExpiry } from "./expiry.ts";
import { createIngestion } from "./ingestion.ts";
import { createLogAccess } from "./log-access.ts";
import { manageOperations } from "./manage-operations.ts";
import { readOperations } from "./read-operations.ts";
import { type NewLogEvent, openLogStore } from "./store.ts";
import { logWriters } from "./writers.ts";

/** All messages of all groups together, unless told otherwise. */
const defaultMaximumBytes = 256 * 1024 * 1024;

export interface Logs {
  readonly service: JsonService;
  /** Makes a group, or changes how long it keeps its events. */
  putLogGroup(group: { readonly name: string; readonly retentionDays: number }): void;
  /**
   * Takes events of a stream in the process, without waiting for the disk: they are written within 200 ms, and at close.
   * Readers find them at once. A group or stream that isn't there is made.
   * @param events timestamps in epoch milliseconds
   * @param writer the role that needs the permission: without it, the events are dropped. Left out for what AWS itself
   *   delivers.
   */
  append(
    logGroup: string,
    stream: string,
    events: readonly NewLogEvent[],
    writer?: Pick<Call, "authorize">,
  ): void;
  /** @throws AwsError unless this role may have the log of its state machine delivered to the group */
  requireDelivery(role: Pick<Call, "authorize">, logGroup: string): void;
  start(): void;
  close(): Promise<void>;
}

export interface LogsOptions {
  readonly place: Place;
  readonly databaseFile: string;
  readonly clock: Clock;
  readonly onFault: (error: unknown, where: string) => void;
  /** How large all messages together may grow before the first ones are removed; 256 MiB by default. */
  readonly maximumBytes?: number;
  /** Told what was appended, for the metrics in it. */
  readonly onAppended?: (events: readonly NewLogEvent[]) => void;
}

/**
 * Amazon CloudWatch Logs. The database is bounded: by each group's retention, and by `maximumBytes` for all groups
 * together, beyond which the events that came first go; see expiry.ts.
 */
export function createLogs(options: LogsOptions): Logs {
  const { place, clock, onFault, maximumBytes = defaultMaximumBytes } = options;
  const store = openLogStore(options.databaseFile);
  const expiry = createExpiry({ store, clock, maximumBytes, onFault });
  const ingestion = createIngestion({ store, clock, onWritten: expiry.grown, onFault });
  const access = createLogAccess(place, store);
  const writers = logWriters({ store, access });
  const parts = { store, access, ingestion, expiry, clock };

  return {
    service: jsonService({
      name: "logs",
      jsonVersion: "1.1",
      operations: {
        ...manageOperations(parts),
        ...describeOperations(parts),
        ...readOperations(parts),
      },
    }),

    putLogGroup({ name, retentionDays }) {
      const id = store.group(name)?.id ?? store.createGroup(name, clock.now());
      store.setRetention(id, retentionDays);
    },

    append(logGroup, stream, events, writer) {
      if (writer !== undefined && !writers.mayWrite(writer, logGroup, stream)) return;
      ingestion.append(logGroup, stream, events);
      options.onAppended?.(events);
    },

    requireDelivery: writers.requireDelivery,
    start: expiry.start,

    async close() {
      ingestion.flush();
      expiry.close();
      store.close();
    },
  };
}
