import { readJsonPathFlow } from "../definition/json-path-flow.ts";
import type { ParseState, StateContext } from "../definition/state-context.ts";

/** https://docs.aws.amazon.com/step-functions/latest/dg/state-succeed.html */
export function parseSucceed({ fields }: StateContext): ReturnType<ParseState> {
  return {
    flow: readJsonPathFlow(fields, {}),
    execute(_, input) {
      return { result: input };
    },
  };
}
