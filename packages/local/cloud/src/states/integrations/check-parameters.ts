import type { Json } from "@darkroom/states";
import type { ParameterRules } from "./integration.ts";
import { isObject } from "./json-value.ts";

/** What Step Functions finds wrong with a task's parameters, in its words; empty when nothing is. */
export function findWrongParameters(
  name: string,
  rules: ParameterRules,
  parameters: Json,
): readonly string[] {
  const given = isObject(parameters) ? Object.keys(parameters) : [];
  const known = new Set([...rules.required, ...rules.optional]);
  const missing = new Set(rules.missing);
  return [
    ...given
      .filter((field) => !known.has(field))
      .map((field) =>
        missing.has(field)
          ? `The field "${field}" of ${name} is not supported by the local cloud`
          : `The field "${field}" is not supported by Step Functions`,
      ),
    ...rules.required
      .filter((field) => !given.includes(field))
      .map((field) => `The field '${field}' is required but was missing`),
  ];
}
