import { isArray } from "../jsonpath/path.ts";
import type { Json } from "../types.ts";
import type { MapRunCall } from "./host.ts";
import type { MapRunGroup, MapRunResult, MapRunStore } from "./store.ts";

/** Results hold an input and an output, each of up to 256 KiB. */
const readAtOnce = 32;

/** The results of a group in the children's order, each as JSON text; a few are held at a time. */
export async function* resultTexts(
  call: MapRunCall,
  store: MapRunStore,
  group: MapRunGroup,
): AsyncGenerator<string> {
  let from = 0;
  for (;;) {
    const page = await store.results(group, from, readAtOnce);
    for (const result of page) yield* textsOf(call, result);
    const last = page.at(-1);
    if (last === undefined) return;
    from = last.index + 1;
  }
}

/** A child that has not succeeded is told of in whole, whatever the format. */
function* textsOf(call: MapRunCall, result: MapRunResult): Generator<string> {
  const { transformation } = call.resultFormat;
  const output = result.summary?.status === "SUCCEEDED" ? result.summary.output : undefined;
  if (transformation === "NONE" || output === undefined) {
    yield JSON.stringify(described(call, result));
  } else if (transformation === "FLATTEN" && output.startsWith("[")) {
    const items: Json = JSON.parse(output);
    if (isArray(items)) for (const item of items) yield JSON.stringify(item);
  } else {
    yield output;
  }
}

/** A child as ResultWriter tells of it. */
function described(call: MapRunCall, { name, input, summary }: MapRunResult): object {
  const common = {
    ExecutionArn: childExecutionArn(call, name),
    Input: input,
    InputDetails: { Included: true },
    Name: name,
  };
  if (summary === undefined) {
    return { ...common, StateMachineArn: call.childStateMachineArn, Status: "PENDING" };
  }
  const { status, output, error, cause, startDate, stopDate } = summary;
  return {
    ...(cause === undefined ? {} : { Cause: cause }),
    ...(error === undefined ? {} : { Error: error }),
    ...common,
    ...(output === undefined ? {} : { Output: output, OutputDetails: { Included: true } }),
    RedriveCount: 0,
    ...(status === "SUCCEEDED"
      ? {
          RedriveStatus: "NOT_REDRIVABLE",
          RedriveStatusReason: "Execution is SUCCEEDED and cannot be redriven",
        }
      : { RedriveStatus: "REDRIVABLE_BY_MAP_RUN" }),
    StartDate: new Date(startDate).toISOString(),
    StateMachineArn: call.childStateMachineArn,
    Status: status,
    ...(stopDate === undefined ? {} : { StopDate: new Date(stopDate).toISOString() }),
  };
}

/** The ARN of a child execution: arn:aws:states:REGION:ACCOUNT:execution:MACHINE/LABEL:NAME. */
export const childExecutionArn = (
  call: Pick<MapRunCall, "childStateMachineArn">,
  name: string,
): string => `${call.childStateMachineArn.replace(":stateMachine:", ":execution:")}:${name}`;
