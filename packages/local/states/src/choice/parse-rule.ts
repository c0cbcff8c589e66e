import type { Fields } from "../definition/fields.ts";
import { readReference } from "../definition/path-fields.ts";
import { refuseJsonataFields } from "../definition/query-language.ts";
import { findIfPresent, type Query } from "../payload/query.ts";
import { RuntimeFault } from "../payload/runtime-fault.ts";
import type { Scope } from "../payload/scope.ts";
import type { Json } from "../types.ts";
import { type Comparison, comparisons, typeTests } from "./operators.ts";

/** Whether a choice fits the state's effective input. */
export type Rule = (scope: Scope) => boolean;

/** StringMatches alone has no twin that ends in Path. */
const operatorNames = [
  ...Object.keys(comparisons).flatMap((name) =>
    name === "StringMatches" ? [name] : [name, `${name}Path`],
  ),
  ...Object.keys(typeTests),
];

const selectors = ["And", "Or", "Not", "Variable", "Condition"];

/** So deep may rules stand within one another: both parsing them and asking them take a part of the stack for each. */
const deepestRule = 200;

/** Compiles a choice, or a part of one; its Next was read by the caller. */
export function parseRule(fields: Fields, depth = 1): Rule | undefined {
  if (depth > deepestRule) {
    fields.refuse(`Choice rules may be ${deepestRule} levels deep`);
    return undefined;
  }
  fields.string("Comment");
  const present = selectors.filter((name) => fields.has(name));
  if (present.length !== 1) {
    fields.refuse(
      "The object must have only one of the following fields, [And, Or, Not, Variable, Condition]",
    );
  }
  const rule = parseSelected(fields, present[0], depth);
  fields.close();
  return rule;
}

function parseSelected(
  fields: Fields,
  selector: string | undefined,
  depth: number,
): Rule | undefined {
  switch (selector) {
    case "And": {
      const rules = parseRules(fields, "And", depth);
      return (scope) => rules.every((rule) => rule(scope));
    }
    case "Or": {
      const rules = parseRules(fields, "Or", depth);
      return (scope) => rules.some((rule) => rule(scope));
    }
    case "Not": {
      const inner = fields.inner("Not");
      const rule = inner === undefined ? undefined : parseRule(inner, depth + 1);
      return rule === undefined ? undefined : (scope) => !rule(scope);
    }
    case "Variable":
      return parseComparison(fields);
    case "Condition":
      refuseJsonataFields(fields, ["Condition"]);
      return undefined;
    default:
      return undefined;
  }
}

const parseRules = (fields: Fields, name: string, depth: number): Rule[] =>
  (fields.items(name) ?? []).flatMap((inner) => parseRule(inner, depth + 1) ?? []);

function parseComparison(fields: Fields): Rule | undefined {
  const variable = readReference(fields, "Variable");
  const found = operatorNames.filter((name) => fields.has(name));
  fields.exclusive(operatorNames, "one");
  const [operator] = found;
  if (operator === undefined || found.length > 1 || variable === undefined) {
    for (const name of found) fields.value(name);
    return undefined;
  }
  const comparison = comparisonOf(operator);
  if (comparison === undefined) return parseTypeTest(fields, operator, variable);
  return operator.endsWith("Path")
    ? compareWithPath(fields, operator, variable, comparison)
    : compareWithConstant(fields, operator, variable, comparison);
}

function comparisonOf(operator: string): Comparison | undefined {
  const name = operator.replace(/Path$/, "");
  return Object.hasOwn(comparisons, name) ? comparisons[name] : undefined;
}

function parseTypeTest(fields: Fields, operator: string, variable: Query): Rule | undefined {
  const expected = fields.boolean(operator);
  const test = typeTests[operator];
  if (expected === undefined) return undefined;
  if (test === undefined) {
    return (scope) => isPresent(findIfPresent(variable, scope), variable) === expected;
  }
  return (scope) => test(valueAt(variable, scope)) === expected;
}

/** IsPresent asks a path that can match many values whether it matches any. */
const isPresent = (value: Json | undefined, variable: Query): boolean =>
  value !== undefined && (variable.path.definite || (value as readonly Json[]).length > 0);

function compareWithConstant(
  fields: Fields,
  operator: string,
  variable: Query,
  comparison: Comparison,
): Rule | undefined {
  const constant = fields.value(operator) ?? null;
  const fault = comparison.faultOf(constant);
  if (fault !== undefined) {
    fields.refuse(fault, fields.at(operator));
    return undefined;
  }
  const compare = comparison.against(constant);
  return (scope) => compare(valueAt(variable, scope));
}

function compareWithPath(
  fields: Fields,
  operator: string,
  variable: Query,
  comparison: Comparison,
): Rule | undefined {
  const other = readReference(fields, operator);
  if (other === undefined) return undefined;
  return (scope) => {
    const value = valueAt(variable, scope);
    const operand = valueAt(other, scope);
    return comparison.faultOf(operand) === undefined && comparison.against(operand)(value);
  };
}

function valueAt(query: Query, scope: Scope): Json {
  const value = findIfPresent(query, scope);
  if (value !== undefined) return value;
  throw new RuntimeFault(
    `Invalid path '${query.source}': The choice state's condition path references an invalid value.`,
  );
}
