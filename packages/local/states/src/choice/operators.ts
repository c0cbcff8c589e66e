import { parseTimestamp } from "../payload/timestamp.ts";
import type { Json } from "../types.ts";
import { wildcardPattern } from "./wildcard-pattern.ts";

/** A comparison with an operand; values of another type than the operand's never match. */
export interface Comparison {
  /** What is wrong with an operand of this operator, in AWS's words. */
  readonly faultOf: (operand: Json) => string | undefined;
  /** @param operand one that has no fault */
  readonly against: (operand: Json) => (value: Json) => boolean;
}

const orders: Readonly<Record<string, (sign: number) => boolean>> = {
  Equals: (sign) => sign === 0,
  LessThan: (sign) => sign < 0,
  GreaterThan: (sign) => sign > 0,
  LessThanEquals: (sign) => sign <= 0,
  GreaterThanEquals: (sign) => sign >= 0,
};

const isText = (value: Json): value is string => typeof value === "string";
const isNumber = (value: Json): value is number => typeof value === "number";

/** Reads an operand or a value as what the operator compares; undefined if it is of another type. */
type Read<T> = (value: Json) => T | undefined;

const readText: Read<string> = (value) => (isText(value) ? value : undefined);
const readNumber: Read<number> = (value) => (isNumber(value) ? value : undefined);
const readTimestamp: Read<number> = (value) => (isText(value) ? parseTimestamp(value) : undefined);

function ordered<T extends string | number>(
  family: string,
  fault: string,
  read: Read<T>,
): [string, Comparison][] {
  return Object.entries(orders).map(([order, holds]) => [
    `${family}${order}`,
    {
      faultOf: (operand) => (read(operand) === undefined ? fault : undefined),
      against(operand) {
        const right = read(operand);
        return (value) => {
          const left = read(value);
          if (left === undefined || right === undefined) return false;
          return holds(left < right ? -1 : left > right ? 1 : 0);
        };
      },
    },
  ]);
}

/** The comparisons that a rule can make by their names; all but StringMatches have a twin that ends in Path. */
export const comparisons: Readonly<Record<string, Comparison>> = Object.fromEntries([
  ...ordered("String", "Expected value of type String", readText),
  ...ordered("Numeric", "Expected value of type Number", readNumber),
  ...ordered("Timestamp", "String does not match RFC3339 timestamp", readTimestamp),
  [
    "BooleanEquals",
    {
      faultOf: (operand: Json) =>
        typeof operand === "boolean" ? undefined : "Expected value of type Boolean",
      against: (operand: Json) => (value: Json) => value === operand,
    },
  ],
  [
    "StringMatches",
    {
      faultOf: (operand: Json) =>
        isText(operand) && wildcardPattern(operand) !== undefined
          ? undefined
          : "Expected value of type String, with '*' and '\\' as such written '\\\\*' and '\\\\\\\\'",
      against(operand: Json) {
        const pattern = isText(operand) ? wildcardPattern(operand) : undefined;
        return (value: Json) => isText(value) && pattern?.test(value) === true;
      },
    },
  ],
]);

/** The tests of a value's type; IsPresent, which has no value to look at, stands for itself. */
export const typeTests: Readonly<Record<string, ((value: Json) => boolean) | undefined>> = {
  IsNull: (value) => value === null,
  IsString: isText,
  IsNumeric: isNumber,
  IsBoolean: (value) => typeof value === "boolean",
  IsTimestamp: (value) => readTimestamp(value) !== undefined,
  IsPresent: undefined,
};
