/** Any JSON value, as it flows through a state machine. */
export type Json =
  | null
  | boolean
  | number
  | string
  | readonly Json[]
  | { readonly [key: string]: Json };

/** Time as the engine sees it; a test passes a fake one and runs hours in milliseconds. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Calls `callback` once when `now()` has reached `atMs`; the returned function cancels it. */
  setTimer(atMs: number, callback: () => void): () => void;
}

/** A number in [0, 1), as Math.random gives it. */
export type Random = () => number;

/** One try of a Task state: what the engine asks the outside world to do. */
export interface TaskInvocation {
  /** The state's Resource, e.g. `arn:aws:states:::lambda:invoke` or a function's own ARN. */
  readonly resource: string;
  /** The effective input: after InputPath and Parameters. */
  readonly parameters: Json;
  readonly executionArn: string;
  readonly stateMachineArn: string;
  /** The role that the task is run with: that of the state's Credentials, else the execution's. */
  readonly roleArn: string;
  /** The execution's own role, when the state's Credentials name another: it must be let to take that one. */
  readonly assumedBy?: string;
  readonly stateName: string;
  /** 0 on the first try, then one more for each Retry. */
  readonly retryCount: number;
  /** What `$$.Task.Token` gives in the state's fields; only where something outside answers by it. */
  readonly taskToken?: string;
  /** Aborted when the state times out or the execution is stopped: the result is no longer wanted. */
  readonly signal: AbortSignal;
  /**
   * The invoker calls it once when the work has really begun (a host may let it wait for a free slot before).
   * From then on TimeoutSeconds counts, and the history says TaskStarted or LambdaFunctionStarted.
   * An invoker that fails or answers without having called it counts as started at that moment.
   */
  readonly onStarted: () => void;
  /**
   * The invoker calls it whenever the work shows that it is alive: HeartbeatSeconds counts anew from then.
   * Work that never does fails with `States.Timeout` after HeartbeatSeconds.
   */
  readonly onHeartbeat: () => void;
}

/**
 * Runs a task and answers with its result.
 * A task that fails throws `TaskFailedError`; anything else that is thrown becomes `States.Runtime`.
 */
export interface TaskInvoker {
  /**
   * Makes the call. Its result is that of the task; with `.waitForTaskToken` and `.sync` it is what the call answered
   * (the history's TaskSubmitted), and the task goes on. Not called again after a restart once that is in the history.
   * @param invocation its resource is without `.waitForTaskToken`, `.sync` or `.sync:2`
   */
  invoke(invocation: TaskInvocation): Promise<Json>;
  /**
   * Waits until the job that was begun by `.sync` or `.sync:2` has ended, and gives the task's result.
   * Called once TaskSubmitted is written, and again after a restart. When the signal is aborted, the job is stopped.
   */
  awaitJob?(invocation: JobInvocation): Promise<Json>;
  /** Has an activity's task ready for a worker until the signal is aborted; called again after a restart if unclaimed. */
  offer?(task: ActivityTask): void;
}

/** A job that a call has begun. */
export interface JobInvocation extends Omit<TaskInvocation, "onStarted" | "onHeartbeat"> {
  readonly pattern: "sync" | "sync:2";
  /** What the call answered. */
  readonly submitted: Json;
  /** Aborted when the process lets go of the execution: the job goes on, and is awaited again after a restart. */
  readonly suspended: AbortSignal;
}

/** A task of an activity that waits for a worker. */
export interface ActivityTask {
  readonly activityArn: string;
  readonly taskToken: string;
  /** JSON text. */
  readonly input: string;
  /** Aborted when nobody is to have it any more: it was claimed, has timed out, or the execution has ended. */
  readonly signal: AbortSignal;
  /**
   * Gives it to a worker. Fulfilled with true once ActivityStarted is in the journal, with false if it was too late;
   * rejects if the journal fails.
   */
  claim(workerName: string | undefined): Promise<boolean>;
}

/** How whoever was given a task token says that the task has ended. */
export type TaskOutcome =
  | { readonly output: Json }
  | { readonly error?: string; readonly cause?: string };

/** An error that a task reports to the state machine, by the name that Retry and Catch match. */
export class TaskFailedError extends Error {
  readonly error: string;
  override readonly cause: string;
  constructor(error: string, cause: string) {
    super(`${error}: ${cause}`);
    this.name = "TaskFailedError";
    this.error = error;
    this.cause = cause;
  }
}

/** A random number that was drawn by the thread of events that stood at `after`. */
export interface Draw {
  readonly after: number;
  readonly value: number;
}

/** https://docs.aws.amazon.com/step-functions/latest/apireference/API_HistoryEvent.html; timestamp in epoch milliseconds. */
export interface HistoryEvent {
  readonly id: number;
  readonly previousEventId: number;
  readonly timestamp: number;
  readonly type: string;
  /** What a resume needs and the API has no field for: not to be shown in an API's answer. */
  readonly replay?: {
    readonly draws?: readonly Draw[];
    /** A TimedOut event: HeartbeatSeconds had passed, not TimeoutSeconds; the API calls both States.Timeout. */
    readonly heartbeatMissed?: true;
    /** A MapRunSucceeded event: the results, as JSON text; the API shows them in MapStateExited. */
    readonly output?: string;
    /**
     * A TaskSubmitted event: when the call that it tells of was started, in epoch milliseconds, if that was after a
     * restart. The task's time counts from then.
     */
    readonly restartedAt?: number;
  };
  /** Under the field name that the API uses for this type, e.g. `stateEnteredEventDetails`. */
  readonly [details: `${string}EventDetails`]:
    | { readonly [field: string]: Json | undefined }
    | undefined;
}

/**
 * Where an execution's history is kept. An append that fails ends the engine's work on the execution
 * without an outcome: it can be resumed from what was kept. Events are appended before the effect that they announce,
 * so that a restart can resume from them; consecutive events without an effect between come in one call.
 */
export interface Journal {
  append(executionArn: string, events: readonly HistoryEvent[]): void | Promise<void>;
}

export type ExecutionStatus = "RUNNING" | "SUCCEEDED" | "FAILED" | "TIMED_OUT" | "ABORTED";

/** How an execution stands or ended; input and output are JSON text. */
export interface ExecutionSummary {
  readonly executionArn: string;
  readonly stateMachineArn: string;
  readonly name: string;
  readonly status: ExecutionStatus;
  /** Epoch milliseconds. */
  readonly startDate: number;
  readonly stopDate?: number;
  readonly input: string;
  readonly output?: string;
  readonly error?: string;
  readonly cause?: string;
}
