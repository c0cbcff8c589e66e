import { parseCatchers } from "../definition/catchers.ts";
import { readJsonPathFlow } from "../definition/json-path-flow.ts";
import { parseRetriers } from "../definition/retriers.ts";
import { type ParseState, readTransition, type StateContext } from "../definition/state-context.ts";
import { readDistributedMap } from "./distributed-map.ts";
import { readInlineMap } from "./inline-map.ts";
import { readProcessor } from "./map-fields.ts";

/** https://docs.aws.amazon.com/step-functions/latest/dg/state-map.html */
export function parseMap(context: StateContext): ReturnType<ParseState> {
  const { fields, parseBranch } = context;
  const processor = readProcessor(fields, parseBranch);
  const executionType = processor?.executionType;
  const execute =
    executionType === undefined
      ? readInlineMap(context, processor?.branch)
      : readDistributedMap(context, { ...processor, executionType });
  return {
    flow: readJsonPathFlow(fields, { resultSelector: true, resultPath: true }),
    next: readTransition(fields),
    retriers: parseRetriers(fields),
    catchers: parseCatchers(fields),
    execute,
  };
}
