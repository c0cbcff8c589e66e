import type { Branch } from "../definition/machine.ts";
import type { MapRunHost } from "../map-run/host.ts";
import { RunningMapRun } from "../map-run/running-map-run.ts";
import type { Clock, HistoryEvent, Json, TaskInvoker, TaskOutcome } from "../types.ts";
import { HistoryMismatchError, type Receipt, type Recorder } from "./recorder.ts";
import { answerInRecord } from "./replay.ts";
import { runBranch } from "./run-branch.ts";
import { RunningTask, resultOf } from "./running-task.ts";
import { StateFailure } from "./state-failure.ts";
import type { Answer, Request, TaskEnd } from "./steps.ts";
import { deadlineInRecord, isSubmitting, type Settlement, TaskTokens } from "./task-tokens.ts";
import { type ExecutionFacts, type Scheduling, Thread } from "./thread.ts";

/** How the last of the states has ended. */
export type End =
  | { readonly kind: "succeeded"; readonly output: Json }
  | { readonly kind: "failed"; readonly failure: StateFailure; readonly thread: Thread };

interface Message {
  readonly thread: Thread;
  readonly answer: Answer;
  /** Whether the thread waits for it still: it may have been told something else since, or have been ended. */
  readonly isAwaited: () => boolean;
  readonly receipt?: Receipt | undefined;
}

type Waiting =
  | { readonly task?: undefined; readonly mapRun?: undefined; readonly cancel: () => void }
  | { readonly cancel?: undefined; readonly task: RunningTask; readonly mapRun?: undefined }
  | { readonly cancel?: undefined; readonly task?: undefined; readonly mapRun: RunningMapRun };

/** What runs outside until it is ended. */
type Running = Pick<RunningTask | RunningMapRun, "abort" | "suspend">;

type TaskRequest = Extract<Request, { kind: "task" }>;

/**
 * Runs the threads of one execution, one at a time, and tells them what comes from outside.
 * Invariants: what a thread does depends on its definition, its input, its answers and the recorded draws alone;
 * an answer is only given while the thread waits for it; what is started outside (a task, a timer) is started by
 * `begin`, after the events before it were written.
 */
export class Scheduler implements Scheduling {
  readonly #clock: Clock;
  readonly #invoker: TaskInvoker;
  readonly #mapRuns: MapRunHost | undefined;
  readonly #recorder: Recorder;
  readonly #facts: ExecutionFacts;
  readonly #wake: () => void;
  /** Threads that can go on, with what they are told. */
  readonly #ready: { thread: Thread; answer: Answer | undefined }[] = [];
  /** What came from outside, in order. */
  readonly #messages: (Message | Settlement)[] = [];
  /**
   * Threads that have failed. Their parents are told when nothing else is at hand, so that of branches
   * that fail in the same moment each has its own end in the history.
   */
  readonly #failed: { thread: Thread; failure: StateFailure }[] = [];
  /** Threads that have come to wait for something outside which was not begun yet. */
  #unbegun = new Set<Thread>();
  readonly #waiting = new Map<Thread, Waiting>();
  /** In a replay: the threads that wait for something outside, by the event that they stand at. */
  readonly #byEvent = new Map<number, Thread>();
  readonly #tokens: TaskTokens;
  /** Tasks that are to be aborted once the events before are written: their work is not undone for a lost event. */
  #ending: Running[] = [];
  /** Something outside has failed in a way that no state can handle. */
  #fault: { readonly error: unknown } | undefined;

  constructor(options: {
    clock: Clock;
    invoker: TaskInvoker;
    mapRuns: MapRunHost | undefined;
    recorder: Recorder;
    facts: ExecutionFacts;
    /** Called when a message has come from outside. */
    wake: () => void;
  }) {
    this.#clock = options.clock;
    this.#invoker = options.invoker;
    this.#mapRuns = options.mapRuns;
    this.#recorder = options.recorder;
    this.#facts = options.facts;
    this.#wake = options.wake;
    this.#tokens = new TaskTokens(options.clock, (settlement) => this.#receive(settlement));
  }

