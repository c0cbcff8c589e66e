import { expect, test } from "vitest";
import { machineDefinition } from "./machine-definition.ts";

const document = {
  Comment: "`${Name}` stands for a function's ARN.",
  States: { A: { Resource: "${First}" }, B: { Branches: [{ Resource: "${Second}" }] } },
};

test("every placeholder gets its value, and the comment that explains them stays behind", () => {
  const values = new Map([
    ["First", "arn:1"],
    ["Second", "arn:2"],
  ]);
  expect(JSON.parse(machineDefinition(document, values))).toEqual({
    States: { A: { Resource: "arn:1" }, B: { Branches: [{ Resource: "arn:2" }] } },
  });
});

test("a placeholder that nothing stands for is named with its place", () => {
  expect(() => machineDefinition(document, new Map([["First", "arn:1"]]))).toThrow(
    "$.States.B.Branches[0].Resource of the state machine is ${Second}, which stands for nothing.",
  );
});

test("a value that no state uses is named: the machine would get a permission it doesn't need", () => {
  const values = new Map([
    ["First", "arn:1"],
    ["Second", "arn:2"],
    ["Third", "arn:3"],
  ]);
  expect(() => machineDefinition(document, values)).toThrow("uses Third.");
});

test("paths and context paths are no placeholders", () => {
  const states = { States: { A: { "x.$": "$$.Execution.Id", y: "$.a" } } };
  expect(JSON.parse(machineDefinition(states, new Map()))).toEqual(states);
});
