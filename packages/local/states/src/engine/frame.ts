import type { State } from "../definition/machine.ts";
import type { Scope } from "../payload/scope.ts";
import type { HistoryEvent, Json } from "../types.ts";
import type { MapItem, Thread } from "./thread.ts";

/** One stay in a state, from its Entered event to its Exited event. */
export class Frame {
  readonly thread: Thread;
  readonly state: State;
  /** The state's input as it was entered. */
  readonly input: Json;
  readonly entered: HistoryEvent;
  /** Tries of the state after the first one. */
  retryCount = 0;
  /** Tries of the state in all, also those before a redrive. */
  tries = 0;
  /** The map run that a redrive goes on with. */
  mapRun: { readonly id: string; readonly redriveCount: number } | undefined;
  /** When the state was entered, or the execution redriven since, in epoch milliseconds. */
  begunAt: number;

  constructor(thread: Thread, state: State, input: Json, entered: HistoryEvent) {
    this.thread = thread;
    this.state = state;
    this.input = input;
    this.entered = entered;
    this.begunAt = entered.timestamp;
  }

  /** That of the try: no other try of a state in the execution has it. */
  get taskToken(): string {
    return this.thread.facts.taskToken(`${this.entered.id}.${this.tries}`);
  }

  /** @param mapItem the item that an ItemSelector is evaluated for; else the one that the state stands in */
  scope(input: Json, mapItem: MapItem | undefined = this.thread.mapItem): Scope {
    return {
      input,
      context: () => contextObject(this, mapItem),
      // The thread has the values from before the state until the state is left.
      variable: (name) => this.thread.variables.get(name),
      draw: () => this.thread.draw(),
    };
  }
}

/** States that Retry can try again know how often it has. */
const retriable = new Set(["Task", "Parallel", "Map"]);

/** https://docs.aws.amazon.com/step-functions/latest/dg/input-output-contextobject.html */
function contextObject(frame: Frame, mapItem: MapItem | undefined): Json {
  const { facts, recorder } = frame.thread;
  return {
    Execution: {
      Id: facts.executionArn,
      Input: facts.input,
      Name: facts.name,
      RoleArn: facts.roleArn,
      StartTime: new Date(recorder.startedAt).toISOString(),
      RedriveCount: recorder.redriveCount,
      ...(recorder.redrivenAt === undefined
        ? {}
        : { RedriveTime: new Date(recorder.redrivenAt).toISOString() }),
    },
    StateMachine: { Id: facts.stateMachineArn, Name: facts.stateMachineArn.split(":")[6] ?? "" },
    State: {
      Name: frame.state.name,
      EnteredTime: new Date(frame.entered.timestamp).toISOString(),
      ...(retriable.has(frame.state.type) ? { RetryCount: frame.retryCount } : {}),
    },
    ...(frame.state.hasTaskToken === true ? { Task: { Token: frame.taskToken } } : {}),
    ...(mapItem === undefined
      ? {}
      : { Map: { Item: { Index: mapItem.index, Value: mapItem.value } } }),
  };
}
