import type { Json } from "@darkroom/states";
import { withoutUnknownLength } from "./content-length.ts";
import { isObject, parsed } from "./expand-json.ts";
import { type Bindings, isHttpDate, textMatches } from "./placeholders.ts";

/** Where two values differ, and how. */
export interface Difference {
  readonly path: string;
  readonly expected: Json | undefined;
  readonly actual: Json | undefined;
}

/** Fields whose text is JSON: two texts of the same value are the same. */
const jsonText: ReadonlySet<string> = new Set(["input", "output", "parameters"]);

/** @returns the first difference, in the order of the recorded members; undefined when there is none */
export function compareJson(
  expected: Json | undefined,
  actual: Json | undefined,
  bindings: Bindings,
  path = "",
  isText = false,
): Difference | undefined {
  const differ = { path, expected, actual };
  if (expected === undefined || actual === undefined) {
    return expected === actual ? undefined : differ;
  }
  // A few recordings show lists and scalars, too, as what their text says.
  if (isText && typeof actual === "string" && typeof expected !== "string") {
    return compareJson(expected, parsed(actual) ?? actual, bindings, path);
  }
  if (typeof expected === "string") {
    // A header that differs from call to call is recorded as its own name.
    if (/^x-amz/i.test(expected) && path.endsWith(`.${expected}`)) return undefined;
    if (isTime(expected, actual, path)) return undefined;
    if (typeof actual !== "string") return differ;
    const [one, other] = isText ? [structure(expected), structure(actual)] : [];
    if (one !== undefined && other !== undefined) return compareJson(one, other, bindings, path);
    return textMatches(expected, actual, bindings) ? undefined : differ;
  }
  if (Array.isArray(expected)) {
    if (!Array.isArray(actual) || actual.length !== expected.length) return differ;
    return first(expected, (one, index) =>
      compareJson(one, actual[index], bindings, `${path}[${index}]`),
    );
  }
  if (isObject(expected)) {
    if (!isObject(actual)) return differ;
    const [one, other] = isObject(expected.SdkHttpMetadata)
      ? withoutUnknownLength(expected, actual)
      : [expected, actual];
    const keys = [...new Set([...Object.keys(one), ...Object.keys(other)])];
    return first(keys, (key) =>
      compareJson(
        member(one, key),
        member(other, key),
        bindings,
        path === "" ? key : `${path}.${key}`,
        jsonText.has(key) || path.endsWith("assignedVariables"),
      ),
    );
  }
  return Object.is(expected, actual) || expected === actual ? undefined : differ;
}

/** What stands for a time, or is one: a header `Date` is, though some recordings show it. */
function isTime(expected: string, actual: Json, path: string): boolean {
  if (/^(date|datetime|timestamp)$/.test(expected)) {
    if (typeof actual === "number") return true;
    return Array.isArray(actual) && actual.length === 1 && isHttpDate(actual[0]);
  }
  return /\.Date(\[0\])?$/.test(path) && isHttpDate(expected) && isHttpDate(actual);
}

/** An array, or a number, that stands as JSON text. */
function structure(text: string): Json | undefined {
  const value = /^\s*[[\d-]/.test(text) ? parsed(text) : undefined;
  return Array.isArray(value) || typeof value === "number" ? value : undefined;
}

const member = (object: { readonly [key: string]: Json }, key: string): Json | undefined =>
  Object.hasOwn(object, key) ? object[key] : undefined;

function first<T, R>(
  values: readonly T[],
  look: (value: T, index: number) => R | undefined,
): R | undefined {
  for (const [index, value] of values.entries()) {
    const found = look(value, index);
    if (found !== undefined) return found;
  }
  return undefined;
}
