import { parseChoice } from "../states/choice.ts";
import { parseFail } from "../states/fail.ts";
import { parseMap } from "../states/map.ts";
import { parseParallel } from "../states/parallel.ts";
import { parsePass } from "../states/pass.ts";
import { parseSucceed } from "../states/succeed.ts";
import { parseTask } from "../states/task.ts";
import { parseWait } from "../states/wait.ts";
import { checkTransitions, type Edges } from "./check-transitions.ts";
import type { Fields } from "./fields.ts";
import type { Branch, State, StateType } from "./machine.ts";
import type { ParseOptions, ParseState, StateContext } from "./state-context.ts";

const parsers: Record<StateType, ParseState> = {
  Task: parseTask,
  Choice: parseChoice,
  Parallel: parseParallel,
  Map: parseMap,
  Pass: parsePass,
  Wait: parseWait,
  Succeed: parseSucceed,
  Fail: parseFail,
};

const types = Object.keys(parsers) as StateType[];

/** https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html */
const longestName = 80;

/**
 * Reads StartAt and States of a machine, a branch or an item processor.
 * @param names those of all states of the machine so far: a name can be used once in all branches
 */
export function parseBranch(fields: Fields, options: ParseOptions, names: Set<string>): Branch {
  fields.require("StartAt", "States");
  const startAt = fields.string("StartAt") ?? "";
  const entries = fields.inner("States");
  const states = new Map<string, State>();
  const edges: Edges = new Map();
  for (const name of entries?.names() ?? []) {
    const inner = entries?.inner(name);
    if (inner === undefined) continue;
    if (names.has(name)) {
      inner.report({
        code: "DUPLICATE_STATE_NAME",
        message: `Duplicate State name: ${name}`,
        location: inner.location,
      });
    }
    names.add(name);
    if (name === "" || [...name].length > longestName) {
      inner.report({
        code: "INVALID_STATE_NAME",
        message: `A state's name has 1 to ${longestName} characters`,
        location: inner.location,
      });
    }
    edges.set(name, { location: inner.location, targets: targetsOf(inner), ends: endsOf(inner) });
    const state = parseState({
      name,
      fields: inner,
      options,
      parseBranch: (branch) => parseBranch(branch, options, names),
    });
    if (state !== undefined) states.set(name, state);
  }
  if (entries !== undefined && fields.has("StartAt")) {
    checkTransitions({ location: fields.location, startAt, edges }, fields);
  }
  return { startAt, states };
}

function parseState(context: StateContext): State | undefined {
  const { fields, name } = context;
  fields.require("Type");
  const type = fields.oneOf("Type", types);
  if (type === undefined) return undefined;
  fields.string("Comment");
  if (fields.has("QueryLanguage")) readQueryLanguage(fields);
  refuseJsonataFields(fields);
  fields.unsupported("Assign");
  const parsed = parsers[type](context);
  fields.close();
  return { name, type, next: undefined, retriers: [], catchers: [], ...parsed };
}

/** Refuses every language but JSONPath by its name. */
export function readQueryLanguage(fields: Fields): void {
  const language = fields.oneOf("QueryLanguage", ["JSONPath", "JSONata"]);
  if (language === "JSONata") {
    fields.refuse(
      "The QueryLanguage 'JSONata' is not supported by this engine",
      fields.at("QueryLanguage"),
    );
  }
}

function refuseJsonataFields(fields: Fields): void {
  for (const name of ["Arguments", "Output", "Items"]) {
    if (fields.value(name) === undefined) continue;
    fields.refuse(
      `The QueryLanguage is set to 'JSONPath', but field '${name}' is only supported for the 'JSONata' QueryLanguage`,
    );
  }
}

/** Where a state can lead, each with the place in the definition that says so. */
function targetsOf(fields: Fields): { target: string; location: string }[] {
  const named = (name: string, inner: Fields = fields) => {
    const target = inner.peek(name);
    return typeof target === "string" ? [{ target, location: inner.at(name) }] : [];
  };
  const each = (list: string) => fields.peekItems(list).flatMap((inner) => named("Next", inner));
  return [...named("Next"), ...each("Choices"), ...named("Default"), ...each("Catch")];
}

const endsOf = (fields: Fields): boolean =>
  fields.peek("End") === true || ["Succeed", "Fail"].includes(String(fields.peek("Type")));
