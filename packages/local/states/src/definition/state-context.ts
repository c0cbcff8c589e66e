import type { Fields } from "./fields.ts";
import type { Branch, State } from "./machine.ts";

export interface ParseOptions {
  /** Whether the host can run a Task with this resource; what it can't run is refused. All can be run unless given. */
  readonly supportsResource?: (resource: string) => boolean;
}

/** What the parser of a type of state is given. */
export interface StateContext {
  readonly name: string;
  readonly fields: Fields;
  readonly options: ParseOptions;
  /** Parses the states of a branch or an item processor, which stand in `fields`. */
  readonly parseBranch: (fields: Fields) => Branch;
}

/** Compiles the fields that only this type of state has, and those that it shares with some. */
export type ParseState = (
  context: StateContext,
) => Pick<State, "flow" | "execute"> & Partial<Pick<State, "next" | "retriers" | "catchers">>;

/** Reads Next or End of the states that have them. */
export function readTransition(fields: Fields): string | undefined {
  fields.exclusive(["Next", "End"], "one");
  if (fields.boolean("End") === false && !fields.has("Next")) {
    fields.refuse("This object should have only one of the following fields: [Next, End]");
  }
  return fields.string("Next");
}
