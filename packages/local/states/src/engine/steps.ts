import type { MapRunPlan } from "../map-run/running-map-run.ts";
import type { Json } from "../types.ts";
import type { StateFailure } from "./state-failure.ts";
import type { Thread } from "./thread.ts";

/** How a task comes to its end; see https://docs.aws.amazon.com/step-functions/latest/dg/connect-to-resource.html */
export type TaskPattern =
  /** The call's answer is the result. */
  | "call"
  /** Whoever has the token gives the result. */
  | "waitForTaskToken"
  /** The call begins a job, whose end gives the result. */
  | "sync"
  | "sync:2"
  /** A worker comes for the task, and gives the result by its token. */
  | "activity";

/** One try of a Task state, from its Scheduled event to its end. */
export interface TaskCall {
  /** Without the suffix that names the pattern. */
  readonly resource: string;
  readonly pattern: TaskPattern;
  readonly parameters: Json;
  readonly stateName: string;
  readonly retryCount: number;
  readonly timeoutSeconds: number | undefined;
  readonly heartbeatSeconds: number | undefined;
  /** Where the result is given by it. */
  readonly token: string | undefined;
  /** That of Credentials; undefined: the execution's. */
  readonly roleArn: string | undefined;
}

/** What a thread waits for when it yields. */
export type Request =
  /**
   * A moment. `longestMs` is all the time it can take from now on: it bounds the wait where the clock was set back.
   */
  | { readonly kind: "due"; readonly at: number; readonly longestMs?: number }
  /**
   * The start, the call's answer or the end of a task; `startedAt` once its Started event is there,
   * `submitted` (the call's answer) once its Submitted event is.
   */
  | {
      readonly kind: "task";
      readonly call: TaskCall;
      readonly startedAt?: number;
      readonly submitted?: Json;
    }
  /** The end of a map run; its MapRunStarted event is there. */
  | { readonly kind: "mapRun"; readonly plan: MapRunPlan }
  /** The end of one of the thread's children. */
  | { readonly kind: "child" }
  /** Nothing: it lets the other threads, and the journal, have their turn. */
  | { readonly kind: "turn" };

/** How a task has ended. */
export type TaskEnd =
  | { readonly kind: "succeeded"; readonly output: Json }
  | {
      readonly kind: "failed";
      readonly error: string | undefined;
      readonly cause: string | undefined;
    }
  | { readonly kind: "timedOut"; readonly heartbeatMissed: boolean };

/** What a thread is told when it goes on. */
export type Answer =
  | { readonly kind: "due" | "turn" }
  | { readonly kind: "started"; readonly workerName?: string | undefined }
  /** `restartedAt`: see HistoryEvent.replay. */
  | { readonly kind: "submitted"; readonly output: Json; readonly restartedAt?: number | undefined }
  | TaskEnd
  | { readonly kind: "child"; readonly child: Thread; readonly output: Json }
  | { readonly kind: "childFailed"; readonly child: Thread; readonly failure: StateFailure };

/** A piece of an execution that can wait on the way: the scheduler answers what it yields. */
export type Steps<T> = Generator<Request, T, Answer>;
