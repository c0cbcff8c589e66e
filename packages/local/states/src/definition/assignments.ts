import type { Assigned } from "../engine/variables.ts";
import type { Scope } from "../payload/scope.ts";
import { variableFault } from "../payload/variable-name.ts";
import type { Fields } from "./fields.ts";
import { readTemplate } from "./path-fields.ts";

/** Gives the new values of variables; the scope's input is the result of the state, or the error that was caught. */
export type Assign = (scope: Scope) => Assigned;

/** Reads Assign of a state, of a Choice's rule or of a Catcher; undefined where nothing is assigned. */
export function readAssign(fields: Fields): Assign | undefined {
  const template = readTemplate(fields, "Assign");
  const names = assignedNames(fields);
  for (const name of names) {
    const fault = variableFault(name);
    if (fault !== undefined) fields.refuse(fault, fields.at("Assign"));
  }
  if (template === undefined || names.length === 0) return undefined;
  return (scope) => template(scope) as Assigned;
}

/** The variables that a state can assign, with the place of each Assign. */
export function assignmentsOf(state: Fields): { name: string; location: string }[] {
  return [state, ...state.peekItems("Choices"), ...state.peekItems("Catch")].flatMap((fields) =>
    assignedNames(fields).map((name) => ({ name, location: fields.at("Assign") })),
  );
}

const assignedNames = (fields: Fields): string[] =>
  (fields.peekInner("Assign")?.names() ?? []).map((name) => name.replace(/\.\$$/, ""));
