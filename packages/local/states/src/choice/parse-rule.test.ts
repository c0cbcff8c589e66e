import { describe, expect, it } from "vitest";
import { runMachine } from "../testing/index.ts";
import type { Json } from "../types.ts";

/** Whether the rule fits, or the cause why the state fails. */
async function choose(rule: object, input: Json): Promise<boolean | string | undefined> {
  const run = await runMachine({
    definition: {
      StartAt: "Choose",
      States: {
        Choose: { Type: "Choice", Choices: [{ ...rule, Next: "Yes" }], Default: "No" },
        Yes: { Type: "Pass", Result: true, End: true },
        No: { Type: "Pass", Result: false, End: true },
      },
    },
    input,
  });
  return run.status === "SUCCEEDED" ? run.output === true : run.cause;
}

const on = (operator: string, operand: Json, value: Json) =>
  choose({ Variable: "$.value", [operator]: operand }, { value });

describe("a Choice's rule", () => {
  it.each<[string, Json, Json, boolean]>([
    ["StringEquals", "a", "a", true],
    ["StringEquals", "", "", true],
    ["StringEquals", "1", 1, false],
    ["StringLessThan", "b", "a", true],
    ["StringLessThan", "a", "a", false],
    ["StringGreaterThan", "a", "b", true],
    ["StringLessThanEquals", "a", "a", true],
    ["StringGreaterThanEquals", "b", "a", false],
    ["NumericEquals", 0, 0, true],
    ["NumericEquals", 0, "", false],
    ["NumericEquals", 0, false, false],
    ["NumericEquals", 1, "1", false],
    ["NumericLessThan", 1, 0.5, true],
    ["NumericGreaterThan", 0, 0, false],
    ["NumericLessThanEquals", 0, 0, true],
    ["NumericGreaterThanEquals", 0, -1, false],
    ["BooleanEquals", false, false, true],
    ["BooleanEquals", false, 0, false],
    ["BooleanEquals", false, null, false],
    ["BooleanEquals", true, "true", false],
    ["TimestampEquals", "2016-03-14T01:59:00Z", "2016-03-14T02:59:00+01:00", true],
    ["TimestampEquals", "2016-03-14T01:59:00Z", "yesterday", false],
    ["TimestampLessThan", "2016-03-14T01:59:00Z", "2016-03-14T01:58:59.999Z", true],
    ["TimestampGreaterThan", "2016-03-14T01:59:00Z", "2016-03-14T01:59:00.001Z", true],
    ["TimestampLessThanEquals", "2016-03-14T01:59:00Z", "2016-03-14T01:59:00Z", true],
    ["TimestampGreaterThanEquals", "2016-03-14T01:59:00Z", 5, false],
    ["StringMatches", "foo*.log", "foo2023.log", true],
    ["StringMatches", "*", "", true],
    ["StringMatches", "foo.log", "fooxlog", false],
    ["StringMatches", "a*b*c", "a\nb\nc", true],
    ["StringMatches", "a\\*b", "a*b", true],
    ["StringMatches", "a\\*b", "axb", false],
    ["StringMatches", "a\\\\b", "a\\b", true],
    ["StringMatches", "[a-c]?", "[a-c]?", true],
    ["StringMatches", "5*", 5, false],
    ["IsNull", true, null, true],
    ["IsNull", false, 0, true],
    ["IsString", true, "", true],
    ["IsNumeric", true, 0, true],
    ["IsNumeric", true, "0", false],
    ["IsBoolean", true, false, true],
    ["IsTimestamp", true, "2016-03-14T01:59:00Z", true],
    ["IsTimestamp", true, "2016-03-14", false],
    ["IsPresent", true, null, true],
    ["IsPresent", false, null, false],
  ])("%s %j of %j is %j", async (operator, operand, value, expected) => {
    expect(await on(operator, operand, value)).toBe(expected);
  });

  it.each<[string, Json, Json, boolean]>([
    ["StringEqualsPath", "a", "a", true],
    ["StringEqualsPath", "a", 1, false],
    ["NumericLessThanPath", 1, 2, true],
    ["BooleanEqualsPath", false, false, true],
    ["TimestampGreaterThanEqualsPath", "2016-03-14T01:59:00Z", "2016-03-14T01:59:00Z", true],
    ["TimestampGreaterThanEqualsPath", "2016-03-14T01:59:00Z", "then", false],
  ])("%s compares %j with the value at a path, %j", async (operator, value, other, expected) => {
    const rule = { Variable: "$.value", [operator]: "$.other" };
    expect(await choose(rule, { value, other })).toBe(expected);
  });

  it("can be asked whether a value is there at all", async () => {
    const absent = { Variable: "$.a.b[0]", IsPresent: false };
    expect(await choose(absent, {})).toBe(true);
    expect(await choose(absent, { a: { b: [] } })).toBe(true);
    expect(await choose(absent, { a: { b: [null] } })).toBe(false);
    expect(await choose({ Variable: "$.a[*]", IsPresent: true }, { a: [] })).toBe(false);
  });

  it("joins rules by And, Or and Not, and stops at the first that decides", async () => {
    const is = (value: number) => ({ Variable: "$.value", NumericEquals: value });
    const missing = { Variable: "$.missing", NumericEquals: 1 };
    expect(await choose({ And: [is(1), { Or: [is(2), { Not: is(3) }] }] }, { value: 1 })).toBe(
      true,
    );
    expect(await choose({ And: [is(2), missing] }, { value: 1 })).toBe(false);
    expect(await choose({ Or: [is(1), missing] }, { value: 1 })).toBe(true);
  });

  it("reads the context object", async () => {
    expect(await choose({ Variable: "$$.Execution.Name", StringEquals: "run" }, {})).toBe(true);
  });

  it("fails the execution when a path leads nowhere", async () => {
    const cause = (path: string) =>
      "An error occurred while executing the state 'Choose' (entered at the event id #2). " +
      `Invalid path '${path}': The choice state's condition path references an invalid value.`;
    expect(await choose({ Variable: "$.a", NumericEquals: 1 }, {})).toBe(cause("$.a"));
    expect(await choose({ Variable: "$.a", NumericEqualsPath: "$.b" }, { a: 1 })).toBe(
      cause("$.b"),
    );
  });

  it("fails the execution when no rule fits and there is no Default", async () => {
    const run = await runMachine({
      definition: {
        StartAt: "Choose",
        States: {
          Choose: {
            Type: "Choice",
            Choices: [{ Variable: "$.a", NumericEquals: 1, Next: "Yes" }],
          },
          Yes: { Type: "Succeed" },
        },
      },
      input: { a: 2 },
    });
    expect(run).toMatchObject({
      status: "FAILED",
      error: "States.Runtime",
      cause:
        "An error occurred while executing the state 'Choose' (entered at the event id #2). " +
        "Failed to transition out of the state. The state does not point to a next state.",
    });
  });
});
