import type { StateMachine } from "./definition/machine.ts";
import { jsonText } from "./engine/json-text.ts";
import {
  type EventDetails,
  HistoryLimitError,
  HistoryMismatchError,
  Recorder,
} from "./engine/recorder.ts";
import { type End, Scheduler } from "./engine/scheduler.ts";
import type { Thread } from "./engine/thread.ts";
import type {
  Clock,
  ExecutionSummary,
  HistoryEvent,
  Journal,
  Json,
  Random,
  TaskInvoker,
} from "./types.ts";

export interface ExecutionOptions {
  readonly machine: StateMachine;
  readonly stateMachineArn: string;
  readonly executionArn: string;
  readonly name: string;
  readonly roleArn: string;
  /** JSON text. */
  readonly input: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly invoker: TaskInvoker;
  readonly journal: Journal;
  /** What the journal holds of the execution from an earlier process, in order; empty for a new execution. */
  readonly history: readonly HistoryEvent[];
}

/** An execution that runs. */
export interface Execution {
  /**
   * How it has ended; its last event is in the journal then.
   * Rejects if the journal fails, and with a fault of the engine: the execution has no end then and can be resumed.
   */
  readonly done: Promise<ExecutionSummary>;
  /** Aborts it as StopExecution does; an execution that has ended stays as it is. */
  stop(reason?: { readonly error?: string; readonly cause?: string }): void;
  /**
   * Lets go of it without an end, as when the process ends: its tasks are aborted, its timers cancelled, nothing more
   * is written, and `done` stays open. It can be resumed from the journal.
   */
  suspend(): void;
}

/**
 * Starts an execution, or takes up one that an earlier process has left.
 * A resumed execution goes on from its last event as if it had not been interrupted, but that a task without an end in
 * the history is run again (at least once, as on AWS), and has its whole TimeoutSeconds again.
 * @throws SyntaxError if the input is no JSON
 */
export function startExecution(options: ExecutionOptions): Execution {
  return new RunningExecution(options);
}

/** The event that each way to end is told by, and the status that it gives. */
const ends = {
  ExecutionSucceeded: { status: "SUCCEEDED", details: "executionSucceededEventDetails" },
  ExecutionFailed: { status: "FAILED", details: "executionFailedEventDetails" },
  ExecutionAborted: { status: "ABORTED", details: "executionAbortedEventDetails" },
  ExecutionTimedOut: { status: "TIMED_OUT", details: "executionTimedOutEventDetails" },
} as const;

type EndType = keyof typeof ends;

interface Outcome {
  readonly output?: string;
  readonly error?: string | undefined;
  readonly cause?: string | undefined;
}

