import type { Fields } from "../definition/fields.ts";
import type { Branch, State, StateMachine } from "../definition/machine.ts";
import { readDefinitePath } from "../definition/path-fields.ts";
import type { StateContext } from "../definition/state-context.ts";
import type { Frame } from "../engine/frame.ts";
import { jsonText } from "../engine/json-text.ts";
import { failureOf } from "../engine/run-state.ts";
import { StateFailure } from "../engine/state-failure.ts";
import type { Steps } from "../engine/steps.ts";
import type { Thread } from "../engine/thread.ts";
import { uuidFrom } from "../engine/uuid.ts";
import { type MapRunCall, MapRunError, type MapRunLimits } from "../map-run/host.ts";
import { type Batching, parseItemBatcher, toInputs } from "../map-run/items/item-batcher.ts";
import { type ItemSource, parseItemReader } from "../map-run/items/item-reader.ts";
import { readerFailed } from "../map-run/items/reader-failed.ts";
import { parseResultWriter, type ResultWriting, resultWriter } from "../map-run/result-writer.ts";
import type { MapRunPlan } from "../map-run/running-map-run.ts";
import { RuntimeFault } from "../payload/runtime-fault.ts";
import type { Template } from "../payload/template.ts";
import type { Json } from "../types.ts";
import { invalidNumber, numberAt, readConcurrency, readItems, readSelector } from "./map-fields.ts";
import { readLabel } from "./map-label.ts";

interface DistributedMap {
  readonly label: string;
  readonly processor: StateMachine;
  readonly executionType: "STANDARD" | "EXPRESS";
  readonly selector: Template | undefined;
}

/** What one try of the state works on, its fields evaluated. */
interface Work {
  /** An array of the state's input, or what is read from elsewhere. */
  readonly source: readonly Json[] | ItemSource;
  readonly batching: Batching | undefined;
  readonly writing: ResultWriting;
  readonly limits: MapRunLimits;
}

/**
 * A Map whose iterations are executions of their own, in a map run.
 * https://docs.aws.amazon.com/step-functions/latest/dg/state-map-distributed.html
 */
export function readDistributedMap(
  context: StateContext,
  processor: { readonly branch?: Branch; readonly executionType: "STANDARD" | "EXPRESS" },
): State["execute"] {
  const { fields, mapProcessors } = context;
  const { branch, executionType } = processor;
  const label = readLabel(context);
  const itemsAt = readItems(fields);
  const concurrency = readConcurrency(fields);
  const tolerance = readTolerance(fields);
  const selector = readSelector(fields);
  const reader = readInner(fields, "ItemReader", parseItemReader);
  const batcher = readInner(fields, "ItemBatcher", parseItemBatcher);
  const writer = readInner(fields, "ResultWriter", parseResultWriter);
  if (branch !== undefined) {
    mapProcessors.set(label, { branch, timeoutSeconds: undefined, mapProcessors });
  }
  return function* execute(frame, input) {
    const machine = mapProcessors.get(label);
    if (machine === undefined) throw new Error("a parsed Distributed Map has a processor");
    const maxConcurrency = concurrency(frame, input);
    // As on AWS, ItemsPath only counts where there is no ItemReader.
    const source = reader === undefined ? itemsAt(frame, input) : reader(frame, input);
    const batching = batcher?.(frame, input);
    const writing = writer?.(frame, input) ?? {
      format: { transformation: "COMPACT", outputType: "JSON" },
      target: undefined,
    };
    const length = typeof source === "function" ? 0 : source.length;
    // Retry begins another run, a redrive goes on with the one that has failed.
    const former = frame.retryCount === 0 ? frame.mapRun : undefined;
    if (former === undefined) {
      frame.thread.emit("MapStateStarted", { mapStateStartedEventDetails: { length } });
    }
    const limits = { maxConcurrency, ...tolerance(frame, input) };
    const map = { label, processor: machine, executionType, selector };
    const work = { source, batching, writing, limits };
    return { result: yield* runMap(frame, input, map, work, former) };
  };
}

function readInner<T>(fields: Fields, name: string, parse: (inner: Fields) => T): T | undefined {
  const inner = fields.inner(name);
  return inner === undefined ? undefined : parse(inner);
}

/** ToleratedFailureCount and ToleratedFailurePercentage, or what their paths find. */
function readTolerance(
  fields: Fields,
): (frame: Frame, input: Json) => Omit<MapRunLimits, "maxConcurrency"> {
  const names = ["ToleratedFailureCount", "ToleratedFailurePercentage"] as const;
  for (const name of names) fields.exclusive([name, `${name}Path`], "at most one");
  const count = fields.integer(names[0], { minimum: 0 });
  const percentage = fields.number(names[1], { minimum: 0, maximum: 100 });
  const countPath = readDefinitePath(fields, `${names[0]}Path`);
  const percentagePath = readDefinitePath(fields, `${names[1]}Path`);
  return (frame, input) => {
    const read = (path: typeof countPath, type: "integer" | "float", field: string) => {
      if (path === undefined) return undefined;
      const value = numberAt(path, frame, input);
      if (type === "integer" ? Number.isInteger(value) : Number.isFinite(value)) return value;
      throw toleranceFault(frame, invalidNumber(`${field}Path`, type, path, frame, input).message);
    };
    const toleratedFailureCount = count ?? read(countPath, "integer", names[0]);
    const toleratedFailurePercentage = percentage ?? read(percentagePath, "float", names[1]);
    if (toleratedFailureCount !== undefined && toleratedFailureCount < 0) {
      throw toleranceFault(frame, "ToleratedFailureCount cannot be negative.");
    }
    const share = toleratedFailurePercentage ?? 0;
    if (share < 0 || share > 100) {
      throw toleranceFault(frame, "ToleratedFailurePercentage must be between 0 and 100.");
    }
    return { toleratedFailureCount, toleratedFailurePercentage };
  };
}

