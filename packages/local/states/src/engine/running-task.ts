import type { Clock, Json, TaskInvoker } from "../types.ts";
import { TaskFailedError } from "../types.ts";
import type { Answer, Request, TaskCall } from "./steps.ts";
import type { ExecutionFacts } from "./thread.ts";

type TaskAnswer =
  | { readonly kind: "started" }
  | Extract<Answer, { kind: "succeeded" | "failed" | "timedOut" }>;

/**
 * A task that the invoker was asked to run.
 * Invariants: it tells of its start once, and of one end; after `end` it tells nothing and no timer of it is left.
 */
export class RunningTask {
  readonly #call: TaskCall;
  readonly #clock: Clock;
  readonly #tell: (answer: TaskAnswer) => void;
  readonly #controller = new AbortController();
  /** The Started event is in the history already: a second start of the same task is not told. */
  #startTold: boolean;
  #ended = false;
  #answered = false;
  #cancelTimeout: (() => void) | undefined;
  #cancelHeartbeat: (() => void) | undefined;

  constructor(options: {
    request: Extract<Request, { kind: "task" }>;
    facts: ExecutionFacts;
    clock: Clock;
    invoker: TaskInvoker;
    tell: (answer: TaskAnswer) => void;
  }) {
    const { call } = options.request;
    this.#call = call;
    this.#clock = options.clock;
    this.#tell = options.tell;
    this.#startTold = options.request.startedAt !== undefined;
    const resumed = this.#startTold;
    let begun = false;
    const onStarted = (): void => {
      if (begun || this.#ended) return;
      begun = true;
      // A task that is run again after a restart has its whole time again.
      if (resumed) this.startTimers(this.#clock.now());
      else this.#tellStart();
    };
    const { executionArn, stateMachineArn, roleArn } = options.facts;
    const { resource, parameters, stateName, retryCount } = call;
    void answerOf(options.invoker, {
      resource,
      parameters,
      executionArn,
      stateMachineArn,
      roleArn,
      stateName,
      retryCount,
      signal: this.#controller.signal,
      onStarted,
      onHeartbeat: () => this.#beat(),
    }).then((answer) => {
      this.#answered = true;
      if (!this.#ended) this.#tell(answer);
    });
  }

  #tellStart(): void {
    this.#startTold = true;
    this.#tell({ kind: "started" });
  }

  /** Starts TimeoutSeconds and HeartbeatSeconds. */
  startTimers(startedAt: number): void {
    const { timeoutSeconds } = this.#call;
    if (timeoutSeconds !== undefined) {
      const ms = timeoutSeconds * 1000;
      const at = Math.min(startedAt, this.#clock.now()) + ms;
      this.#cancelTimeout = this.#clock.setTimer(at, () => this.#timeOut(false));
    }
    this.#startHeartbeat();
  }

  #startHeartbeat(): void {
    const { heartbeatSeconds } = this.#call;
    if (heartbeatSeconds === undefined) return;
    const at = this.#clock.now() + heartbeatSeconds * 1000;
    this.#cancelHeartbeat = this.#clock.setTimer(at, () => this.#timeOut(true));
  }

  #beat(): void {
    if (this.#ended || this.#cancelHeartbeat === undefined) return;
    this.#cancelHeartbeat();
    this.#startHeartbeat();
  }

  #timeOut(heartbeatMissed: boolean): void {
    if (!this.#ended) this.#tell({ kind: "timedOut", heartbeatMissed });
  }

  /** Nobody wants the result any more, or it is there. */
  end(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#cancelTimeout?.();
    this.#cancelHeartbeat?.();
    if (!this.#answered) this.#controller.abort();
  }
}

async function answerOf(
  invoker: TaskInvoker,
  invocation: Parameters<TaskInvoker["invoke"]>[0],
): Promise<TaskAnswer> {
  try {
    const output = await invoker.invoke(invocation);
    // The invoker keeps its object and may change it; the engine's values never change.
    const text: string | undefined = JSON.stringify(output);
    if (text === undefined) return failed("States.Runtime", "The task's result is no JSON value.");
    return { kind: "succeeded", output: JSON.parse(text) as Json };
  } catch (error) {
    if (error instanceof TaskFailedError) return failed(error.error, error.cause);
    return failed("States.Runtime", error instanceof Error ? error.message : String(error));
  }
}

const failed = (error: string, cause: string): TaskAnswer => ({ kind: "failed", error, cause });
