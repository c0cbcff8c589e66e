import type { ExecutionSummary } from "../types.ts";
import type { MapRunInput, MapRunLimits, MapRunOutcome } from "./host.ts";

type Maybe<T> = T | Promise<T>;

/**
 * What is kept of one map run. What a method has taken is kept when it returns, or when its promise is fulfilled.
 * Invariant: no child is started before `allRead`, so that a run that was left while it read its items can read them
 * again, and one that was left later never does.
 */
export interface MapRunStore {
  /** How far the run has come, in this process or an earlier one. A run that was never seen is `reading`. */
  progress(): Maybe<MapRunProgress>;
  /** How often it was redriven. */
  redriveCount(): Maybe<number>;
  /** The run has no end any more, and neither have the children that ended without success. */
  redrive(redriveCount: number): Maybe<void>;
  /** The limits as they are now. */
  limits(): Maybe<MapRunLimits>;
  /** Forgets the children that were added: the items are read from the first one. */
  clear(): Maybe<void>;
  /** Adds the next children, in order. */
  add(children: readonly NewMapRunChild[]): Maybe<void>;
  /** All items are read: the run is `running` from now on. */
  allRead(): Maybe<void>;
  /** The children from `from` on that have no end, at most so many, by their index. */
  open(from: number, limit: number): Maybe<readonly MapRunChild[]>;
  /** The child runs; said again after a restart. */
  started(index: number): Maybe<void>;
  ended(index: number, summary: ExecutionSummary): Maybe<void>;
  /** The children of the group from `from` on, at most so many, by their index. */
  results(group: MapRunGroup, from: number, limit: number): Maybe<readonly MapRunResult[]>;
  counts(): Maybe<MapRunCounts>;
  /** The results of all children that have an end are written: they count as resultsWritten. */
  resultsWritten(): Maybe<void>;
  /** The run's end; undefined if it was aborted. */
  finish(outcome: MapRunOutcome | undefined): Maybe<void>;
}

export type MapRunProgress =
  | { readonly phase: "reading" | "running" }
  /** The outcome, for a process that was ended before the execution heard of it; undefined if it was aborted. */
  | { readonly phase: "ended"; readonly outcome: MapRunOutcome | undefined };

export interface NewMapRunChild extends MapRunInput {
  /** 0 for the first. */
  readonly index: number;
  /** Of the execution. */
  readonly name: string;
}

export interface MapRunChild extends NewMapRunChild {
  /** `started` was said of it: an earlier process had it running. */
  readonly begun: boolean;
}

/**
 * `succeeded`, `failed` (also timed out and aborted), or `pending`: without an end. `all` has all of them.
 */
export type MapRunGroup = "succeeded" | "failed" | "pending" | "all";

/** A child as the results tell of it. */
export interface MapRunResult extends NewMapRunChild {
  /** undefined if it has no end. */
  readonly summary: ExecutionSummary | undefined;
}

/** https://docs.aws.amazon.com/step-functions/latest/apireference/API_MapRunExecutionCounts.html */
export interface MapRunTally {
  readonly pending: number;
  readonly running: number;
  readonly succeeded: number;
  readonly failed: number;
  readonly timedOut: number;
  readonly aborted: number;
  readonly total: number;
  readonly resultsWritten: number;
}

export interface MapRunCounts {
  readonly executions: MapRunTally;
  readonly items: MapRunTally;
}

/** How the coordinator starts a child: a child that has ended already gives its end again, and isn't run again. */
export interface MapRunChildren {
  start(child: MapRunChild): RunningMapRunChild;
}

export interface RunningMapRunChild {
  /** Rejects if its history can't be kept. */
  readonly done: Promise<ExecutionSummary>;
  stop(): void;
  suspend(): void;
}