  /** Starts the machine's own states; returns their thread. */
  start(branch: Branch, input: Json): Thread {
    const thread = new Thread({
      facts: this.#facts,
      recorder: this.#recorder,
      scheduling: this,
      // The first state's Entered event comes after none, not after ExecutionStarted: AWS has it so.
      lastEventId: 0,
    });
    this.spawn(thread, branch, input);
    return thread;
  }

  spawn(child: Thread, branch: Branch, input: Json): void {
    child.branch = branch;
    child.nextState = branch.startAt;
    child.nextInput = input;
    child.steps = runBranch(child, branch, input);
    this.#ready.push({ thread: child, answer: undefined });
  }

  kill(thread: Thread): void {
    if (thread.progress !== "succeeded") thread.progress = "killed";
    thread.steps = undefined;
    this.#stopWaiting(thread);
    for (const child of thread.children) this.kill(child);
  }

  redrive(thread: Thread): void {
    const { branch, nextState, nextInput, open } = thread;
    if (branch === undefined) throw new Error("a thread that was never started is redriven");
    if (thread.children.length > 0) {
      thread.former = thread.children;
      thread.children = [];
    }
    if (open !== undefined) {
      open.retryCount = 0;
      open.begunAt = this.#recorder.redrivenAt ?? open.begunAt;
    }
    thread.exitFollows = undefined;
    thread.progress = "running";
    thread.steps = runBranch(thread, { ...branch, startAt: nextState }, nextInput, open);
    this.#ready.push({ thread, answer: undefined });
  }

  /** Goes on, after its recorded end, with the states that the execution has failed in. */
  redriveAll(main: Thread, follows: number): void {
    // The end was a recorded one: nothing runs outside, and what has come meanwhile is for what goes on.
    this.#tokens.clear();
    this.#ready.length = 0;
    this.#failed.length = 0;
    this.#unbegun.clear();
    this.#byEvent.clear();
    main.lastEventId = follows;
    this.redrive(main);
  }

