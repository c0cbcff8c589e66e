import {
  type Clock,
  type JobInvocation,
  type Json,
  TaskFailedError,
  type TaskInvocation,
  type TaskInvoker,
} from "../types.ts";
import { jsonText, ownCopy } from "./json-text.ts";
import type { Receipt } from "./recorder.ts";
import type { Answer, Request, TaskEnd } from "./steps.ts";
import type { ExecutionFacts } from "./thread.ts";

type TaskRequest = Extract<Request, { kind: "task" }>;

type TaskAnswer = Extract<Answer, { kind: "started" | "submitted" }> | TaskEnd;

/**
 * The work of a task outside: the call, the job that it has begun, or the offer to an activity's workers.
 * Invariants: it tells of its start once, of the call's answer once, and of one end; after `stop` it tells nothing and
 * no timer of it is left.
 */
export class RunningTask {
  /** When TimeoutSeconds is over, in epoch milliseconds; undefined if it does not count (yet). */
  deadline: number | undefined;
  readonly #request: TaskRequest;
  readonly #facts: ExecutionFacts;
  readonly #clock: Clock;
  readonly #invoker: TaskInvoker;
  readonly #tell: (answer: TaskAnswer, receipt?: Receipt) => void;
  /** Ends what runs now: the call, the job or the offer. */
  #controller: AbortController | undefined;
  /** Lets go of the job without an end. */
  #suspension: AbortController | undefined;
  /** When the call was started that an earlier process had started already. */
  #restartedAt: number | undefined;
  /** What the call answered, as long as nobody waits for the job that it may have begun. */
  #begun: Json | undefined;
  #aborted = false;
  #stopped = false;
  #timed = false;
  #cancelTimeout: (() => void) | undefined;
  #cancelHeartbeat: (() => void) | undefined;

  constructor(options: {
    request: TaskRequest;
    facts: ExecutionFacts;
    clock: Clock;
    invoker: TaskInvoker;
    /** @param receipt for who wants to know whether the answer has come in time */
    tell: (answer: TaskAnswer, receipt?: Receipt) => void;
  }) {
    const { request } = options;
    this.#request = request;
    this.#facts = options.facts;
    this.#clock = options.clock;
    this.#invoker = options.invoker;
    this.#tell = options.tell;
    if (request.submitted !== undefined) this.proceed(request);
    else if (request.call.pattern !== "activity") this.#invoke();
    else if (request.startedAt === undefined) this.#offer();
    else this.proceed(request);
  }

