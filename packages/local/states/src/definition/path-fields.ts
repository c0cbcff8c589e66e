import { isFunction, PathSyntaxError } from "../jsonpath/path.ts";
import { parseReferencePath, type ReferencePath } from "../jsonpath/reference-path.ts";
import { parseQuery, type Query } from "../payload/query.ts";
import {
  compileTemplate,
  invalidExpression,
  isExpression,
  parseExpression,
  type Template,
} from "../payload/template.ts";
import type { Fields } from "./fields.ts";

const wholeTarget: ReferencePath = { source: "$", steps: [] };

/** Reads a field that holds a path; null (which only InputPath and OutputPath may be) stands for `{}`. */
export function readPath(
  fields: Fields,
  name: string,
  options: { nullable?: boolean } = {},
): Query | null | undefined {
  if (options.nullable === true && fields.value(name) === null) return null;
  return read(fields, name, parseQuery, {
    noPath: "Value must be a valid JSONPath.",
    fault: "Value must be a valid JSONPath",
  });
}

/** Reads a field that AWS calls a Reference Path, though it may match many values, as in the rules of a Choice. */
export function readReference(fields: Fields, name: string): Query | undefined {
  return read(fields, name, parseQuery, notReference);
}

/** Reads a field that holds a path to one value. */
export function readDefinitePath(fields: Fields, name: string): Query | undefined {
  const query = readReference(fields, name);
  if (query !== undefined && (!query.path.definite || query.path.tokens.some(isFunction))) {
    fields.refuse("Value is not a Reference Path", fields.at(name));
  }
  return query;
}

/** Reads ResultPath: `$` unless given. */
export function readResultPath(fields: Fields): ReferencePath | null {
  if (fields.value("ResultPath") === null) return null;
  return read(fields, "ResultPath", parseReferencePath, notReference) ?? wholeTarget;
}

/** Reads a field that holds a payload template. */
export function readTemplate(fields: Fields, name: string): Template | undefined {
  const value = fields.object(name);
  if (value === undefined) return undefined;
  return compileTemplate(value, (_, message) => fields.refuse(message, fields.at(name)));
}

/** Reads a field that holds a path or an intrinsic call. */
export function readExpression(fields: Fields, name: string): Template | undefined {
  const fault = invalidExpression(name);
  return read(fields, name, (text) => parseExpression(text, name), { noPath: fault, fault });
}

const notReference = {
  noPath: "Value is not a Reference Path: Reference path didn't start with '$'",
  fault: "Value is not a Reference Path",
};

/** @param messages AWS's words for a text that is no path at all, and what stands before what is wrong with one */
function read<T>(
  fields: Fields,
  name: string,
  parse: (text: string) => T,
  messages: { readonly noPath: string; readonly fault: string },
): T | undefined {
  const text = fields.string(name);
  if (text === undefined) return undefined;
  try {
    return parse(text);
  } catch (error) {
    if (!(error instanceof PathSyntaxError)) throw error;
    const { noPath, fault } = messages;
    fields.refuse(isExpression(text) ? `${fault}: ${error.message}` : noPath, fields.at(name));
    return undefined;
  }
}
