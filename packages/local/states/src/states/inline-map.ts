import type { Branch, State } from "../definition/machine.ts";
import type { StateContext } from "../definition/state-context.ts";
import type { Frame } from "../engine/frame.ts";
import { exceedsDataLimit } from "../engine/json-text.ts";
import { recordIterationsEnded } from "../engine/record-aborted.ts";
import type { EventDetails } from "../engine/recorder.ts";
import { inputTooLarge } from "../engine/state-failure.ts";
import type { Steps } from "../engine/steps.ts";
import type { Template } from "../payload/template.ts";
import type { Json } from "../types.ts";
import { readConcurrency, readItems, readSelector } from "./map-fields.ts";

/** https://docs.aws.amazon.com/step-functions/latest/dg/state-map-inline.html: up to 40 iterations at a time. */
const mostConcurrent = 40;

/** A Map whose iterations run in the execution itself. */
export function readInlineMap(
  { fields }: StateContext,
  branch: Branch | undefined,
): State["execute"] {
  const selector = readSelector(fields);
  const itemsAt = readItems(fields);
  const concurrency = readConcurrency(fields);
  return function* execute(frame, input) {
    if (branch === undefined) throw new Error("a parsed Map has a processor");
    const asked = concurrency(frame, input);
    const most = asked === 0 ? mostConcurrent : Math.min(asked, mostConcurrent);
    const items = itemsAt(frame, input);
    const itemInput = (item: Json, index: number): Json =>
      selectItem(frame, input, selector, item, index);
    return { result: yield* runIterations(frame, branch, items, itemInput, most) };
  };
}

function selectItem(
  frame: Frame,
  input: Json,
  selector: Template | undefined,
  value: Json,
  index: number,
): Json {
  return selector === undefined ? value : selector(frame.scope(input, { index, value }));
}

/** Runs the processor for each item, so many at a time; the first iteration that fails ends them all. */
function* runIterations(
  frame: Frame,
  branch: Branch,
  items: readonly Json[],
  itemInput: (item: Json, index: number) => Json,
  most: number,
): Steps<Json> {
  const { thread, state } = frame;
  const children = thread.redriveChildren();
  if (children.length === 0) {
    thread.emit("MapStateStarted", { mapStateStartedEventDetails: { length: items.length } });
  }
  const started = thread.lastEventId;
  const outputs: Json[] = items.map((_, index) => children[index]?.output ?? null);
  const succeeded = children.filter(({ progress }) => progress === "succeeded").length;
  const start = (follows: number): void => {
    const index = children.length;
    const value = items[index] ?? null;
    thread.lastEventId = follows;
    thread.emit("MapIterationStarted", iteration("Started", state.name, index));
    const input = itemInput(value, index);
    if (input !== value && exceedsDataLimit(input)) throw inputTooLarge(state.name);
    children.push(thread.spawn(branch, input, { index, mapItem: { index, value } }));
  };
  while (children.length < Math.min(most + succeeded, items.length)) start(started);
  for (let running = items.length - succeeded; running > 0; running -= 1) {
    const { child, ...end } = yield* thread.childEnd();
    if (end.kind === "childFailed") {
      recordIterationsEnded(thread, state.name, child);
      thread.endChildren();
      thread.followChild(child);
      throw end.failure.outside();
    }
    outputs[child.index] = end.output;
    thread.followChild(child);
    thread.emit("MapIterationSucceeded", iteration("Succeeded", state.name, child.index));
    if (children.length < items.length) start(child.lastEventId);
  }
  thread.endChildren();
  thread.emitBesideExit("MapStateSucceeded");
  return outputs;
}

const iteration = (end: "Started" | "Succeeded", name: string, index: number): EventDetails => ({
  [`mapIteration${end}EventDetails`]: { name, index },
});
