import type { StateMachine } from "./definition/machine.ts";
import { jsonText } from "./engine/json-text.ts";
import {
  type EventDetails,
  HistoryLimitError,
  HistoryMismatchError,
  maximumEvents,
  Recorder,
} from "./engine/recorder.ts";
import { type End, Scheduler } from "./engine/scheduler.ts";
import type { Thread } from "./engine/thread.ts";
import type { MapRunHost } from "./map-run/host.ts";
import type {
  Clock,
  ExecutionSummary,
  HistoryEvent,
  Journal,
  Json,
  Random,
  TaskInvoker,
  TaskOutcome,
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
  /** Runs the child executions of Distributed Maps; without it such a Map fails. */
  readonly mapRuns?: MapRunHost;
  /** What the journal holds of the execution from an earlier process, in order; empty for a new execution. */
  readonly history: readonly HistoryEvent[];
  /**
   * Makes the token by which a task of the execution is ended. `id` is unique within the execution, and the same after
   * a restart; so must the token be. By default anybody can make them up.
   */
  readonly taskToken?: (executionArn: string, id: string) => string;
  /** Whether an activity is there when a state comes to it; all are unless given. */
  readonly activityExists?: (activityArn: string) => boolean;
  /**
   * Goes on with the states that the execution has failed in, as RedriveExecution does: its history must end with
   * ExecutionFailed, ExecutionAborted or ExecutionTimedOut. Not to be given again for a redrive that is in the history.
   */
  readonly redrive?: boolean;
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
   * Ends the task that waits for the token: `.waitForTaskToken`, or an activity that a worker has.
   * Fulfilled with true once that is in the journal; with false if no open task of the execution has the token: it was
   * never given, was used, or its time is over. Rejects if the journal fails, or if the execution was let go before.
   */
  settleTask(token: string, outcome: TaskOutcome): Promise<boolean>;
  /** HeartbeatSeconds of the task that waits for the token counts anew; false if no open task has it. */
  heartbeatTask(token: string): boolean;
  /**
   * Lets go of it without an end, as when the process ends: its tasks are aborted, its timers cancelled, nothing more
   * is written, and `done` stays open. It can be resumed from the journal.
   */
  suspend(): void;
}

