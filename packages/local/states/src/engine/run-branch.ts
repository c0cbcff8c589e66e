import type { Branch } from "../definition/machine.ts";
import type { Json } from "../types.ts";
import type { Frame } from "./frame.ts";
import { runState } from "./run-state.ts";
import type { Steps } from "./steps.ts";
import type { Thread } from "./thread.ts";

/** A thread that has run so many states without waiting lets others have their turn. */
const statesInARow = 100;

/**
 * Runs the states of a branch one after the other; gives the output of the last.
 * @param redriven the stay in the first of them, if it goes on
 */
export function* runBranch(
  thread: Thread,
  branch: Branch,
  input: Json,
  redriven?: Frame,
): Steps<Json> {
  let name = branch.startAt;
  let data = input;
  let frame = redriven;
  for (let count = 1; ; count += 1) {
    const state = branch.states.get(name);
    if (state === undefined) throw new Error(`the parsed definition has no state '${name}'`);
    const { output, next } = yield* runState(thread, state, data, frame);
    if (next === undefined) return output;
    name = next;
    data = output;
    frame = undefined;
    thread.nextState = name;
    thread.nextInput = data;
    if (count % statesInARow === 0) yield { kind: "turn" };
  }
}
