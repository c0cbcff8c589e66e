import { PathSyntaxError } from "../jsonpath/path.ts";
import { parseReferencePath, type ReferencePath } from "../jsonpath/reference-path.ts";
import { parseQuery, type Query } from "../payload/query.ts";
import { compileTemplate, parseExpression, type Template } from "../payload/template.ts";
import type { Fields } from "./fields.ts";

const wholeTarget: ReferencePath = { source: "$", steps: [] };

/** Reads a field that holds a path; null (which only InputPath and OutputPath may be) stands for `{}`. */
export function readPath(
  fields: Fields,
  name: string,
  options: { nullable?: boolean } = {},
): Query | null | undefined {
  if (options.nullable === true && fields.value(name) === null) return null;
  const text = fields.string(name);
  if (text === undefined) return undefined;
  return attempt(fields, name, "Value must be a valid JSONPath.", () => parseQuery(text));
}

/** Reads a field that holds a path to one value. */
export function readDefinitePath(fields: Fields, name: string): Query | undefined {
  const query = readPath(fields, name) ?? undefined;
  if (query !== undefined && !query.path.definite) {
    fields.refuse("Value is not a Reference Path", fields.at(name));
  }
  return query;
}

/** Reads ResultPath: `$` unless given. */
export function readResultPath(fields: Fields): ReferencePath | null {
  if (fields.value("ResultPath") === null) return null;
  const text = fields.string("ResultPath");
  if (text === undefined) return wholeTarget;
  const parse = () => parseReferencePath(text);
  return attempt(fields, "ResultPath", "Value is not a Reference Path", parse) ?? wholeTarget;
}

/** Reads a field that holds a payload template. */
export function readTemplate(fields: Fields, name: string): Template | undefined {
  const value = fields.object(name);
  if (value === undefined) return undefined;
  return compileTemplate(value, (_, message) => fields.refuse(message, fields.at(name)));
}

/** Reads a field that holds a path or an intrinsic call. */
export function readExpression(fields: Fields, name: string): Template | undefined {
  const text = fields.string(name);
  if (text === undefined) return undefined;
  const message = `The value for the field '${name}' must be a valid JSONPath or a valid intrinsic function call`;
  return attempt(fields, name, message, () => parseExpression(text, name));
}

function attempt<T>(fields: Fields, name: string, message: string, parse: () => T): T | undefined {
  try {
    return parse();
  } catch (error) {
    if (!(error instanceof PathSyntaxError)) throw error;
    fields.refuse(`${message.replace(/\.$/, "")}: ${error.message}`, fields.at(name));
    return undefined;
  }
}
