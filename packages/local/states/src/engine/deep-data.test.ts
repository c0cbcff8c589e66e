import { expect, it } from "vitest";
import { runMachine } from "../testing/index.ts";
import type { Json } from "../types.ts";

const textOf = (depth: number) => `${"[".repeat(depth)}${"]".repeat(depth)}`;
const nested = (depth: number): Json => JSON.parse(textOf(depth)) as Json;

const definition = {
  StartAt: "Shape",
  States: {
    Shape: {
      Type: "Pass",
      Parameters: {
        "data.$": "$.data",
        "text.$": "States.Format('{}', $.data)",
        "json.$": "States.StringToJson($.text)",
        "same.$": "States.ArrayContains($.data, $.data[0])",
        "unique.$": "States.ArrayUnique($.data)",
        "all.$": "$..[1]",
      },
      ResultPath: "$.shaped",
      Assign: { "kept.$": "$.data" },
      Next: "Choose",
    },
    Choose: {
      Type: "Choice",
      Choices: [{ Variable: "$kept[0][0]", IsString: true, Next: "Shape" }],
      Default: "Each",
    },
    Each: {
      Type: "Map",
      ItemsPath: "$kept",
      ItemProcessor: { StartAt: "I", States: { I: { Type: "Pass", End: true } } },
      End: true,
    },
  },
};

it("runs on data of a thousand levels", async () => {
  const data = nested(1000);
  const run = await runMachine({ definition, input: { data, text: textOf(1000) } });
  expect(run).toMatchObject({ status: "SUCCEEDED" });
  expect(JSON.stringify(run.output)).toBe(textOf(1000));
});

/** A Parallel with a Parallel in its branch, and so on. */
function nestedBranches(levels: number, innermost: object): object {
  let branch: object = { StartAt: "L0", States: { L0: innermost } };
  for (let level = 1; level <= levels; level += 1) {
    const name = `L${level}`;
    branch = {
      StartAt: name,
      States: { [name]: { Type: "Parallel", Branches: [branch], End: true } },
    };
  }
  return branch;
}

it("runs branches of a thousand levels, and ends them all when the innermost fails", async () => {
  const good = await runMachine({
    definition: nestedBranches(1000, { Type: "Succeed" }),
    input: 1,
  });
  expect(JSON.stringify(good.output)).toBe(`${"[".repeat(1000)}1${"]".repeat(1000)}`);
  const bad = await runMachine({ definition: nestedBranches(1000, { Type: "Fail", Error: "E" }) });
  expect(bad.error).toBe("E");
});

it("asks rules of a Choice that are nested as deeply as they may be", async () => {
  // It doesn't fit, and stands within 99 times Not.
  let rule: object = { Variable: "$", IsNull: true };
  for (let depth = 2; depth <= 200; depth += 1) rule = depth % 2 ? { Not: rule } : { And: [rule] };
  const machine = (inner: object) => ({
    StartAt: "C",
    States: {
      C: { Type: "Choice", Choices: [{ ...inner, Next: "Yes" }] },
      Yes: { Type: "Succeed" },
    },
  });
  expect((await runMachine({ definition: machine(rule) })).status).toBe("SUCCEEDED");
  await expect(runMachine({ definition: machine({ Not: rule }) })).rejects.toThrow(
    "SCHEMA_VALIDATION_FAILED: Choice rules may be 200 levels deep at /States/C/Choices[0]/Not/",
  );
});

it("fails where data is nested more deeply than it can be written", async () => {
  const run = await runMachine({ definition, input: { data: [[]], text: textOf(100_000) } });
  expect(run).toMatchObject({
    status: "FAILED",
    error: "States.Runtime",
    cause: expect.stringContaining("'Shape' (entered at the event id #2). The data is nested too"),
  });
});
