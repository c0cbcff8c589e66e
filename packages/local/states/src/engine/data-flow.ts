import type { Json } from "../types.ts";
import type { Frame } from "./frame.ts";

/**
 * How a state's fields shape what goes in and what comes out, in the query language of the state: with JSONPath by
 * definition/json-path-flow.ts. Another language is another implementation of this and of Assign; the life cycle of a
 * state asks for nothing else that depends on it.
 * A failure throws RuntimeFault: the life cycle says which state it was.
 */
export interface DataFlow {
  /** From the state's input to what the state works on. */
  effectiveInput(frame: Frame): Json;
  /** From the result of the work to the state's output. */
  output(frame: Frame, result: Json): Json;
}
