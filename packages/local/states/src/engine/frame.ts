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

  constructor(thread: Thread, state: State, input: Json, entered: HistoryEvent) {
    this.thread = thread;
    this.state = state;
    this.input = input;
    this.entered = entered;
  }

  /** @param mapItem the item that an ItemSelector is evaluated for; else the one that the state stands in */
  scope(input: Json, mapItem: MapItem | undefined = this.thread.mapItem): Scope {
    return {
      input,
      context: () => contextObject(this, mapItem),
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
      RedriveCount: 0,
    },
    StateMachine: { Id: facts.stateMachineArn, Name: facts.stateMachineArn.split(":")[6] ?? "" },
    State: {
      Name: frame.state.name,
      EnteredTime: new Date(frame.entered.timestamp).toISOString(),
      ...(retriable.has(frame.state.type) ? { RetryCount: frame.retryCount } : {}),
    },
    ...(mapItem === undefined
      ? {}
      : { Map: { Item: { Index: mapItem.index, Value: mapItem.value } } }),
  };
}
