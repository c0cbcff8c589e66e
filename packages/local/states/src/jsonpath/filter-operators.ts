import { isDeepStrictEqual } from "node:util";
import type { Json } from "../types.ts";
import { isArray, isObject } from "./path.ts";

/** What a side of a comparison comes to; undefined where its path leads nowhere. */
export type FilterOperand = Json | RegExp | undefined;

const comparisons = {
  "==": (left, right) => equal(left, right),
  "!=": (left, right) => !equal(left, right),
  "===": (left, right) => typeof left === typeof right && equal(left, right),
  "!==": (left, right) => !(typeof left === typeof right && equal(left, right)),
  "<": (left, right) => order(left, right, (sign) => sign < 0),
  "<=": (left, right) => order(left, right, (sign) => sign <= 0),
  ">": (left, right) => order(left, right, (sign) => sign > 0),
  ">=": (left, right) => order(left, right, (sign) => sign >= 0),
  "=~": (left, right) => {
    const [pattern, text] = left instanceof RegExp ? [left, right] : [right, left];
    return pattern instanceof RegExp && typeof text === "string" && pattern.test(text);
  },
  in: (left, right) => isList(right) && includes(right, left),
  nin: (left, right) => isList(right) && !includes(right, left),
  subsetof: (left, right) =>
    isList(left) && isList(right) && left.every((item) => includes(right, item)),
  anyof: (left, right) =>
    isList(left) && isList(right) && left.some((item) => includes(right, item)),
  noneof: (left, right) =>
    isList(left) && isList(right) && !left.some((item) => includes(right, item)),
  all: (left, right) =>
    isList(left) && isList(right) && right.every((item) => includes(left, item)),
  contains: (left, right) =>
    typeof left === "string"
      ? typeof right === "string" && left.includes(right)
      : isList(left) && includes(left, right),
  size: (left, right) => sizeOf(left) !== undefined && sizeOf(left) === right,
  empty: (left, right) => sizeOf(left) !== undefined && (sizeOf(left) === 0) === right,
} satisfies Record<string, (left: FilterOperand, right: FilterOperand) => boolean>;

export type FilterOperator = keyof typeof comparisons;

/** Compares as the Jayway library does: a missing side equals nothing, a number equals its own text. */
export function compareInFilter(
  operator: FilterOperator,
  left: FilterOperand,
  right: FilterOperand,
): boolean {
  return comparisons[operator](left, right);
}

function equal(left: FilterOperand, right: FilterOperand): boolean {
  if (left === undefined || right === undefined) return false;
  if (typeof left === "number" && typeof right === "string") {
    return right.trim() !== "" && left === Number(right);
  }
  if (typeof left === "string" && typeof right === "number") return left === String(right);
  return isDeepStrictEqual(left, right);
}

/** Numbers with numbers, strings with strings; nothing else has an order. */
function order(
  left: FilterOperand,
  right: FilterOperand,
  holds: (sign: number) => boolean,
): boolean {
  if (typeof left === "number" && typeof right === "number") return holds(left - right);
  if (typeof left === "string" && typeof right === "string") {
    return holds(left < right ? -1 : left > right ? 1 : 0);
  }
  return false;
}

const isList = (value: FilterOperand): value is readonly Json[] =>
  !(value instanceof RegExp) && isArray(value);

const includes = (list: readonly Json[], item: FilterOperand): boolean =>
  list.some((candidate) => equal(candidate, item));

function sizeOf(value: FilterOperand): number | undefined {
  if (typeof value === "string") return value.length;
  if (value instanceof RegExp) return undefined;
  if (isArray(value)) return value.length;
  return isObject(value) ? Object.keys(value).length : undefined;
}
