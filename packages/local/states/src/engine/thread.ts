import type { Branch } from "../definition/machine.ts";
import type { HistoryEvent, Json } from "../types.ts";
import type { Frame } from "./frame.ts";
import type { EventDetails, Recorder } from "./recorder.ts";
import type { Answer, Request, Steps } from "./steps.ts";
import { Variables } from "./variables.ts";

/** The item of the Map iteration that a thread is, or stands in. */
export interface MapItem {
  readonly index: number;
  readonly value: Json;
}

/** What all threads of an execution share. */
export interface ExecutionFacts {
  readonly executionArn: string;
  readonly stateMachineArn: string;
  readonly name: string;
  readonly roleArn: string;
  readonly input: Json;
  /** @param id unique within the execution, and the same after a restart */
  readonly taskToken: (id: string) => string;
  readonly activityExists: (arn: string) => boolean;
}

/** What a thread can ask of the scheduler. */
export interface Scheduling {
  /** Runs the branch as a child of the thread, after the threads that can go on already. */
  spawn(child: Thread, branch: Branch, input: Json): void;
  /** Ends the thread and its children where they stand: their tasks are aborted, their timers cancelled. */
  kill(thread: Thread): void;
  /** Has an ended thread, of an execution that is redriven, go on with the state that it stood in. */
  redrive(thread: Thread): void;
}

/**
 * A sequence of states that run one after the other: the machine's own, a Parallel's branch or a Map's iteration.
 * Invariant: no two threads that wait for something from outside stand at the same event, so that in a replay
 * the `previousEventId` of the next recorded event says which of them goes on.
 */
export class Thread {
  readonly facts: ExecutionFacts;
  readonly recorder: Recorder;
  readonly scheduling: Scheduling;
  readonly parent: Thread | undefined;
  readonly mapItem: MapItem | undefined;
  /** What the states that are entered from now on can read. */
  variables: Variables;
  /** Its place among its parent's children. */
  readonly index: number;
  children: readonly Thread[] = [];
  /** The children that the state had until it failed: a redrive goes on with them. */
  former: readonly Thread[] = [];
  /** Whose states it runs. */
  branch: Branch | undefined;
  /** The state that it comes to next, or stands in, and what that is given. */
  nextState = "";
  nextInput: Json = null;
  /** What the last state has given. */
  output: Json = null;
  steps: Steps<Json> | undefined;
  request: Request | undefined;
  /** The event that the thread's next one comes after. */
  lastEventId: number;
  /** Its time, in epoch milliseconds. */
  lastEventAt = 0;
  /** Set where a state's Exited event doesn't come after the thread's last one. */
  exitFollows: number | undefined;
  /** The state that was entered and not left. */
  open: Frame | undefined;
  progress: "running" | "succeeded" | "failed" | "killed" = "running";

  constructor(options: {
    facts: ExecutionFacts;
    recorder: Recorder;
    scheduling: Scheduling;
    lastEventId: number;
    parent?: Thread;
    mapItem?: MapItem | undefined;
    variables?: Variables;
    index?: number;
  }) {
    this.facts = options.facts;
    this.recorder = options.recorder;
    this.scheduling = options.scheduling;
    this.lastEventId = options.lastEventId;
    this.parent = options.parent;
    this.mapItem = options.mapItem;
    this.variables = options.variables ?? Variables.none;
    this.index = options.index ?? 0;
  }

  /** Records an event after the thread's last one, and goes on from it. */
  emit(type: string, details?: EventDetails, replay?: HistoryEvent["replay"]): HistoryEvent {
    const event = this.recorder.emit(this.lastEventId, type, details, replay);
    this.lastEventId = event.id;
    this.lastEventAt = event.timestamp;
    return event;
  }

  /** Records an event that the state's Exited event does not come after: it comes after the same one. */
  emitBesideExit(type: string): void {
    const follows = this.lastEventId;
    this.emit(type);
    this.exitFollows = follows;
  }

  /** Ends the children that still run, and keeps them for a redrive only. */
  endChildren(): void {
    for (const child of this.children) this.scheduling.kill(child);
    this.former = this.children;
    this.children = [];
  }

  /**
   * The children of a state that goes on in a redrive: those that have not succeeded run again from where they stood.
   * Empty if the state has to start them.
   */
  redriveChildren(): Thread[] {
    const children = [...this.former];
    this.former = [];
    this.children = children;
    for (const child of children) {
      if (child.progress !== "succeeded") this.scheduling.redrive(child);
    }
    return children;
  }

  /** Goes on from where the child has ended. */
  followChild(child: Thread): void {
    this.lastEventId = child.lastEventId;
    this.lastEventAt = child.lastEventAt;
  }

  draw(): number {
    return this.recorder.draw(this.lastEventId);
  }

  /** Starts a child that goes on from the thread's last event. */
  spawn(branch: Branch, input: Json, options: { index: number; mapItem?: MapItem }): Thread {
    const child = new Thread({
      facts: this.facts,
      recorder: this.recorder,
      scheduling: this.scheduling,
      lastEventId: this.lastEventId,
      parent: this,
      mapItem: options.mapItem ?? this.mapItem,
      variables: this.variables,
      index: options.index,
    });
    this.scheduling.spawn(child, branch, input);
    return child;
  }

  /** Waits until one of the children has ended. */
  *childEnd(): Steps<Extract<Answer, { kind: "child" | "childFailed" }>> {
    const answer = yield { kind: "child" };
    if (answer.kind !== "child" && answer.kind !== "childFailed") throw unexpected(answer);
    return answer;
  }

  /** Waits for a moment; see Request. */
  *due(at: number, longestMs?: number): Steps<void> {
    yield { kind: "due", at, ...(longestMs === undefined ? {} : { longestMs }) };
  }
}

const unexpected = (answer: Answer): Error =>
  new Error(`a thread that waited for its children was told '${answer.kind}'`);
