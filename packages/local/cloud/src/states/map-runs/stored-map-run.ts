import type {
  ExecutionStatus,
  MapRunLimits,
  MapRunOutcome,
  MapRunResult,
  NewMapRunChild,
} from "@darkroom/states";

export type MapRunStatus = "RUNNING" | "SUCCEEDED" | "FAILED" | "ABORTED";

/** Times in epoch milliseconds. */
export interface StoredMapRun {
  /** Counts up over all runs: the order of starts. */
  readonly run: number;
  readonly mapRunArn: string;
  /** That the Map stands in. */
  readonly executionArn: string;
  /** …:stateMachine:MACHINE/LABEL */
  readonly childStateMachineArn: string;
  readonly executionType: "STANDARD" | "EXPRESS";
  readonly status: MapRunStatus;
  readonly itemsRead: boolean;
  readonly startDate: number;
  readonly stopDate: number | undefined;
  /** undefined as long as it runs, and if it was aborted. */
  readonly outcome: MapRunOutcome | undefined;
  readonly limits: MapRunLimits;
  readonly redriveCount: number;
  /** Of the last redrive. */
  readonly redriveDate: number | undefined;
}

type Row = Record<string, unknown>;

const numberOf = (value: unknown): number | undefined =>
  value === null ? undefined : Number(value);

export const toMapRun = (row: Row): StoredMapRun => ({
  run: Number(row.run),
  mapRunArn: String(row.map_run_arn),
  executionArn: String(row.parent_arn),
  childStateMachineArn: String(row.child_machine_arn),
  executionType: row.execution_type === "EXPRESS" ? "EXPRESS" : "STANDARD",
  status: row.run_status as MapRunStatus,
  itemsRead: row.items_read === 1,
  startDate: Number(row.started_at),
  stopDate: numberOf(row.stopped_at),
  outcome: row.outcome === null ? undefined : JSON.parse(String(row.outcome)),
  limits: {
    maxConcurrency: Number(row.max_concurrency),
    toleratedFailureCount: numberOf(row.tolerated_count),
    toleratedFailurePercentage: numberOf(row.tolerated_percentage),
  },
  redriveCount: Number(row.redrive_count),
  redriveDate: numberOf(row.redriven_at),
});

export const toChild = (row: Row): NewMapRunChild => ({
  index: Number(row.child),
  name: String(row.name),
  input: String(row.input),
  items: Number(row.items),
});

export function toResult(
  row: Row,
  mapRun: StoredMapRun,
  executionArnOf: (name: string) => string,
): MapRunResult {
  const child = toChild(row);
  if (row.ended_at === null) return { ...child, summary: undefined };
  const text = (column: "output" | "error" | "cause") =>
    row[column] === null ? {} : { [column]: String(row[column]) };
  return {
    ...child,
    summary: {
      executionArn: executionArnOf(child.name),
      stateMachineArn: mapRun.childStateMachineArn,
      name: child.name,
      status: row.child_status as ExecutionStatus,
      startDate: Number(row.began_at),
      stopDate: Number(row.ended_at),
      input: child.input,
      ...text("output"),
      ...text("error"),
      ...text("cause"),
    },
  };
}
