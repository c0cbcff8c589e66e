import type { Branch } from "../definition/machine.ts";
import type { Clock, HistoryEvent, Json, TaskInvoker } from "../types.ts";
import { HistoryMismatchError, type Recorder } from "./recorder.ts";
import { answerInRecord } from "./replay.ts";
import { runBranch } from "./run-branch.ts";
import { RunningTask } from "./running-task.ts";
import { StateFailure } from "./state-failure.ts";
import type { Answer, Request } from "./steps.ts";
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
}

interface Waiting {
  readonly end: () => void;
  /** A task knows its time once it has started. */
  readonly task?: RunningTask;
}

/**
 * Runs the threads of one execution, one at a time, and tells them what comes from outside.
 * Invariants: what a thread does depends on its definition, its input, its answers and the recorded draws alone;
 * an answer is only given while the thread waits for it; what is started outside (a task, a timer) is started by
 * `begin`, after the events before it were written.
 */
export class Scheduler implements Scheduling {
  readonly #clock: Clock;
  readonly #invoker: TaskInvoker;
  readonly #recorder: Recorder;
  readonly #facts: ExecutionFacts;
  readonly #wake: () => void;
  /** Threads that can go on, with what they are told. */
  readonly #ready: { thread: Thread; answer: Answer | undefined }[] = [];
  /** What came from outside, in order. */
  readonly #messages: Message[] = [];
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

  constructor(options: {
    clock: Clock;
    invoker: TaskInvoker;
    recorder: Recorder;
    facts: ExecutionFacts;
    /** Called when a message has come from outside. */
    wake: () => void;
  }) {
    this.#clock = options.clock;
    this.#invoker = options.invoker;
    this.#recorder = options.recorder;
    this.#facts = options.facts;
    this.#wake = options.wake;
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
    child.steps = runBranch(child, branch, input);
    this.#ready.push({ thread: child, answer: undefined });
  }

  kill(thread: Thread): void {
    if (thread.progress !== "succeeded") thread.progress = "killed";
    thread.steps = undefined;
    this.#stopWaiting(thread);
    for (const child of thread.children) this.kill(child);
  }

  #stopWaiting(thread: Thread): void {
    this.#waiting.get(thread)?.end();
    this.#waiting.delete(thread);
    this.#forgetEvent(thread);
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
    const ready = this.#ready.shift();
    if (ready !== undefined) return this.#advance(ready.thread, ready.answer);
    if (this.#recorder.next !== undefined) return this.#replay(this.#recorder.next);
    const message = this.#messages.shift();
    if (message !== undefined) return this.#deliver(message);
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

  #deliver({ thread, answer, isAwaited }: Message): boolean | End {
    if (!isAwaited()) return true;
    // A task that has started runs on.
    if (answer.kind === "started") this.#forgetEvent(thread);
    else this.#stopWaiting(thread);
    return this.#advance(thread, answer);
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
    if (thread.parent === undefined) return { kind: "succeeded", output };
    return this.#advance(thread.parent, { kind: "child", child: thread, output });
  }

  #wait(thread: Thread, request: Request): void {
    thread.request = request;
    if (request.kind === "turn") {
      this.#ready.push({ thread, answer: { kind: "turn" } });
    } else if (request.kind !== "child") {
      // In a replay it may be there already, for what it waited for before: its place is that of the last wait.
      this.#unbegun.delete(thread);
      this.#unbegun.add(thread);
      this.#byEvent.set(thread.lastEventId, thread);
    }
  }

  /**
   * Starts what the threads wait for: tasks and timers.
   * @returns whether there was something to start
   */
  begin(): boolean {
    const threads = this.#unbegun;
    if (threads.size === 0) return false;
    this.#unbegun = new Set();
    for (const thread of threads) {
      const { request } = thread;
      if (request === undefined || thread.progress !== "running") continue;
      if (request.kind === "due") this.#beginTimer(thread, request);
      if (request.kind === "task") this.#beginTask(thread, request);
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
    this.#waiting.set(thread, { end: cancel });
  }

  #beginTask(thread: Thread, request: Extract<Request, { kind: "task" }>): void {
    const running = this.#waiting.get(thread)?.task;
    if (running !== undefined) {
      running.startTimers(request.startedAt ?? this.#clock.now());
      return;
    }
    const task: RunningTask = new RunningTask({
      request,
      facts: this.#facts,
      clock: this.#clock,
      invoker: this.#invoker,
      // Not by its request, which is another one once the start is told: while the journal is being written, start and
      // end may both have come before the thread hears of either.
      tell: (answer) =>
        this.#receive({
          thread,
          answer,
          isAwaited: () => this.#waiting.get(thread)?.task === task,
        }),
    });
    this.#waiting.set(thread, { end: () => task.end(), task });
  }

  #receive(message: Message): void {
    this.#messages.push(message);
    this.#wake();
  }

  /** Ends all that runs outside. */
  end(): void {
    for (const { end } of this.#waiting.values()) end();
    this.#waiting.clear();
    this.#messages.length = 0;
  }
}

const isOver = (thread: Thread | undefined): boolean =>
  thread !== undefined && thread.progress !== "running";
