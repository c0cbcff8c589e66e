import type { Json } from "../types.ts";
import { jsonBytes } from "./json-text.ts";

/** What an Assign field gives: new values by the names of variables. */
export type Assigned = Readonly<Record<string, Json>>;

/**
 * The variables that a thread can read: its own, and those of the threads around it.
 * Invariant: it never changes. An assignment makes another one, so that a branch can go on from its parent's
 * without a copy, and what the branch assigns ends with it. Nothing of it is stored: a resume assigns again.
 * https://docs.aws.amazon.com/step-functions/latest/dg/workflow-variables.html
 */
export class Variables {
  static readonly none = new Variables(new Map(), 0);
  readonly #values: ReadonlyMap<string, Json>;
  /** All values as JSON text, in UTF-8. */
  readonly bytes: number;

  private constructor(values: ReadonlyMap<string, Json>, bytes: number) {
    this.#values = values;
    this.bytes = bytes;
  }

  /** @param name without the dollar sign; undefined for one that has no value */
  get(name: string): Json | undefined {
    return this.#values.get(name);
  }

  with(assigned: Assigned): Variables {
    const values = new Map(this.#values);
    let { bytes } = this;
    for (const [name, value] of Object.entries(assigned)) {
      const before = values.get(name);
      if (before !== undefined) bytes -= jsonBytes(before);
      bytes += jsonBytes(value);
      values.set(name, value);
    }
    return new Variables(values, bytes);
  }
}
