import { readJsonPathFlow } from "../definition/json-path-flow.ts";
import { type ParseState, readTransition, type StateContext } from "../definition/state-context.ts";

/** https://docs.aws.amazon.com/step-functions/latest/dg/state-pass.html */
export function parsePass({ fields }: StateContext): ReturnType<ParseState> {
  const constant = fields.value("Result");
  return {
    flow: readJsonPathFlow(fields, { parameters: true, resultPath: true }),
    next: readTransition(fields),
    // Result is data as it stands: what looks like a path in it is text.
    execute(_, input) {
      return { result: constant === undefined ? input : constant };
    },
  };
}