  /** The thread has recorded what it was told, and waits for what comes next of the task. */
  proceed({ startedAt, submitted, call }: TaskRequest): void {
    if (!this.#timed) this.#startTimers(startedAt ?? this.#clock.now());
    if (submitted === undefined || this.#suspension !== undefined) return;
    if (call.pattern === "sync" || call.pattern === "sync:2") {
      this.#awaitJob(call.pattern, submitted);
    }
  }

  #invoke(): void {
    const resumed = this.#request.startedAt !== undefined;
    let begun = false;
    const onStarted = (): void => {
      if (begun || this.#stopped) return;
      begun = true;
      if (!resumed) {
        this.#tell({ kind: "started" });
        return;
      }
      // A call that is made again after a restart has its whole time again.
      this.#restartedAt = this.#clock.now();
      this.#startTimers(this.#restartedAt);
    };
    const controller = new AbortController();
    this.#controller = controller;
    const { pattern } = this.#request.call;
    const isSubmission = pattern !== "call";
    const isJob = pattern === "sync" || pattern === "sync:2";
    const invocation = {
      ...this.#invocation(controller.signal),
      onStarted,
      onHeartbeat: () => this.beat(),
    };
    void outcomeOf(() => this.#invoker.invoke(invocation)).then((end) => {
      if (this.#controller === controller) this.#controller = undefined;
      if (end.kind === "succeeded" && isJob) this.#begun = end.output;
      if (this.#aborted) this.#stopBegun();
      if (this.#stopped) return;
      if (end.kind !== "succeeded" || !isSubmission) {
        this.#tell(end);
        return;
      }
      const { output } = end;
      if (resumed) this.#restartedAt ??= this.#clock.now();
      this.#tell({ kind: "submitted", output, restartedAt: this.#restartedAt });
    });
  }

  #awaitJob(pattern: "sync" | "sync:2", submitted: Json): void {
    const controller = new AbortController();
    const suspension = new AbortController();
    this.#controller = controller;
    this.#suspension = suspension;
    this.#begun = undefined;
    const job: JobInvocation = {
      ...this.#invocation(controller.signal),
      pattern,
      submitted,
      suspended: suspension.signal,
    };
    void outcomeOf(async () => {
      if (this.#invoker.awaitJob !== undefined) return this.#invoker.awaitJob(job);
      throw new Error(`The resource ${job.resource}.${pattern} can't be awaited here.`);
    }).then((end) => {
      if (this.#controller === controller) this.#controller = undefined;
      if (!this.#stopped) this.#tell(end);
    });
  }

  #offer(): void {
    const { call } = this.#request;
    const controller = new AbortController();
    this.#controller = controller;
    try {
      if (this.#invoker.offer === undefined) throw new Error("There are no activities here.");
      this.#invoker.offer({
        activityArn: call.resource,
        taskToken: call.token ?? "",
        input: jsonText(call.parameters),
        signal: controller.signal,
        claim: (workerName) =>
          new Promise((resolve, reject) => {
            // Only the first worker gets it.
            if (this.#stopped || controller.signal.aborted) {
              resolve(false);
              return;
            }
            this.#abort();
            this.#tell({ kind: "started", workerName }, { resolve, reject });
          }),
      });
    } catch (error) {
      this.#controller = undefined;
      this.#tell(failureOf(error));
    }
  }

  #invocation(signal: AbortSignal): Omit<TaskInvocation, "onStarted" | "onHeartbeat"> {
    const { call } = this.#request;
    const { executionArn, stateMachineArn, roleArn } = this.#facts;
    return {
      resource: call.resource,
      parameters: call.parameters,
      executionArn,
      stateMachineArn,
      roleArn: call.roleArn ?? roleArn,
      ...(call.roleArn === undefined ? {} : { assumedBy: roleArn }),
      stateName: call.stateName,
      retryCount: call.retryCount,
      ...(call.token === undefined ? {} : { taskToken: call.token }),
      signal,
    };
  }

  /** Starts TimeoutSeconds and HeartbeatSeconds. */
  #startTimers(startedAt: number): void {
    this.#timed = true;
    const { timeoutSeconds } = this.#request.call;
    if (timeoutSeconds !== undefined) {
      this.deadline = Math.min(startedAt, this.#clock.now()) + timeoutSeconds * 1000;
      this.#cancelTimeout = this.#clock.setTimer(this.deadline, () => this.#timeOut(false));
    }
    this.#startHeartbeat();
  }

  /** After a restart it counts anew: when the last heartbeat came is not recorded. */
  #startHeartbeat(): void {
    const { heartbeatSeconds } = this.#request.call;
    if (heartbeatSeconds === undefined) return;
    const at = this.#clock.now() + heartbeatSeconds * 1000;
    this.#cancelHeartbeat = this.#clock.setTimer(at, () => this.#timeOut(true));
  }

  /** The work shows that it is alive. */
  beat(): void {
    if (this.#stopped || this.#cancelHeartbeat === undefined) return;
    this.#cancelHeartbeat();
    this.#startHeartbeat();
  }

  #timeOut(heartbeatMissed: boolean): void {
    if (!this.#stopped) this.#tell({ kind: "timedOut", heartbeatMissed });
  }

  /**
   * It has ended, or nobody wants its result any more: nothing of it is heard from now on.
   * @returns whether it runs on until `abort`
   */
  stop(): boolean {
    this.#stopped = true;
    this.#cancelTimeout?.();
    this.#cancelHeartbeat?.();
    return this.#controller !== undefined || this.#begun !== undefined;
  }

  /** Ends what still runs of it; called once its end is recorded. */
  abort(): void {
    this.stop();
    this.#abort();
    this.#aborted = true;
    this.#stopBegun();
  }

  /** A job that was begun, and that nobody has come to wait for, is told to the invoker only to be stopped. */
  #stopBegun(): void {
    const { pattern } = this.#request.call;
    if (this.#begun === undefined || (pattern !== "sync" && pattern !== "sync:2")) return;
    this.#awaitJob(pattern, this.#begun);
    this.#abort();
  }

  /** The process lets go of it: a job runs on, to be awaited again. */
  suspend(): void {
    this.stop();
    if (this.#suspension === undefined) this.#abort();
    else this.#suspension.abort();
  }

  #abort(): void {
    this.#controller?.abort();
    this.#controller = undefined;
  }
}

async function outcomeOf(work: () => Promise<Json>): Promise<TaskEnd> {
  try {
    return resultOf(await work());
  } catch (error) {
    return failureOf(error);
  }
}

/** A result that comes from outside: whoever gave it keeps the object and may change it; the engine's values never change. */
export function resultOf(output: Json): TaskEnd {
  const own = ownCopy(output);
  if (own === undefined) return failed("States.Runtime", "The task's result is no JSON value.");
  return { kind: "succeeded", output: own };
}

function failureOf(error: unknown): TaskEnd {
  if (error instanceof TaskFailedError) return failed(error.error, error.cause);
  return failed("States.Runtime", error instanceof Error ? error.message : String(error));
}

const failed = (error: string, cause: string): TaskEnd => ({ kind: "failed", error, cause });
