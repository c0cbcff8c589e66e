import type { Json } from "../types.ts";
import type { Fields } from "./fields.ts";
import type { Branch, State, StateMachine } from "./machine.ts";

export interface ParseOptions {
  /** EXPRESS machines can't have what waits for an answer from outside; STANDARD unless given. */
  readonly type?: "STANDARD" | "EXPRESS";
  /** Whether the host can run a Task with this resource; what it can't run is refused. All can be run unless given. */
  readonly supportsResource?: (resource: string) => boolean;
  /**
   * What the host finds wrong with a Task's parameters before it is asked to run it, in AWS's words: the state fails then
   * with States.Runtime. It must say the same of the same parameters after a restart.
   */
  readonly wrongParameters?: (resource: string, parameters: Json) => readonly string[];
}

/** What the parser of a type of state is given. */
export interface StateContext {
  readonly name: string;
  readonly fields: Fields;
  readonly options: ParseOptions;
  /** Reads a branch or an item processor, which stands in `fields`; its states are parsed later. */
  readonly parseBranch: (fields: Fields) => Branch;
  /** What the Distributed Maps of the machine run, by their labels; a Map adds its own. */
  readonly mapProcessors: Map<string, StateMachine>;
}

/** Compiles the fields that only this type of state has, and those that it shares with some. */
export type ParseState = (
  context: StateContext,
) => Pick<State, "flow" | "execute"> &
  Partial<Pick<State, "next" | "retriers" | "catchers" | "hasTaskToken">>;

/** Reads Next or End of the states that have them. */
export function readTransition(fields: Fields): string | undefined {
  fields.exclusive(["Next", "End"], "one");
  if (fields.boolean("End") === false && !fields.has("Next")) {
    fields.refuse("This object should have only one of the following fields: [Next, End]");
  }
  return fields.string("Next");
}
