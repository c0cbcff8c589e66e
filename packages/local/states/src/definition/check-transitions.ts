import type { Fields } from "./fields.ts";

/** The states of one branch by name: where they stand in the definition, where they lead, whether they end it. */
export type Edges = Map<
  string,
  {
    readonly location: string;
    readonly targets: readonly { readonly target: string; readonly location: string }[];
    readonly ends: boolean;
  }
>;

/** Reports targets that don't exist, states that nothing leads to, and a machine that can't end. */
export function checkTransitions(
  branch: { location: string; startAt: string; edges: Edges },
  fields: Fields,
): void {
  const { edges, startAt } = branch;
  const start = { target: startAt, location: `${branch.location}/StartAt` };
  for (const { target, location } of [start, ...[...edges.values()].flatMap((e) => e.targets)]) {
    if (edges.has(target)) continue;
    fields.report({
      code: "MISSING_TRANSITION_TARGET",
      message: `Missing 'Next' target: ${target}`,
      location,
    });
  }
  // AWS asks only the machine itself for an end, and looks for what can't be reached only if it has one.
  if (branch.location === "" && ![...edges.values()].some(({ ends }) => ends)) {
    fields.report({ code: "MISSING_END_STATE", message: "Workflow has no terminal state" });
    return;
  }
  const reached = new Set<string>();
  const open = [startAt];
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    if (reached.has(name)) continue;
    reached.add(name);
    open.push(...(edges.get(name)?.targets ?? []).map(({ target }) => target));
  }
  for (const [name, { location }] of edges) {
    if (reached.has(name)) continue;
    fields.report({
      code: "MISSING_TRANSITION_TARGET",
      message: `State "${name}" is not reachable.`,
      location,
    });
  }
}
