import type { HistoryEvent } from "@darkroom/states";
import type { RecordMetric } from "./metric.ts";

/** https://docs.aws.amazon.com/step-functions/latest/dg/procedure-cw-metrics.html */
const countOf: Readonly<Record<string, string>> = {
  ExecutionStarted: "ExecutionsStarted",
  ExecutionRedriven: "ExecutionsRedriven",
  ExecutionSucceeded: "ExecutionsSucceeded",
  ExecutionFailed: "ExecutionsFailed",
  ExecutionTimedOut: "ExecutionsTimedOut",
  ExecutionAborted: "ExecutionsAborted",
};

/**
 * Counts executions by what their journals got: each event of a journal is told once, after it is kept.
 * @param startOf when an execution of an earlier process was started, in epoch milliseconds
 */
export function executionMetrics(
  record: RecordMetric,
  startOf: (executionArn: string) => number | undefined,
) {
  /** Of executions that run. */
  const starts = new Map<string, number>();

  return (machineArn: string, executionArn: string, events: readonly HistoryEvent[]): void => {
    for (const { type, timestamp } of events) {
      const name = countOf[type];
      if (name === undefined) continue;
      const metric = {
        namespace: "AWS/States",
        dimension: ["StateMachineArn", machineArn] as const,
      };
      record({ ...metric, name, unit: "Count" }, 1, timestamp);
      if (type === "ExecutionStarted") {
        starts.set(executionArn, timestamp);
        // Nothing is throttled here, and a reader who asks how much was finds that.
        record({ ...metric, name: "ExecutionThrottled", unit: "Count" }, 0, timestamp);
      }
      if (type === "ExecutionStarted" || type === "ExecutionRedriven") continue;
      const started = starts.get(executionArn) ?? startOf(executionArn);
      starts.delete(executionArn);
      if (started === undefined) continue;
      record(
        { ...metric, name: "ExecutionTime", unit: "Milliseconds" },
        Math.max(0, timestamp - started),
        timestamp,
      );
    }
  };
}
