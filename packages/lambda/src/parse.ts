import type * as z from "zod";
import { InvalidInputError } from "./errors.ts";

/** Long enough to recognise a value, short enough for a log line and for a Cause. */
const longestValue = 120;

/**
 * Parses what crosses a boundary.
 * @throws {InvalidInputError} naming each path that doesn't fit and the value found there
 */
export function parse<T>(schema: z.ZodType<T>, value: unknown): T {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const issues = result.error.issues.map((issue) => {
    const path = issue.path.map(String).join(".");
    return `${path === "" ? "input" : path}: ${issue.message} (value: ${show(valueAt(value, issue.path))})`;
  });
  throw new InvalidInputError(issues.join("; "), { cause: result.error });
}

/**
 * Parses JSON text that crosses a boundary.
 * @throws {InvalidInputError} also when the text is no JSON
 */
export function parseJson<T>(schema: z.ZodType<T>, text: string): T {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new InvalidInputError(`input: not JSON (value: ${show(text)})`, { cause });
  }
  return parse(schema, value);
}

function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (inner, key) =>
      typeof inner === "object" && inner !== null
        ? (inner as Record<PropertyKey, unknown>)[key]
        : undefined,
    value,
  );
}

function show(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value);
  return text.length > longestValue ? `${text.slice(0, longestValue)}…` : text;
}
