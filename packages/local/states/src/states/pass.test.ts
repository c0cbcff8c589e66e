import { describe, expect, it } from "vitest";
import { runMachine } from "../testing/index.ts";
import type { Json } from "../types.ts";

const pass = async (fields: object, input: Json) =>
  (
    await runMachine({
      definition: { StartAt: "P", States: { P: { Type: "Pass", End: true, ...fields } } },
      input,
    })
  ).output;

describe("a Pass", () => {
  it.each<[object, Json, Json]>([
    [{}, { a: 0 }, { a: 0 }],
    [{ Result: { "x.$": "$.a" } }, { a: 1 }, { "x.$": "$.a" }],
    [{ Result: null }, { a: 1 }, null],
    [{ Result: 0, ResultPath: "$.n" }, { a: 1 }, { a: 1, n: 0 }],
    [{ Parameters: { "n.$": "$.a" }, ResultPath: "$.r" }, { a: 1 }, { a: 1, r: { n: 1 } }],
    [{ Result: false, Parameters: { a: 1 } }, {}, false],
    [{ ResultPath: "$.copy" }, { a: 1 }, { a: 1, copy: { a: 1 } }],
  ])("with %j makes of %j: %j", async (fields, input, output) => {
    expect(await pass(fields, input)).toEqual(output);
  });
});

describe("a Succeed", () => {
  it("ends its branch with the part of its input that its paths choose", async () => {
    const run = await runMachine({
      definition: {
        StartAt: "S",
        States: { S: { Type: "Succeed", InputPath: "$.a", OutputPath: "$.b" } },
      },
      input: { a: { b: "" } },
    });
    expect(run).toMatchObject({ status: "SUCCEEDED", output: "" });
    expect(run.events.map(({ type }) => type)).toEqual([
      "ExecutionStarted",
      "SucceedStateEntered",
      "SucceedStateExited",
      "ExecutionSucceeded",
    ]);
  });
});