  #stopWaiting(thread: Thread): void {
    const waiting = this.#waiting.get(thread);
    if (waiting !== undefined) {
      this.#waiting.delete(thread);
      const running = waiting.task ?? waiting.mapRun;
      if (running === undefined) waiting.cancel?.();
      else if (running.stop()) this.#ending.push(running);
    }
    this.#forgetEvent(thread);
    this.#tokens.forget(thread.request);
    thread.request = undefined;
  }

  #forgetEvent(thread: Thread): void {
    if (this.#byEvent.get(thread.lastEventId) === thread) this.#byEvent.delete(thread.lastEventId);
  }

  /**
   * Takes one step, if there is one that needs nothing from outside.
   * @returns whether it did, or how the execution's states have ended
   */
  step(): boolean | End {
    if (this.#fault !== undefined) throw this.#fault.error;
    const ready = this.#ready.shift();
    if (ready !== undefined) return this.#advance(ready.thread, ready.answer);
    if (this.#recorder.next !== undefined) return this.#replay(this.#recorder.next);
    const message = this.#messages.shift();
    if (message !== undefined) {
      return "token" in message ? this.#deliverEnd(message) : this.#deliver(message);
    }
    return this.#tellFailure();
  }

  /** The next recorded event comes from an answer to the thread that it follows, or from a failure that was told. */
  #replay(next: HistoryEvent): boolean | End {
    const thread = this.#byEvent.get(next.previousEventId);
    if (thread?.request !== undefined) {
      const answer = answerInRecord(next, thread.request);
      this.#stopWaiting(thread);
      return this.#advance(thread, answer);
    }
    const end = this.#tellFailure();
    if (end !== false) return end;
    throw new HistoryMismatchError(
      `event ${next.id}, ${next.type} after event ${next.previousEventId}, is not one that the definition leads to`,
    );
  }

  #deliver({ thread, answer, isAwaited, receipt }: Message): boolean | End {
    if (!isAwaited()) {
      receipt?.resolve(false);
      return true;
    }
    // A task that has started, or whose call was answered, goes on.
    if (answer.kind === "started" || answer.kind === "submitted") this.#forgetEvent(thread);
    else this.#stopWaiting(thread);
    // What the thread does now begins with the event that the receipt is for.
    if (receipt !== undefined) this.#recorder.whenWritten(receipt);
    return this.#advance(thread, answer);
  }

  #deliverEnd(settlement: Settlement): boolean | End {
    const { token, end, receipt } = settlement;
    const thread = this.#openBy(token);
    if (thread === undefined || this.#tokens.isKept(token)) {
      receipt.resolve(false);
      return true;
    }
    if (isSubmitting(thread.request)) {
      if (settlement.hasWaited !== true) {
        this.#tokens.keep(settlement);
        return true;
      }
      // The call goes on, and nobody hears of it.
      this.#waiting.get(thread)?.task?.stop();
      this.#waiting.delete(thread);
    }
    return this.#deliver({ thread, answer: end, isAwaited: () => true, receipt });
  }

  /** The thread whose task the token ends, if it still can: not once the task's time is over. */
  #openBy(token: string): Thread | undefined {
    const thread = this.#tokens.find(token);
    const request = thread?.request;
    if (thread === undefined || request?.kind !== "task") return undefined;
    const task = this.#waiting.get(thread)?.task;
    const deadline = task === undefined ? deadlineInRecord(request) : task.deadline;
    return deadline !== undefined && deadline <= this.#clock.now() ? undefined : thread;
  }

  /** Ends the task that waits for the token, after what has come before. */
  settle(token: string, outcome: TaskOutcome, receipt: Receipt): void {
    const end: TaskEnd =
      "output" in outcome
        ? resultOf(outcome.output)
        : { kind: "failed", error: outcome.error, cause: outcome.cause };
    this.#receive({ token, end, receipt });
  }

  /** HeartbeatSeconds of the task that waits for the token counts anew; returns false if there is none. */
  heartbeat(token: string): boolean {
    const thread = this.#openBy(token);
    if (thread === undefined) return false;
    this.#waiting.get(thread)?.task?.beat();
    return true;
  }

  #tellFailure(): boolean | End {
    const failed = this.#failed.shift();
    if (failed === undefined) return false;
    const { thread, failure } = failed;
    // A failure ends its siblings: one that has failed as well is not told.
    if (thread.progress !== "failed" || isOver(thread.parent)) return true;
    if (thread.parent === undefined) return { kind: "failed", failure, thread };
    return this.#advance(thread.parent, { kind: "childFailed", child: thread, failure });
  }

  #advance(thread: Thread, answer: Answer | undefined): boolean | End {
    if (thread.progress !== "running" || thread.steps === undefined) return true;
    thread.request = undefined;
    let step: IteratorResult<Request, Json>;
    try {
      // The first call starts the steps; what it is given is not looked at.
      step = thread.steps.next(answer ?? { kind: "turn" });
    } catch (error) {
      return this.#fail(thread, error);
    }
    if (step.done === true) return this.#succeed(thread, step.value);
    this.#wait(thread, step.value);
    return true;
  }

  #fail(thread: Thread, error: unknown): boolean | End {
    if (!(error instanceof StateFailure)) throw error;
    if (error.endsExecution) return { kind: "failed", failure: error, thread };
    thread.progress = "failed";
    thread.steps = undefined;
    this.#failed.push({ thread, failure: error });
    return true;
  }

  #succeed(thread: Thread, output: Json): boolean | End {
    thread.progress = "succeeded";
    thread.steps = undefined;
    thread.output = output;
    if (thread.parent === undefined) return { kind: "succeeded", output };
    return this.#advance(thread.parent, { kind: "child", child: thread, output });
  }

  #wait(thread: Thread, request: Request): void {
    thread.request = request;
    if (request.kind === "turn") {
      this.#ready.push({ thread, answer: { kind: "turn" } });
    } else if (request.kind !== "child") {
      if (request.kind === "task") this.#tokens.open(thread, request);
      // In a replay it may be there already, for what it waited for before: its place is that of the last wait.
      this.#unbegun.delete(thread);
      this.#unbegun.add(thread);
      this.#byEvent.set(thread.lastEventId, thread);
    }
  }

  /**
   * Starts what the threads wait for, tasks and timers, and aborts the tasks that nobody waits for any more.
   * @returns whether there was something to start
   */
  begin(): boolean {
    if (this.#ending.length > 0) this.#abortEnded();
    const threads = this.#unbegun;
    if (threads.size === 0) return false;
    this.#unbegun = new Set();
    for (const thread of threads) {
      const { request } = thread;
      if (request === undefined || thread.progress !== "running") continue;
      if (request.kind === "due") this.#beginTimer(thread, request);
      if (request.kind === "task") this.#beginTask(thread, request);
      if (request.kind === "mapRun") this.#beginMapRun(thread, request);
    }
    return true;
  }

  #beginTimer(thread: Thread, request: Extract<Request, { kind: "due" }>): void {
    const { at, longestMs } = request;
    const due = longestMs === undefined ? at : Math.min(at, this.#clock.now() + longestMs);
    const message: Message = {
      thread,
      answer: { kind: "due" },
      isAwaited: () => thread.request === request,
    };
    if (due <= this.#clock.now()) {
      this.#receive(message);
      return;
    }
    const cancel = this.#clock.setTimer(due, () => this.#receive(message));
    this.#waiting.set(thread, { cancel });
  }

  #beginTask(thread: Thread, request: TaskRequest): void {
    const running = this.#waiting.get(thread)?.task;
    if (running !== undefined) {
      running.proceed(request);
      return;
    }
    const task: RunningTask = new RunningTask({
      request,
      facts: this.#facts,
      clock: this.#clock,
      invoker: this.#invoker,
      tell: (answer, receipt) =>
        this.#receive({
          thread,
          answer,
          // Not by its request, which is another one once the start is told: while the journal is being written, start
          // and end may both have come before the thread hears of either.
          isAwaited: () => this.#waiting.get(thread)?.task === task,
          receipt,
        }),
    });
    // An activity that can't be offered has told so already; nothing was delivered since.
    this.#waiting.set(thread, { task });
  }

  #beginMapRun(thread: Thread, request: Extract<Request, { kind: "mapRun" }>): void {
    const tell = (answer: TaskEnd): void =>
      this.#receive({ thread, answer, isAwaited: () => thread.request === request });
    const host = this.#mapRuns;
    if (host === undefined) {
      const cause = "This engine was started without a host for Distributed Maps.";
      tell({ kind: "failed", error: "States.Runtime", cause });
      return;
    }
    const fail = (error: unknown): void => {
      this.#fault ??= { error };
      this.#wake();
    };
    const mapRun = new RunningMapRun({ plan: request.plan, host, tell, fail });
    this.#waiting.set(thread, { mapRun });
  }

  #receive(message: Message | Settlement): void {
    this.#messages.push(message);
    this.#wake();
  }

  #abortEnded(): void {
    for (const task of this.#ending) task.abort();
    this.#ending = [];
  }

  /** Ends all that runs outside; what has come too late is told so. */
  end(): void {
    this.#close(
      (running) => running.abort(),
      (receipt) => receipt.resolve(false),
    );
    this.#abortEnded();
  }

  /** Lets go of all that runs outside, to take it up again in a later process. */
  suspend(error: unknown): void {
    this.#close(
      (running) => running.suspend(),
      (receipt) => receipt.reject(error),
    );
    for (const task of this.#ending) task.suspend();
    this.#ending = [];
  }

  #close(close: (running: Running) => void, tell: (receipt: Receipt) => void): void {
    for (const waiting of this.#waiting.values()) {
      const running = waiting.task ?? waiting.mapRun;
      if (running === undefined) waiting.cancel?.();
      else close(running);
    }
    this.#waiting.clear();
    for (const { receipt } of [...this.#tokens.clear(), ...this.#messages]) {
      if (receipt !== undefined) tell(receipt);
    }
    this.#messages.length = 0;
  }
}

const isOver = (thread: Thread | undefined): boolean =>
  thread !== undefined && thread.progress !== "running";