/** Another one for each run, also of an execution that was deleted and made again under its name. */
const newId = (thread: Thread): string =>
  uuidFrom(`${thread.facts.executionArn} ${thread.lastEventId} ${thread.draw()}`);

/** It is found after MapStateStarted, but the execution's end comes after MapStateEntered: AWS has it so. */
function toleranceFault(frame: Frame, message: string): RuntimeFault {
  frame.thread.lastEventId = frame.entered.id;
  return new RuntimeFault(message);
}

/** https://docs.aws.amazon.com/step-functions/latest/dg/redrive-map-run.html: after these a redrive begins another run. */
const begunAnew = new Set([
  "States.DataLimitExceeded",
  "States.ItemReaderFailed",
  "States.Permissions",
  "States.Runtime",
]);

function* runMap(
  frame: Frame,
  input: Json,
  map: DistributedMap,
  work: Work,
  former: Frame["mapRun"],
): Steps<Json> {
  const { thread } = frame;
  const run =
    former === undefined
      ? { id: newId(thread), redriveCount: 0 }
      : { id: former.id, redriveCount: former.redriveCount + 1 };
  const arns = arnsOf(thread.facts.stateMachineArn, map.label, run.id);
  const { mapRunArn } = arns;
  const { redriveCount } = run;
  const started =
    redriveCount === 0
      ? thread.emit("MapRunStarted", { mapRunStartedEventDetails: { mapRunArn } })
      : thread.emit("MapRunRedriven", {
          mapRunRedrivenEventDetails: { mapRunArn, redriveCount },
        });
  frame.mapRun = run;
  const answer = yield { kind: "mapRun", plan: planOf(frame, input, map, work, run, arns) };
  if (answer.kind !== "failed" || begunAnew.has(answer.error ?? "")) frame.mapRun = undefined;
  if (answer.kind === "failed") {
    const { error, cause } = answer;
    thread.emit("MapRunFailed", {
      mapRunFailedEventDetails: {
        ...(error === undefined ? {} : { error }),
        ...(cause === undefined ? {} : { cause }),
      },
    });
    throw new StateFailure(error, cause, { fromBranch: true });
  }
  if (answer.kind !== "succeeded") throw new Error(`a map run was told '${answer.kind}'`);
  const { output } = answer;
  thread.emit("MapRunSucceeded", undefined, { output: jsonText(output) });
  thread.emit("MapStateSucceeded");
  // AWS has had it so since 2024; before, MapStateExited came after MapRunSucceeded.
  thread.exitFollows = started.id;
  return output;
}

function arnsOf(stateMachineArn: string, label: string, id: string) {
  const [arn, partition, service, region, account, , name = ""] = stateMachineArn.split(":");
  // In a child of a map run it is MACHINE/LABEL; labels are unique in the whole machine.
  const machine = name.split("/")[0];
  const arnOf = (type: string): string =>
    [arn, partition, service, region, account, type, `${machine}/${label}`].join(":");
  return { mapRunArn: `${arnOf("mapRun")}:${id}`, childStateMachineArn: arnOf("stateMachine") };
}

function planOf(
  frame: Frame,
  input: Json,
  map: DistributedMap,
  work: Work,
  { id, redriveCount }: NonNullable<Frame["mapRun"]>,
  arns: ReturnType<typeof arnsOf>,
): MapRunPlan {
  const { thread, state } = frame;
  const { executionArn, stateMachineArn, roleArn } = thread.facts;
  const { label, processor, executionType } = map;
  return ({ storage, signal, suspended }): MapRunCall => {
    const call = { executionArn, stateMachineArn, roleArn };
    const items =
      typeof work.source === "function"
        ? readFrom(work.source, storage, { ...call, signal: AbortSignal.any([signal, suspended]) })
        : () => work.source as readonly Json[];
    const { target, format } = work.writing;
    return {
      ...arns,
      ...call,
      ...work.limits,
      stateName: state.name,
      label,
      processor,
      executionType,
      redriveCount,
      readItems: () =>
        toInputs(selected(frame, input, map.selector, items()), work.batching, state.name),
      resultFormat: format,
      ...(target === undefined
        ? {}
        : { resultWriter: resultWriter(target, id, storage, { ...call, signal: suspended }) }),
      signal,
      suspended,
    };
  };
}

function readFrom(
  source: ItemSource,
  storage: Parameters<MapRunPlan>[0]["storage"],
  call: Parameters<ItemSource>[1],
): () => AsyncIterable<Json> {
  return () => {
    if (storage !== undefined) return source(storage, call);
    throw readerFailed("This engine was started without a storage for Distributed Maps.");
  };
}

/** What ItemSelector makes of the items. The numbers that it draws are kept in the children's inputs. */
async function* selected(
  frame: Frame,
  input: Json,
  selector: Template | undefined,
  items: Iterable<Json> | AsyncIterable<Json>,
): AsyncGenerator<Json> {
  const draw = () => frame.thread.recorder.drawUnrecorded();
  let index = 0;
  for await (const value of items) {
    yield selector === undefined
      ? value
      : select(frame, () => selector({ ...frame.scope(input, { index, value }), draw }));
    index += 1;
  }
}

function select(frame: Frame, evaluate: () => Json): Json {
  try {
    return evaluate();
  } catch (error) {
    const failure = failureOf(error, frame);
    throw new MapRunError(failure.error ?? "", failure.cause ?? "");
  }
}
