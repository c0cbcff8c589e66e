import type { Json } from "../types.ts";

/** What the paths and calls of a state's fields can read. */
export interface Scope {
  /** What `$` means. */
  readonly input: Json;
  /** What `$$` means: the context object, built when it is asked for. */
  readonly context: () => Json;
  /** The value of a variable by its name without the dollar sign; undefined if it has none. */
  readonly variable: (name: string) => Json | undefined;
  /** A random number in [0, 1) that is the same again when the execution is resumed. */
  readonly draw: () => number;
}
