import type { Json } from "../types.ts";
import { type FeatureCase, type FeatureCases, only } from "./feature-case.ts";

/** Of each operator: an operand, a value that it holds for and one that it doesn't hold for. */
const operators: Readonly<Record<string, [operand: Json, holds: Json, fails: Json]>> = {
  BooleanEquals: [false, false, 0],
  NumericEquals: [0, 0, "0"],
  NumericLessThan: [1, 0, 1],
  NumericLessThanEquals: [1, 1, 2],
  NumericGreaterThan: [1, 2, 1],
  NumericGreaterThanEquals: [1, 1, 0],
  StringEquals: ["", "", null],
  StringLessThan: ["b", "a", "b"],
  StringLessThanEquals: ["b", "b", "c"],
  StringGreaterThan: ["b", "c", "b"],
  StringGreaterThanEquals: ["b", "b", "a"],
  TimestampEquals: ["2026-01-01T00:00:00Z", "2026-01-01T01:00:00+01:00", "2026-01-01"],
  TimestampLessThan: ["2026-01-01T00:00:00Z", "2025-01-01T00:00:00Z", "2026-01-01T00:00:00Z"],
  TimestampLessThanEquals: ["2026-01-01T00:00:00Z", "2026-01-01T00:00:00Z", "2027-01-01T00:00:00Z"],
  TimestampGreaterThan: ["2026-01-01T00:00:00Z", "2027-01-01T00:00:00Z", "2026-01-01T00:00:00Z"],
  TimestampGreaterThanEquals: [
    "2026-01-01T00:00:00Z",
    "2026-01-01T00:00:00Z",
    "2025-01-01T00:00:00Z",
  ],
  StringMatches: ["a*\\*", "abc*", "abc"],
  IsBoolean: [true, false, 0],
  IsNull: [true, null, 0],
  IsNumeric: [true, 0, "0"],
  IsString: [true, "", null],
  IsTimestamp: [true, "2026-01-01T00:00:00Z", "yesterday"],
  IsPresent: [false, null, 1],
};

/** Gives whether the rule holds for each of two inputs. */
const decides = (rule: object, holds: Json, fails: Json): FeatureCase => ({
  definition: only({
    Type: "Map",
    ItemProcessor: {
      StartAt: "C",
      States: {
        C: { Type: "Choice", Choices: [{ ...rule, Next: "Yes" }], Default: "No" },
        Yes: { Type: "Pass", Result: true, End: true },
        No: { Type: "Pass", Result: false, End: true },
      },
    },
  }),
  input: [holds, fails],
  output: [true, false],
});

const hasTwin = (operator: string): boolean => !/^Is|StringMatches/.test(operator);

const operatorCases = Object.entries(operators).flatMap(
  ([operator, [operand, holds, fails]]): [string, FeatureCase][] => {
    // IsPresent has no value to look at where it fails.
    const [one, other] =
      operator === "IsPresent" ? [{}, { v: fails }] : [{ v: holds }, { v: fails }];
    const literal = decides({ Variable: "$.v", [operator]: operand }, one, other);
    if (!hasTwin(operator)) return [[operator, literal]];
    const twin = decides(
      { Variable: "$.v", [`${operator}Path`]: "$.o" },
      { ...one, o: operand },
      { ...other, o: operand },
    );
    return [
      [operator, literal],
      [`${operator}Path`, twin],
    ];
  },
);

const isOne = { Variable: "$", NumericEquals: 1 };
const isNumber = { Variable: "$", IsNumeric: true };

/** Every operator and every field of a Choice; the id of an operator is its name. */
export const choiceCases: FeatureCases = {
  ...Object.fromEntries(operatorCases),
  And: decides({ And: [isNumber, isOne] }, 1, 2),
  Or: decides({ Or: [isOne, { Variable: "$", IsNull: true }] }, null, 2),
  Not: decides({ Not: isOne }, 2, 1),
  choice: decides(isOne, 1, 2),
  "choice-no-match": {
    definition: {
      StartAt: "C",
      States: {
        C: { Type: "Choice", Choices: [{ ...isOne, Next: "D" }] },
        D: { Type: "Succeed" },
      },
    },
    input: 2,
    status: "FAILED",
    error: "States.Runtime",
  },
  "choice-empty": {
    definition: {
      StartAt: "C",
      States: { C: { Type: "Choice", Choices: [], Default: "D" }, D: { Type: "Succeed" } },
    },
    refused: "/States/C/Choices",
  },
  "choice-assign": {
    definition: {
      StartAt: "C",
      States: {
        C: {
          Type: "Choice",
          Choices: [{ ...isOne, Assign: { "n.$": "$" }, Next: "P" }],
          Default: "P",
        },
        P: { Type: "Pass", Parameters: { "n.$": "$n" }, End: true },
      },
    },
    input: 1,
    output: { n: 1 },
  },
  "choice-condition": {
    definition: {
      StartAt: "C",
      States: {
        C: { Type: "Choice", Choices: [{ Condition: "{% true %}", Next: "D" }] },
        D: { Type: "Succeed" },
      },
    },
    refused: "Condition",
  },
};
