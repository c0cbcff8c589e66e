import { isArray, isObject } from "../jsonpath/path.ts";
import type { Json } from "../types.ts";

/** A value that a call was given. */
export interface Argument {
  readonly value: Json;
  /** A string that was written in the call: as written, with its backslashes. */
  readonly literal?: string;
}

/** What a call finds wrong with its arguments; the message stands in the cause of States.Runtime. */
export class IntrinsicError extends Error {
  override readonly name = "IntrinsicError";
}

/** AWS's limit for the text that Base64Encode, Base64Decode and Hash take. */
const maximumTextLength = 10_000;

export interface IntrinsicFunction {
  /** The least and the most arguments; a call with another number is refused when it is parsed. */
  readonly arity: readonly [least: number, most: number];
  readonly apply: (args: readonly Argument[], draw: () => number) => Json;
}

const valueAt = (args: readonly Argument[], at: number): Json => args[at]?.value ?? null;

const refuse = (at: number, expected: string, value: Json): IntrinsicError =>
  new IntrinsicError(`Argument ${at + 1} must be ${expected}, but it is ${JSON.stringify(value)}`);

export function stringAt(args: readonly Argument[], at: number): string {
  const value = valueAt(args, at);
  if (typeof value !== "string") throw refuse(at, "a string", value);
  return value;
}

/** As `stringAt`, for a text that AWS limits to 10,000 characters. */
export function shortStringAt(args: readonly Argument[], at: number): string {
  return checkLength(at, stringAt(args, at));
}

export function checkLength(at: number, text: string): string {
  // A character is a code point; a text of few enough code units can't have too many.
  if (text.length > maximumTextLength && [...text].length > maximumTextLength) {
    throw new IntrinsicError(`Argument ${at + 1} must not exceed ${maximumTextLength} characters`);
  }
  return text;
}

export function arrayAt(args: readonly Argument[], at: number): readonly Json[] {
  const value = valueAt(args, at);
  if (!isArray(value)) throw refuse(at, "an array", value);
  return value;
}

export function objectAt(args: readonly Argument[], at: number): { readonly [key: string]: Json } {
  const value = valueAt(args, at);
  if (!isObject(value)) throw refuse(at, "an object", value);
  return value;
}

/** A number, rounded to the nearest integer (half up) as AWS does: -1.5 becomes -1. */
export function integerAt(args: readonly Argument[], at: number): number {
  const value = valueAt(args, at);
  if (typeof value !== "number") throw refuse(at, "a number", value);
  // Math.round gives -0 for -0.5, which JSON has no use for.
  return Math.round(value) + 0;
}
