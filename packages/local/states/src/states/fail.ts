import { readExpression } from "../definition/path-fields.ts";
import type { ParseState, StateContext } from "../definition/state-context.ts";
import type { DataFlow } from "../engine/data-flow.ts";
import type { Frame } from "../engine/frame.ts";
import { StateFailure } from "../engine/state-failure.ts";
import { RuntimeFault } from "../payload/runtime-fault.ts";
import type { Template } from "../payload/template.ts";

/** A Fail state has none of the fields that shape data, and no output. */
const inputAsItIs: DataFlow = {
  effectiveInput: (frame) => frame.input,
  output: (_, result) => result,
};

/** https://docs.aws.amazon.com/step-functions/latest/dg/state-fail.html */
export function parseFail({ fields }: StateContext): ReturnType<ParseState> {
  fields.exclusive(["Error", "ErrorPath"], "at most one");
  fields.exclusive(["Cause", "CausePath"], "at most one");
  const error = fields.string("Error");
  const cause = fields.string("Cause");
  const errorPath = readExpression(fields, "ErrorPath");
  const causePath = readExpression(fields, "CausePath");
  return {
    flow: inputAsItIs,
    execute(frame) {
      throw new StateFailure(
        errorPath === undefined ? error : textAt(frame, "ErrorPath", errorPath),
        causePath === undefined ? cause : textAt(frame, "CausePath", causePath),
      );
    },
  };
}

function textAt(frame: Frame, field: string, expression: Template): string {
  const value = expression(frame.scope(frame.input));
  if (typeof value === "string") return value;
  throw new RuntimeFault(
    `The ${field} field refers to value ${JSON.stringify(value)} which is not a string`,
  );
}
