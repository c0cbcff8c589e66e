import { describe, expect, it } from "vitest";
import type { Json } from "../types.ts";
import { RuntimeFault } from "./runtime-fault.ts";
import type { Scope } from "./scope.ts";
import { compileTemplate } from "./template.ts";

const scope = (input: Json): Scope => ({
  input,
  context: () => ({ Execution: { Name: "run" } }),
  variable: (name) => ({ list: [1, 2], zero: 0 })[name],
  draw: () => 0.5,
});

function fill(template: Json, input: Json): Json {
  const faults: string[] = [];
  const filled = compileTemplate(template, (_, message) => faults.push(message));
  expect(faults).toEqual([]);
  return filled(scope(input));
}

function faultsOf(template: Json): string[] {
  const faults: string[] = [];
  compileTemplate(template, (field, message) => faults.push(`${field}: ${message}`));
  return faults;
}

describe("compileTemplate", () => {
  it("replaces what .$ fields name, at any depth, and keeps the rest as it stands", () => {
    const template = {
      constant: "$.not.a.path",
      "input.$": "$",
      deep: {
        list: [1, { "name.$": "$$.Execution.Name" }],
        "count.$": "States.ArrayLength($.items)",
      },
    };
    expect(fill(template, { items: [1, 2] })).toEqual({
      constant: "$.not.a.path",
      input: { items: [1, 2] },
      deep: { list: [1, { name: "run" }], count: 2 },
    });
  });

  it.each([0, "", false, null, [], {}])("carries the value %j over", (value) => {
    expect(fill({ "v.$": "$.v" }, { v: value })).toEqual({ v: value });
  });

  it("reads variables, and what stands in them", () => {
    expect(fill({ "a.$": "$list[1]", "b.$": "States.Array($zero, $list)" }, { zero: 1 })).toEqual({
      a: 2,
      b: [0, [1, 2]],
    });
  });

  it("says which variable has no value, and what one without the wanted field holds", () => {
    expect(() => fill({ "v.$": "$none.a" }, {})).toThrow(
      new RuntimeFault("Invalid path '$none.a' : The variable '$none' has no value."),
    );
    expect(() => fill({ "v.$": "$list.a" }, {})).toThrow(
      new RuntimeFault(
        "The JSONPath '$list.a' specified for the field 'v.$' could not be found in the input '[1,2]'",
      ),
    );
  });

  it("doesn't copy what has nothing to replace", () => {
    const constant = { a: [1, { b: 2 }] };
    expect((fill({ constant, "x.$": "$.x" }, { x: 1 }) as { constant: Json }).constant).toBe(
      constant,
    );
  });

  it("reads an index past the end of an array as null, as AWS does", () => {
    expect(fill({ "v.$": "$.items[5]" }, { items: [] })).toEqual({ v: null });
  });

  it("says which field could not be found in which input", () => {
    expect(() => fill({ "v.$": "$.a.b" }, { x: 1 })).toThrow(
      new RuntimeFault(
        `The JSONPath '$.a.b' specified for the field 'v.$' could not be found in the input '{"x":1}'`,
      ),
    );
    expect(() => fill({ "v.$": "$$.Task.Token" }, {})).toThrow(
      new RuntimeFault(
        `The JSONPath '$$.Task.Token' specified for the field 'v.$' could not be found in the input '{"Execution":{"Name":"run"}}'`,
      ),
    );
  });

  it("shows what AWS's library says of a path that is applied to the wrong kind of value", () => {
    expect(() => fill({ "v.$": "$.x[0]" }, { x: 1 })).toThrow(
      new RuntimeFault(
        "Invalid path '$.x[0]' : Filter: [0] can only be applied to arrays. Current context is: 1",
      ),
    );
  });

  it.each<[Json, string]>([
    [{ "a.$": 1 }, "a.$: The value for the field 'a.$' must be a valid JSONPath"],
    [{ "a.$": "text" }, "a.$: The value for the field 'a.$' must be a valid JSONPath"],
    [{ b: [{ "a.$": "$.x[" }] }, "a.$: The value for the field 'a.$' must be a valid JSONPath"],
    [{ "a.$": "States.Nope()" }, "a.$: The value for the field 'a.$' must be a valid JSONPath"],
    [{ "a.$": "$states.input" }, "The variable name 'states' is reserved: $states.input"],
    [{ "a.$": "$a-b" }, "'a-b' is not a valid variable name: $a-b"],
    [{ a: 1, "a.$": "$" }, "a.$: The fields 'a' and 'a.$' exclude each other"],
  ])("refuses %j", (template, message) => {
    expect(faultsOf(template)).toEqual([expect.stringContaining(message)]);
  });
});
