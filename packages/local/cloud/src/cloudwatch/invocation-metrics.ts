import { AwsError } from "../aws-error.ts";
import type { RecordMetric, Unit } from "./metric.ts";

/** Counts the invocations of functions: https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html */
export function invocationMetrics(record: RecordMetric) {
  /** How many run at once, by function. */
  const running = new Map<string, number>();

  function count(functionName: string, name: string, value: number, unit: Unit = "Count"): void {
    const dimension = ["FunctionName", functionName] as const;
    record({ namespace: "AWS/Lambda", name, dimension, unit }, value);
  }

  return {
    /** What was refused before it had a place; it is no invocation. */
    refused(functionName: string, error: unknown): void {
      if (!(error instanceof AwsError) || error.code !== "TooManyRequestsException") return;
      count(functionName, "Throttles", 1);
    },

    /** @returns to be called once, when it has ended: with no result when there was no process for it */
    begun(functionName: string) {
      const now = (running.get(functionName) ?? 0) + 1;
      running.set(functionName, now);
      count(functionName, "ConcurrentExecutions", now);
      return (result: { durationMs: number; functionError?: string } | undefined): void => {
        const left = (running.get(functionName) ?? 1) - 1;
        if (left === 0) running.delete(functionName);
        else running.set(functionName, left);
        if (result === undefined) return;
        count(functionName, "Invocations", 1);
        count(functionName, "Errors", result.functionError === undefined ? 0 : 1);
        count(functionName, "Throttles", 0);
        count(functionName, "Duration", result.durationMs, "Milliseconds");
      };
    },
  };
}
