import { parseIntrinsic } from "../intrinsics/parse-intrinsic.ts";
import { isArray, isObject, PathNotFoundError, PathSyntaxError } from "../jsonpath/path.ts";
import type { Json } from "../types.ts";
import { find, parseQuery, searchedText } from "./query.ts";
import { RuntimeFault } from "./runtime-fault.ts";
import type { Scope } from "./scope.ts";

/** A compiled payload template, or the value of one of its `.$` fields. */
export type Template = (scope: Scope) => Json;

/** Told of each `.$` field that is no path and no call. */
export type ReportFault = (field: string, message: string) => void;

/**
 * Compiles the value of Parameters, ItemSelector or ResultSelector: in it, a field `x.$` becomes the field `x`
 * with what its path or intrinsic call gives.
 * https://docs.aws.amazon.com/step-functions/latest/dg/input-output-inputpath-params.html
 */
export function compileTemplate(value: Json, report: ReportFault): Template {
  return compile(value, report, 1) ?? (() => value);
}

/** Deeper than any template is, and not as deep as the stack. */
const maximumNesting = 1000;

/** @returns undefined for what has nothing to replace: it is used as it stands, not copied. */
function compile(value: Json, report: ReportFault, depth: number): Template | undefined {
  if (!isArray(value) && !isObject(value)) return undefined;
  if (depth > maximumNesting) {
    report("", `A payload template may be ${maximumNesting} levels deep`);
    return undefined;
  }
  return isArray(value)
    ? compileArray(value, report, depth + 1)
    : compileObject(value, report, depth + 1);
}

function compileArray(
  items: readonly Json[],
  report: ReportFault,
  depth: number,
): Template | undefined {
  const compiled = items.map((item) => compile(item, report, depth));
  if (compiled.every((template) => template === undefined)) return undefined;
  const templates = compiled.map((template, at) => template ?? (() => items[at] ?? null));
  return (scope) => templates.map((template) => template(scope));
}

function compileObject(
  object: { readonly [key: string]: Json },
  report: ReportFault,
  depth: number,
): Template | undefined {
  let dynamic = false;
  const fields = Object.entries(object).map(([key, value]): [string, Template] => {
    if (!key.endsWith(".$")) {
      const template = compile(value, report, depth);
      if (template !== undefined) dynamic = true;
      return [key, template ?? (() => value)];
    }
    dynamic = true;
    const name = key.slice(0, -2);
    if (Object.hasOwn(object, name))
      report(key, `The fields '${name}' and '${key}' exclude each other`);
    return [name, compileExpression(key, value, report)];
  });
  if (!dynamic) return undefined;
  return (scope) => Object.fromEntries(fields.map(([name, template]) => [name, template(scope)]));
}

function compileExpression(field: string, value: Json, report: ReportFault): Template {
  if (typeof value !== "string" || !isExpression(value)) {
    report(field, invalidExpression(field));
    return () => null;
  }
  try {
    return parseExpression(value, field);
  } catch (error) {
    if (!(error instanceof PathSyntaxError)) throw error;
    report(field, `${invalidExpression(field)}: ${error.message}`);
    return () => null;
  }
}

/** Whether a text can be meant as a path or an intrinsic call. */
export const isExpression = (text: string): boolean => /^(?:\$|States\.)/.test(text);

export const invalidExpression = (field: string): string =>
  `The value for the field '${field}' must be a valid JSONPath or a valid intrinsic function call`;

/**
 * Compiles a path or an intrinsic call.
 * @param field names the field in what a failure says
 * @throws PathSyntaxError
 */
export function parseExpression(text: string, field: string): Template {
  if (text.startsWith("States.")) return parseIntrinsic(text);
  const query = parseQuery(text);
  return (scope) => {
    try {
      return find(query, scope) ?? null;
    } catch (error) {
      if (!(error instanceof PathNotFoundError)) throw error;
      if (error.mismatch) {
        throw new RuntimeFault(`Invalid path '${text}' : ${error.message}`, { cause: error });
      }
      throw new RuntimeFault(
        `The JSONPath '${text}' specified for the field '${field}' could not be found in the input '${searchedText(query, scope)}'`,
        { cause: error },
      );
    }
  };
}
