import { parseChoice } from "../states/choice.ts";
import { parseFail } from "../states/fail.ts";
import { parseMap } from "../states/map.ts";
import { parseParallel } from "../states/parallel.ts";
import { parsePass } from "../states/pass.ts";
import { parseSucceed } from "../states/succeed.ts";
import { parseTask } from "../states/task.ts";
import { parseWait } from "../states/wait.ts";
import { assignmentsOf, readAssign } from "./assignments.ts";
import { checkTransitions, type Edges } from "./check-transitions.ts";
import type { Fields } from "./fields.ts";
import type { Branch, State, StateMachine, StateType } from "./machine.ts";
import { readsJsonPath, refuseJsonataFields } from "./query-language.ts";
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

const assigning = new Set<StateType>(["Task", "Parallel", "Map", "Pass", "Wait"]);

/** https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html */
const longestName = 80;

/** So many branches may stand within one another: more than any machine has, and fewer than the stack holds. */
const deepestBranch = 1000;

/** What all branches of a machine share while it is parsed. */
interface MachineContext {
  readonly options: ParseOptions;
  /** Those of all states of the machine so far: a name can be used once in all branches. */
  readonly names: Set<string>;
  /** Those of the machine's Distributed Maps so far. */
  readonly mapProcessors: Map<string, StateMachine>;
  /** What is left to parse. */
  readonly pending: (() => void)[];
  /** What is looked at when all states were parsed. */
  readonly checks: (() => void)[];
}

/** Where a branch stands. */
interface Surroundings {
  /** The variables of the scopes around it, which its states can read but not assign. */
  readonly variables: ReadonlySet<string>;
  readonly depth: number;
}

/**
 * Reads StartAt and States of a machine, and of all branches and item processors within it.
 * @param mapProcessors gets those of its Distributed Maps
 */
export function parseStates(
  fields: Fields,
  options: ParseOptions,
  mapProcessors: Map<string, StateMachine>,
): Branch {
  const pending: (() => void)[] = [];
  const checks: (() => void)[] = [];
  const machine = { options, names: new Set<string>(), mapProcessors, pending, checks };
  const branch = parseBranch(fields, machine, { variables: new Set(), depth: 0 });
  // Its states in turn, which add those of the branches within them: so the depth of a definition needs no stack.
  for (const parse of pending) parse();
  for (const check of checks) check();
  return branch;
}

/** The branch gets its states later, when it is their turn. */
function parseBranch(fields: Fields, machine: MachineContext, around: Surroundings): Branch {
  fields.require("StartAt", "States");
  const startAt = fields.string("StartAt");
  const entries = fields.inner("States");
  const states = new Map<string, State>();
  if (around.depth > deepestBranch) {
    fields.refuse(`Branches may be ${deepestBranch} levels deep`);
    return { startAt: "", states };
  }
  const edges: Edges = new Map();
  const variables = readScope(entries, around.variables);
  for (const name of entries?.names() ?? []) {
    const inner = entries?.inner(name);
    if (inner === undefined) continue;
    checkName(name, inner, machine.names);
    edges.set(name, { location: inner.location, targets: targetsOf(inner), ends: endsOf(inner) });
    machine.pending.push(() => {
      const state = parseState({
        name,
        fields: inner,
        options: machine.options,
        parseBranch: (branch) =>
          parseBranch(branch, machine, {
            // A Distributed Map's children are executions of their own: they see no variable of their parent's.
            variables: isDistributed(branch) ? new Set() : variables,
            depth: around.depth + 1,
          }),
        mapProcessors: machine.mapProcessors,
      });
      if (state !== undefined) states.set(name, state);
    });
  }
  if (entries !== undefined && startAt !== undefined) {
    const branch = { location: fields.location, startAt, edges };
    machine.checks.push(() => checkTransitions(branch, fields));
  }
  return { startAt: startAt ?? "", states };
}

function checkName(name: string, state: Fields, names: Set<string>): void {
  const { location } = state;
  if (names.has(name)) {
    const message = `Duplicate State name: ${name}`;
    state.report({ code: "DUPLICATE_STATE_NAME", message, location });
  }
  names.add(name);
  const fault =
    name === ""
      ? "State name cannot be empty"
      : [...name].length > longestName
        ? `State name '${name}' exceeds the ${longestName}-character limit allowed by the service`
        : undefined;
  if (fault !== undefined) state.report({ code: "INVALID_STATE_NAME", message: fault, location });
}

/**
 * The variables that the states of a branch can read. A variable is in a scope if any of its states assigns it,
 * and no state in it may assign one of a scope around it.
 */
function readScope(states: Fields | undefined, outer: ReadonlySet<string>): ReadonlySet<string> {
  const scope = new Set(outer);
  for (const state of states?.names() ?? []) {
    const fields = states?.peekInner(state);
    if (fields === undefined) continue;
    for (const { name, location } of assignmentsOf(fields)) {
      if (outer.has(name)) {
        fields.refuse(`The variable '${name}' is assigned in an outer scope already`, location);
      }
      scope.add(name);
    }
  }
  return scope;
}

const isDistributed = (processor: Fields): boolean =>
  processor.peekInner("ProcessorConfig")?.peek("Mode") === "DISTRIBUTED";

function parseState(context: StateContext): State | undefined {
  const { fields, name } = context;
  fields.require("Type");
  const type = fields.oneOf("Type", types);
  if (type === undefined) return undefined;
  fields.string("Comment");
  // The life cycle of a state asks its `flow` and `assign` for all that depends on the query language.
  if (!readsJsonPath(fields)) return undefined;
  refuseJsonataFields(fields, ["Arguments", "Output", "Items"]);
  // A Choice has its own for each way out; Succeed and Fail have none.
  const assign = assigning.has(type) ? readAssign(fields) : undefined;
  const parsed = parsers[type](context);
  fields.close();
  return { name, type, next: undefined, retriers: [], catchers: [], assign, ...parsed };
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