class RunningExecution implements Execution {
  readonly done: Promise<ExecutionSummary>;
  readonly #options: Omit<ExecutionOptions, "history">;
  /** An execution whose end is in the history has nothing left to do. */
  readonly #recordedEnd: HistoryEvent | undefined;
  readonly #recorder: Recorder;
  readonly #scheduler: Scheduler;
  readonly #main: Thread;
  readonly #settle: {
    resolve: (summary: ExecutionSummary) => void;
    reject: (error: unknown) => void;
  };
  /** Why it is to be ended from outside: by StopExecution or by the machine's TimeoutSeconds. */
  #ordered: { type: EndType; outcome: Outcome } | undefined;
  #cancelTimeout: (() => void) | undefined;
  #over = false;
  #working = false;

  constructor(options: ExecutionOptions) {
    const { resolve, reject, promise } = Promise.withResolvers<ExecutionSummary>();
    this.done = promise;
    this.#settle = { resolve, reject };
    // The recorded events are not kept for the execution's whole life.
    const { history, ...others } = options;
    this.#options = others;
    this.#recordedEnd = endOf(history);
    const input: Json = JSON.parse(options.input);
    this.#recorder = new Recorder(options);
    this.#scheduler = new Scheduler({
      clock: options.clock,
      invoker: options.invoker,
      recorder: this.#recorder,
      facts: {
        executionArn: options.executionArn,
        stateMachineArn: options.stateMachineArn,
        name: options.name,
        roleArn: options.roleArn,
        input,
      },
      wake: () => this.#workSoon(),
    });
    this.#main = this.#scheduler.start(options.machine.branch, input);
    this.#workSoon();
  }

  stop(reason: { readonly error?: string; readonly cause?: string } = {}): void {
    this.#ordered ??= { type: "ExecutionAborted", outcome: reason };
    this.#workSoon();
  }

  suspend(): void {
    this.#over = true;
    this.#letGo();
  }

  #letGo(): void {
    this.#cancelTimeout?.();
    this.#scheduler.end();
  }

  /** In a microtask: what comes from outside in one moment is worked on together. */
  #workSoon(): void {
    if (this.#working || this.#over) return;
    this.#working = true;
    queueMicrotask(() => {
      this.#work().catch((error: unknown) => {
        this.suspend();
        this.#settle.reject(error);
      });
    });
  }

  /** Goes as far as it can without anything from outside. */
  async #work(): Promise<void> {
    if (this.#recordedEnd !== undefined) return this.#finish(this.#recordedEnd);
    if (this.#recorder.lastEventId === 0) this.#recordStart();
    while (!this.#over) {
      const end = this.#step();
      if (typeof end === "object") {
        await this.#recorder.write();
        if (!this.#over) this.#finish(end);
        return;
      }
      if (end && !this.#recorder.batchIsFull) continue;
      if (this.#recorder.hasUnwritten) {
        const written = this.#recorder.write();
        if (written !== undefined) await written;
      } else if (!this.#begin()) {
        // Said in the same turn as it was found: a message that comes now starts the work again.
        this.#working = false;
        return;
      }
    }
  }

  /** @returns whether there was something to do, or the event that has ended the execution */
  #step(): boolean | HistoryEvent {
    try {
      if (this.#ordered !== undefined && this.#recorder.next === undefined) {
        return this.#end(this.#main, this.#ordered.type, this.#ordered.outcome);
      }
      const end = this.#scheduler.step();
      return typeof end === "object" ? this.#endAs(end) : end;
    } catch (error) {
      if (error instanceof HistoryLimitError) {
        return this.#end(this.#main, "ExecutionFailed", {
          error: "States.Runtime",
          cause: error.message,
        });
      }
      if (!(error instanceof HistoryMismatchError)) throw error;
      this.#recorder.abandonReplay();
      return this.#end(this.#main, "ExecutionFailed", {
        error: "States.Runtime",
        cause: `The recorded history can't be resumed: ${error.message}.`,
      });
    }
  }

  #begin(): boolean {
    const { machine, clock } = this.#options;
    if (this.#cancelTimeout === undefined && machine.timeoutSeconds !== undefined) {
      const ms = machine.timeoutSeconds * 1000;
      const at = Math.min(this.#recorder.startedAt, clock.now()) + ms;
      this.#cancelTimeout = clock.setTimer(at, () => {
        this.#ordered ??= { type: "ExecutionTimedOut", outcome: {} };
        this.#workSoon();
      });
    }
    return this.#scheduler.begin();
  }

  #recordStart(): void {
    this.#recorder.emit(0, "ExecutionStarted", {
      executionStartedEventDetails: {
        input: this.#options.input,
        inputDetails: { truncated: false },
        roleArn: this.#options.roleArn,
      },
    });
  }

  #endAs(end: End): HistoryEvent {
    if (end.kind === "succeeded") {
      return this.#end(this.#main, "ExecutionSucceeded", { output: jsonText(end.output) });
    }
    const { error, cause } = end.failure;
    return this.#end(end.thread, "ExecutionFailed", { error, cause });
  }

  #end(thread: Thread, type: EndType, outcome: Outcome): HistoryEvent {
    this.#letGo();
    const { output, error, cause } = outcome;
    const details: EventDetails = {
      [ends[type].details]: {
        ...(output === undefined ? {} : { output, outputDetails: { truncated: false } }),
        ...(error === undefined ? {} : { error }),
        ...(cause === undefined ? {} : { cause }),
      },
    };
    return this.#recorder.emit(thread.lastEventId, type, details);
  }

  #finish(event: HistoryEvent): void {
    this.#over = true;
    const end = ends[event.type as EndType];
    const { output, error, cause } = (event[end.details] ?? {}) as Outcome;
    this.#settle.resolve({
      executionArn: this.#options.executionArn,
      stateMachineArn: this.#options.stateMachineArn,
      name: this.#options.name,
      status: end.status,
      startDate: this.#recorder.startedAt,
      stopDate: event.timestamp,
      input: this.#options.input,
      ...(output === undefined ? {} : { output }),
      ...(error === undefined ? {} : { error }),
      ...(cause === undefined ? {} : { cause }),
    });
  }
}

function endOf(history: readonly HistoryEvent[]): HistoryEvent | undefined {
  const last = history.at(-1);
  return last !== undefined && Object.hasOwn(ends, last.type) ? last : undefined;
}
