import { parseCatchers } from "../definition/catchers.ts";
import type { Fields } from "../definition/fields.ts";
import { readJsonPathFlow } from "../definition/json-path-flow.ts";
import type { Branch } from "../definition/machine.ts";
import { readDefinitePath, readTemplate } from "../definition/path-fields.ts";
import { parseRetriers } from "../definition/retriers.ts";
import { type ParseState, readTransition, type StateContext } from "../definition/state-context.ts";
import type { Frame } from "../engine/frame.ts";
import { exceedsDataLimit } from "../engine/json-text.ts";
import { recordIterationsEnded } from "../engine/record-aborted.ts";
import type { EventDetails } from "../engine/recorder.ts";
import { inputTooLarge } from "../engine/state-failure.ts";
import type { Steps } from "../engine/steps.ts";
import type { Thread } from "../engine/thread.ts";
import { isArray } from "../jsonpath/path.ts";
import { findForField, type Query } from "../payload/query.ts";
import { RuntimeFault } from "../payload/runtime-fault.ts";
import type { Template } from "../payload/template.ts";
import type { Json } from "../types.ts";

/** https://docs.aws.amazon.com/step-functions/latest/dg/state-map-inline.html: up to 40 iterations at a time. */
const mostConcurrent = 40;

/** https://docs.aws.amazon.com/step-functions/latest/dg/state-map.html (inline mode) */
export function parseMap({ fields, parseBranch }: StateContext): ReturnType<ParseState> {
  fields.unsupported(
    "ItemReader",
    "ItemBatcher",
    "ResultWriter",
    "Label",
    "ToleratedFailurePercentage",
    "ToleratedFailurePercentagePath",
    "ToleratedFailureCount",
    "ToleratedFailureCountPath",
  );
  // Iterator and Parameters are the older names of ItemProcessor and ItemSelector.
  fields.exclusive(["ItemProcessor", "Iterator"], "one");
  fields.exclusive(["ItemSelector", "Parameters"], "at most one");
  const processor = fields.inner("ItemProcessor") ?? fields.inner("Iterator");
  const branch = processor === undefined ? undefined : parseProcessor(processor, parseBranch);
  const itemsPath = readDefinitePath(fields, "ItemsPath");
  const selector = readTemplate(fields, "ItemSelector") ?? readTemplate(fields, "Parameters");
  const concurrency = readConcurrency(fields);
  return {
    flow: readJsonPathFlow(fields, { resultSelector: true, resultPath: true }),
    next: readTransition(fields),
    retriers: parseRetriers(fields),
    catchers: parseCatchers(fields),
    *execute(frame, input) {
      if (branch === undefined) throw new Error("a parsed Map has a processor");
      const most = concurrency(frame, input);
      const items = itemsAt(frame, input, itemsPath);
      const itemInput = (item: Json, index: number): Json =>
        selectItem(frame, input, selector, item, index);
      return { result: yield* runIterations(frame, branch, items, itemInput, most) };
    },
  };
}

function parseProcessor(fields: Fields, parseBranch: StateContext["parseBranch"]): Branch {
  fields.string("Comment");
  const config = fields.inner("ProcessorConfig");
  if (config !== undefined) {
    const mode = config.oneOf("Mode", ["INLINE", "DISTRIBUTED"]);
    if (mode === "DISTRIBUTED") {
      config.refuse("The Mode 'DISTRIBUTED' is not supported by this engine", config.at("Mode"));
      config.value("ExecutionType");
    }
    config.close();
  }
  const branch = parseBranch(fields);
  fields.close();
  return branch;
}

/** MaxConcurrency, or what its path finds; 0 sets no limit but the service's. */
function readConcurrency(fields: Fields): (frame: Frame, input: Json) => number {
  fields.exclusive(["MaxConcurrency", "MaxConcurrencyPath"], "at most one");
  const constant = fields.integer("MaxConcurrency", { minimum: 0 }) ?? 0;
  const path = readDefinitePath(fields, "MaxConcurrencyPath");
  return (frame, input) => {
    const asked = path === undefined ? constant : concurrencyAt(frame, input, path);
    return Math.min(asked === 0 ? mostConcurrent : asked, mostConcurrent);
  };
}

function concurrencyAt(frame: Frame, input: Json, path: Query): number {
  const value = findForField(path, frame.scope(input));
  if (typeof value === "number" && Number.isInteger(value) && value >= 0) return value;
  const shown = typeof value === "string" ? value : JSON.stringify(value);
  throw new RuntimeFault(
    `The MaxConcurrencyPath field refers to value "${shown}" which is not a valid integer: ${path.source}`,
  );
}

function itemsAt(frame: Frame, input: Json, path: Query | undefined): readonly Json[] {
  const items = path === undefined ? input : findForField(path, frame.scope(input));
  if (isArray(items)) return items;
  throw new RuntimeFault(`Reference path "${path?.source ?? "$"}" must point to array.`);
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
  const started = thread.emit("MapStateStarted", {
    mapStateStartedEventDetails: { length: items.length },
  });
  const outputs: Json[] = new Array(items.length).fill(null);
  const children: Thread[] = [];
  thread.children = children;
  const start = (follows: number): void => {
    const index = children.length;
    const value = items[index] ?? null;
    thread.lastEventId = follows;
    thread.emit("MapIterationStarted", iteration("Started", state.name, index));
    const input = itemInput(value, index);
    if (input !== value && exceedsDataLimit(input)) throw inputTooLarge(state.name);
    children.push(thread.spawn(branch, input, { index, mapItem: { index, value } }));
  };
  while (children.length < Math.min(most, items.length)) start(started.id);
  for (let running = items.length; running > 0; running -= 1) {
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
