import type { Fields } from "../definition/fields.ts";
import { isArray, isObject } from "../jsonpath/path.ts";
import type { Json } from "../types.ts";

/** What an express workflow can't wait for, by how its Resource looks. */
const unsupported: readonly (readonly [RegExp, string])[] = [
  [/\.sync(:2)?$/, "'.sync' service integration"],
  [/\.waitForTaskToken$/, "'.waitForTaskToken' service integration"],
  [/^arn:[^:]*:states:[^:]*:[^:]*:activity:/, "Activity"],
];

/** The States of a branch, and where they stand in the definition. */
interface Place {
  readonly states: Json | undefined;
  readonly location: string;
}

/**
 * Refuses in an express machine, or the processor of express child executions, what express workflows don't have.
 * https://docs.aws.amazon.com/step-functions/latest/dg/choosing-workflow-type.html
 */
export function refuseInExpress(processor: Fields): void {
  const refuse = (what: string, location: string): void =>
    processor.refuse(`Express state machine does not support ${what}`, location);
  // Branches within branches are looked at in turn: their depth needs no stack.
  const places: Place[] = [{ states: processor.peek("States"), location: processor.at("States") }];
  for (const { states, location } of places) {
    for (const [name, state] of isObject(states) ? Object.entries(states) : []) {
      if (!isObject(state)) continue;
      const at = `${location}/${name}`;
      const { Resource } = state;
      for (const [pattern, what] of unsupported) {
        if (typeof Resource === "string" && pattern.test(Resource)) refuse(what, `${at}/Resource`);
      }
      places.push(...placesIn(state, at, refuse));
    }
  }
}

function* placesIn(
  state: { readonly [field: string]: Json },
  location: string,
  refuse: (what: string, location: string) => void,
): Generator<Place> {
  for (const name of ["ItemProcessor", "Iterator"]) {
    const processor = state[name];
    if (!isObject(processor)) continue;
    const { ProcessorConfig: config, States } = processor;
    if (isObject(config) && config.Mode === "DISTRIBUTED") {
      // What stands in it is no part of an express workflow, or is looked at for itself.
      refuse("Map in DISTRIBUTED mode", `${location}/${name}/ProcessorConfig/Mode`);
      continue;
    }
    yield { states: States, location: `${location}/${name}/States` };
  }
  const { Branches } = state;
  for (const [index, branch] of (isArray(Branches) ? Branches : []).entries()) {
    if (isObject(branch)) {
      yield { states: branch.States, location: `${location}/Branches[${index}]/States` };
    }
  }
}
