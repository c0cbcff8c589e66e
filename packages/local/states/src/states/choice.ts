import { parseRule, type Rule } from "../choice/parse-rule.ts";
import { readJsonPathFlow } from "../definition/json-path-flow.ts";
import type { ParseState, StateContext } from "../definition/state-context.ts";
import { RuntimeFault } from "../payload/runtime-fault.ts";

/** https://docs.aws.amazon.com/step-functions/latest/dg/state-choice.html */
export function parseChoice({ fields }: StateContext): ReturnType<ParseState> {
  fields.require("Choices");
  const choices: { rule: Rule; next: string }[] = [];
  for (const entry of fields.items("Choices") ?? []) {
    entry.require("Next");
    const next = entry.string("Next") ?? "";
    entry.unsupported("Assign");
    const rule = parseRule(entry);
    if (rule !== undefined) choices.push({ rule, next });
  }
  const otherwise = fields.string("Default");
  return {
    flow: readJsonPathFlow(fields, {}),
    execute(frame, input) {
      const scope = frame.scope(input);
      const next = choices.find(({ rule }) => rule(scope))?.next ?? otherwise;
      if (next === undefined) {
        throw new RuntimeFault(
          "Failed to transition out of the state. The state does not point to a next state.",
        );
      }
      return { result: input, next };
    },
  };
}