/**
 * Starts an execution, or takes up one that an earlier process has left.
 * A resumed execution goes on from its last event as if it had not been interrupted, but that a call without an answer
 * in the history is made again (at least once, as on AWS), and has its whole TimeoutSeconds again. A task that waits
 * for its token, a worker or a job goes on with what is left of its TimeoutSeconds, and its HeartbeatSeconds count anew.
 * @throws SyntaxError if the input is no JSON; RangeError if it is to be redriven and can't be
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
  /** An execution whose end is in the history has nothing left to do, unless it is redriven. */
  readonly #recordedEnd: HistoryEvent | undefined;
  #toRedrive: boolean;
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
  /** Why it was let go without an end. */
  #suspended: unknown;
  #working = false;
  /** How it has ended, if that was found while nothing could be written. */
  #found: HistoryEvent | undefined;

  constructor(options: ExecutionOptions) {
    const { resolve, reject, promise } = Promise.withResolvers<ExecutionSummary>();
    this.done = promise;
    this.#settle = { resolve, reject };
    // The recorded events are not kept for the execution's whole life.
    const { history, ...others } = options;
    this.#options = others;
    this.#toRedrive = options.redrive === true;
    this.#recordedEnd = this.#toRedrive ? undefined : endOf(history);
    if (this.#toRedrive) checkRedrivable(history);
    const input: Json = JSON.parse(options.input);
    this.#recorder = new Recorder(options);
    this.#scheduler = new Scheduler({
      clock: options.clock,
      invoker: options.invoker,
      mapRuns: options.mapRuns,
      recorder: this.#recorder,
      facts: {
        executionArn: options.executionArn,
        stateMachineArn: options.stateMachineArn,
        name: options.name,
        roleArn: options.roleArn,
        input,
        taskToken: (id) => (others.taskToken ?? plainToken)(others.executionArn, id),
        activityExists: options.activityExists ?? (() => true),
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

  settleTask(token: string, outcome: TaskOutcome): Promise<boolean> {
    if (this.#suspended !== undefined) return Promise.reject(this.#suspended);
    if (this.#over) return Promise.resolve(false);
    return new Promise((resolve, reject) => {
      this.#scheduler.settle(token, outcome, { resolve, reject });
    });
  }

  heartbeatTask(token: string): boolean {
    if (this.#over || this.#recordedEnd !== undefined) return false;
    if (this.#recorder.lastEventId === 0) this.#recordStart();
    // What is open is only known once the recorded events were gone through.
    while (this.#recorder.next !== undefined && this.#found === undefined) {
      const end = this.#step();
      if (typeof end === "object") this.#found = end;
    }
    return this.#found === undefined && this.#scheduler.heartbeat(token);
  }

  suspend(): void {
    this.#letGo(new Error("The execution was let go before the task's end was recorded."));
  }

  #letGo(reason: unknown): void {
    if (this.#over) return;
    this.#over = true;
    this.#suspended = reason;
    this.#cancelTimeout?.();
    this.#scheduler.suspend(reason);
    this.#recorder.close(reason);
  }

  /** In a microtask: what comes from outside in one moment is worked on together. */
  #workSoon(): void {
    if (this.#working || this.#over) return;
    this.#working = true;
    queueMicrotask(() => {
      this.#work().catch((error: unknown) => {
        this.#letGo(error);
        this.#settle.reject(error);
      });
    });
  }

  /** Goes as far as it can without anything from outside. */
  async #work(): Promise<void> {
    if (this.#recordedEnd !== undefined) return this.#finish(this.#recordedEnd);
    if (this.#recorder.lastEventId === 0) this.#recordStart();
    while (!this.#over) {
      const end = this.#found ?? this.#step();
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
      const { next } = this.#recorder;
      if (next === undefined) {
        if (this.#ordered !== undefined) {
          return this.#end(this.#main, this.#ordered.type, this.#ordered.outcome);
        }
      } else if (orderedEnds.has(next.type)) {
        return this.#redrive(this.#recorder.emit(next.previousEventId, next.type));
      }
      const end = this.#scheduler.step();
      return typeof end === "object" ? this.#redrive(this.#endAs(end)) : end;
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

  /** Goes on after an end that a redrive follows. */
  #redrive(end: HistoryEvent): boolean | HistoryEvent {
    if (this.#recorder.next === undefined) {
      if (!this.#toRedrive) return end;
      this.#toRedrive = false;
    }
    const redriveCount = this.#recorder.redriveCount + 1;
    const { id } = this.#recorder.emit(end.id, "ExecutionRedriven", {
      executionRedrivenEventDetails: { redriveCount },
    });
    this.#scheduler.redriveAll(this.#main, id);
    return true;
  }

  #begin(): boolean {
    const { machine, clock } = this.#options;
    if (this.#cancelTimeout === undefined && machine.timeoutSeconds !== undefined) {
      const ms = machine.timeoutSeconds * 1000;
      const { startedAt, redrivenAt } = this.#recorder;
      const at = Math.min(redrivenAt ?? startedAt, clock.now()) + ms;
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
    this.#cancelTimeout?.();
    this.#scheduler.end();
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

const plainToken = (executionArn: string, id: string): string =>
  Buffer.from(`${executionArn} ${id}`).toString("base64url");

/** The ends that come from outside. */
const orderedEnds = new Set<string>(["ExecutionAborted", "ExecutionTimedOut"]);

function checkRedrivable(history: readonly HistoryEvent[]): void {
  const end = endOf(history);
  if (end !== undefined && end.type !== "ExecutionSucceeded" && end.id < maximumEvents) return;
  throw new RangeError("Only an execution that has ended without success can be redriven.");
}

function endOf(history: readonly HistoryEvent[]): HistoryEvent | undefined {
  const last = history.at(-1);
  return last !== undefined && Object.hasOwn(ends, last.type) ? last : undefined;
}
