import { parseRule, type Rule } from "../choice/parse-rule.ts";
import { type Assign, readAssign } from "../definition/assignments.ts";
import type { Fields } from "../definition/fields.ts";
import { readJsonPathFlow } from "../definition/json-path-flow.ts";
import { refuseJsonataFields } from "../definition/query-language.ts";
import type { ParseState, StateContext } from "../definition/state-context.ts";
import { RuntimeFault } from "../payload/runtime-fault.ts";

/** A way out of the state. */
interface Way {
  readonly next: string;
  readonly assign: Assign | undefined;
}

/** https://docs.aws.amazon.com/step-functions/latest/dg/state-choice.html */
export function parseChoice({ fields }: StateContext): ReturnType<ParseState> {
  fields.require("Choices");
  const choices: (Way & { readonly rule: Rule })[] = [];
  for (const entry of fields.items("Choices") ?? []) {
    entry.require("Next");
    const way = readWay(entry, "Next");
    refuseJsonataFields(entry, ["Output"]);
    const rule = parseRule(entry);
    if (rule !== undefined && way !== undefined) choices.push({ ...way, rule });
  }
  // The state's own Assign is that of its Default.
  const otherwise = readWay(fields, "Default");
  return {
    flow: readJsonPathFlow(fields, {}),
    execute(frame, input) {
      const scope = frame.scope(input);
      const way = choices.find(({ rule }) => rule(scope)) ?? otherwise;
      if (way === undefined) {
        throw new RuntimeFault(
          "Failed to transition out of the state. The state does not point to a next state.",
        );
      }
      return { result: input, next: way.next, assign: way.assign };
    },
  };
}

function readWay(fields: Fields, name: "Next" | "Default"): Way | undefined {
  const next = fields.string(name);
  const assign = readAssign(fields);
  return next === undefined ? undefined : { next, assign };
}
