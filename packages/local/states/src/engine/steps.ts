import type { Json } from "../types.ts";
import type { StateFailure } from "./state-failure.ts";
import type { Thread } from "./thread.ts";

/** One try of a Task state, from its Scheduled event to its end. */
export interface TaskCall {
  readonly resource: string;
  readonly parameters: Json;
  readonly stateName: string;
  readonly retryCount: number;
  readonly timeoutSeconds: number | undefined;
  readonly heartbeatSeconds: number | undefined;
}

/** What a thread waits for when it yields. */
export type Request =
  /**
   * A moment. `longestMs` is all the time it can take from now on: it bounds the wait where the clock was set back.
   */
  | { readonly kind: "due"; readonly at: number; readonly longestMs?: number }
  /** The start or the end of a task; `startedAt` once its Started event is there. */
  | { readonly kind: "task"; readonly call: TaskCall; readonly startedAt?: number }
  /** The end of one of the thread's children. */
  | { readonly kind: "child" }
  /** Nothing: it lets the other threads, and the journal, have their turn. */
  | { readonly kind: "turn" };

/** What a thread is told when it goes on. */
export type Answer =
  | { readonly kind: "due" | "turn" | "started" }
  | { readonly kind: "succeeded"; readonly output: Json }
  | {
      readonly kind: "failed";
      readonly error: string | undefined;
      readonly cause: string | undefined;
    }
  | { readonly kind: "timedOut"; readonly heartbeatMissed: boolean }
  | { readonly kind: "child"; readonly child: Thread; readonly output: Json }
  | { readonly kind: "childFailed"; readonly child: Thread; readonly failure: StateFailure };

/** A piece of an execution that can wait on the way: the scheduler answers what it yields. */
export type Steps<T> = Generator<Request, T, Answer>;
