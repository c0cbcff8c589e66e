import type { DataFlow } from "../engine/data-flow.ts";
import type { Frame } from "../engine/frame.ts";
import type { Steps } from "../engine/steps.ts";
import type { Json } from "../types.ts";
import type { Assign } from "./assignments.ts";
import type { Catcher } from "./catchers.ts";
import type { Retrier } from "./retriers.ts";

export type StateType =
  | "Task"
  | "Choice"
  | "Parallel"
  | "Map"
  | "Pass"
  | "Wait"
  | "Succeed"
  | "Fail";

/** A state, compiled: nothing of its definition is looked at again while it runs. */
export interface State {
  readonly name: string;
  readonly type: StateType;
  /** How the state's fields shape its data. */
  readonly flow: DataFlow;
  /** undefined ends the branch that the state stands in. */
  readonly next: string | undefined;
  readonly retriers: readonly Retrier[];
  readonly catchers: readonly Catcher[];
  /** Sets variables when the state is left without a failure. */
  readonly assign: Assign | undefined;
  /** Whether `$$.Task.Token` stands for something in the state's fields. */
  readonly hasTaskToken?: boolean;
  /** The work of the state, from its effective input to its result; in steps where it has to wait. */
  readonly execute: (frame: Frame, input: Json) => Executed | Steps<Executed>;
}

interface Executed {
  readonly result: Json;
  /** Only a Choice names it: instead of the state's own `next`. */
  readonly next?: string;
  /** Only a Choice names it: instead of the state's own. */
  readonly assign?: Assign | undefined;
}

/** States that follow one another: a machine's, a Parallel's branch or a Map's processor. */
export interface Branch {
  readonly startAt: string;
  readonly states: ReadonlyMap<string, State>;
}

/** A definition that was parsed; it can be run any number of times, also at the same time. */
export interface StateMachine {
  readonly branch: Branch;
  /** TimeoutSeconds of the machine. */
  readonly timeoutSeconds: number | undefined;
  /** What the children of each Distributed Map in the definition run, by the Map's label. */
  readonly mapProcessors: ReadonlyMap<string, StateMachine>;
}
