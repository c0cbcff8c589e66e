import { describe, expect, it } from "vitest";
import { parseStateMachine } from "./definition/parse-state-machine.ts";
import { fakeClock, runMachine, type TestTask } from "./testing/index.ts";
import type { Json } from "./types.ts";

const resource = "arn:aws:states:::lambda:invoke";
const activity = "arn:aws:states:us-east-1:111111111111:activity:label";

const only = (state: object) => ({ StartAt: "S", States: { S: { ...state, End: true } } });
const inner = { StartAt: "I", States: { I: { Type: "Pass", End: true } } };

/** Values that are as good as any other, though JavaScript takes them for false. */
const emptyValues: readonly Json[] = [0, "", false, null, [], {}];

/** Ways of a value through a state: the definition, and what it is given as input, and comes out as. */
const places: Readonly<
  Record<string, (value: Json) => { definition: object; input: Json; output?: Json }>
> = {
  "the input": (value) => ({ definition: only({ Type: "Pass" }), input: value }),
  "a Result": (value) => ({ definition: only({ Type: "Pass", Result: value }), input: 1 }),
  "what InputPath finds": (value) => ({
    definition: only({ Type: "Pass", InputPath: "$.v" }),
    input: { v: value },
  }),
  "what OutputPath finds": (value) => ({
    definition: only({ Type: "Pass", OutputPath: "$.v" }),
    input: { v: value },
  }),
  "a constant of Parameters": (value) => ({
    definition: only({ Type: "Pass", Parameters: { v: value }, OutputPath: "$.v" }),
    input: 1,
  }),
  "a path of Parameters": (value) => ({
    definition: only({ Type: "Pass", Parameters: { "v.$": "$.v" }, OutputPath: "$.v" }),
    input: { v: value },
  }),
  "what ResultPath puts": (value) => ({
    definition: only({ Type: "Pass", Result: value, ResultPath: "$.a.v", OutputPath: "$.a.v" }),
    input: {},
  }),
  "what a task is given and gives": (value) => ({
    definition: only({ Type: "Task", Resource: resource }),
    input: value,
  }),
  "a ResultSelector": (value) => ({
    definition: only({ Type: "Task", Resource: resource, ResultSelector: { "v.$": "$" } }),
    input: value,
    output: { v: value },
  }),
  "what a worker is given and gives": (value) => ({
    definition: only({ Type: "Task", Resource: activity }),
    input: value,
  }),
  "what comes by a token": (value) => ({
    definition: only({
      Type: "Task",
      Resource: `${resource}.waitForTaskToken`,
      Parameters: { "v.$": "$" },
    }),
    input: value,
  }),
  "a branch's input and output": (value) => ({
    definition: only({ Type: "Parallel", Branches: [inner] }),
    input: value,
    output: [value],
  }),
  "an item": (value) => ({
    definition: only({ Type: "Map", ItemProcessor: inner }),
    input: [value],
    output: [value],
  }),
  "an item of a map run": (value) => ({
    definition: only({
      Type: "Map",
      ItemProcessor: {
        ProcessorConfig: { Mode: "DISTRIBUTED", ExecutionType: "STANDARD" },
        ...inner,
      },
    }),
    input: [value],
    output: [value],
  }),
  "a variable": (value) => ({
    definition: {
      StartAt: "S",
      States: {
        S: { Type: "Pass", Assign: { "v.$": "$.v" }, Next: "T" },
        T: { Type: "Pass", Parameters: { "v.$": "$v" }, OutputPath: "$.v", End: true },
      },
    },
    input: { v: value },
  }),
  "a value that a Choice finds": (value) => ({
    definition: {
      StartAt: "S",
      States: {
        S: {
          Type: "Choice",
          Choices: [{ Variable: "$.v", IsPresent: true, Next: "T" }],
          Default: "F",
        },
        T: { Type: "Pass", OutputPath: "$.v", End: true },
        F: { Type: "Fail" },
      },
    },
    input: { v: value },
  }),
  "an argument of a function": (value) => ({
    definition: only({
      Type: "Pass",
      Parameters: { "v.$": "States.ArrayGetItem(States.Array($.v), 0)" },
      OutputPath: "$.v",
    }),
    input: { v: value },
  }),
};

describe("0, an empty text, false, null and what is empty", () => {
  it.each(Object.entries(places))("are values as %s", async (_, place) => {
    for (const value of emptyValues) {
      const { definition, input, output = value } = place(value);
      const run = await runMachine({
        definition,
        input,
        tasks: {
          [resource]: (data) => data,
          [`${resource}.waitForTaskToken`]: (data, { settle }) => {
            void settle({ output: (data as { v: Json }).v });
            return null;
          },
        },
        activities: { [activity]: (data) => data },
      });
      expect(run, JSON.stringify(value)).toMatchObject({ status: "SUCCEEDED" });
      expect(run.output, JSON.stringify(value)).toEqual(output);
    }
  });

  it("are details of a failure: an empty error and an empty cause are told", async () => {
    const run = await runMachine({
      definition: { StartAt: "S", States: { S: { Type: "Fail", Error: "", Cause: "" } } },
    });
    expect(run).toMatchObject({ status: "FAILED", error: "", cause: "" });
  });

  it("are seconds to wait", async () => {
    const clock = fakeClock(0);
    const definition = only({ Type: "Wait", SecondsPath: "$.s" });
    const run = await runMachine({ definition, input: { s: 0 }, clock });
    expect(run.status).toBe("SUCCEEDED");
    expect(clock.now()).toBe(0);
  });
});

const nested = (depth: number): Json => JSON.parse(`${"[".repeat(depth)}${"]".repeat(depth)}`);

describe("data that is nested a thousand levels deep", () => {
  const deep = nested(1000);

  it.each<[string, object]>([
    ["a Pass", only({ Type: "Pass", ResultPath: "$" })],
    ["a task", only({ Type: "Task", Resource: resource })],
    ["a Parallel", only({ Type: "Parallel", Branches: [inner], OutputPath: "$[0]" })],
    ["a Map", only({ Type: "Map", ItemProcessor: inner })],
    [
      "$..",
      only({ Type: "Pass", Parameters: { "v.$": "$..nothing[?(@.a == 1)]" }, ResultPath: null }),
    ],
  ])("goes through %s", async (_, definition) => {
    const run = await runMachine({
      definition,
      input: deep,
      tasks: { [resource]: (data) => data },
    });
    expect(run.status).toBe("SUCCEEDED");
    expect(JSON.stringify(run.output)).toBe(JSON.stringify(deep));
  });

  it("is reached by a path of a thousand steps", async () => {
    const InputPath = `$${"[0]".repeat(999)}`;
    const run = await runMachine({ definition: only({ Type: "Pass", InputPath }), input: deep });
    expect(run).toMatchObject({ status: "SUCCEEDED", output: [] });
  });

  it("is made by a ResultPath of a thousand steps", async () => {
    const path = `$${".a".repeat(1000)}`;
    const definition = only({ Type: "Pass", Result: 0, ResultPath: path, OutputPath: path });
    expect(await runMachine({ definition })).toMatchObject({ status: "SUCCEEDED", output: 0 });
  });
});

describe("an invoker that misbehaves", () => {
  const circular: { self?: unknown } = {};
  circular.self = circular;

  it.each<[string, TestTask]>([
    ["throws undefined", () => Promise.reject(undefined)],
    ["gives a function", () => (() => 1) as unknown as Json],
    ["gives what contains itself", () => circular as unknown as Json],
  ])("and %s has failed with States.Runtime", async (_, task) => {
    const definition = only({ Type: "Task", Resource: resource });
    const run = await runMachine({ definition, tasks: { [resource]: task } });
    expect(run).toMatchObject({ status: "FAILED", error: "States.Runtime" });
    expect(run.cause).toEqual(expect.any(String));
  });

  it("and says twice that it has started, and again after its end, has started once", async () => {
    const definition = only({ Type: "Task", Resource: resource });
    const clock = fakeClock(0);
    const task: TestTask = async (_, { onStarted, onHeartbeat }) => {
      onStarted();
      void clock.sleep(1).then(() => {
        onStarted();
        onHeartbeat();
      });
      return 0;
    };
    const run = await runMachine({ definition, tasks: { [resource]: task }, clock });
    expect(run.events.filter(({ type }) => type === "TaskStarted")).toHaveLength(1);
    expect(run).toMatchObject({ status: "SUCCEEDED", output: 0 });
  });
});

describe("a path", () => {
  it.each<[object]>([
    [{ Type: "Pass", InputPath: "$.a.b" }],
    [{ Type: "Pass", OutputPath: "$.a" }],
    [{ Type: "Pass", Parameters: { "v.$": "$.a" } }],
    [{ Type: "Wait", SecondsPath: "$.a" }],
    [{ Type: "Wait", TimestampPath: "$.a" }],
    [{ Type: "Map", ItemsPath: "$.a", ItemProcessor: inner }],
    [{ Type: "Map", MaxConcurrencyPath: "$.a", ItemProcessor: inner }],
    [{ Type: "Task", Resource: resource, TimeoutSecondsPath: "$.a" }],
    [{ Type: "Task", Resource: resource, HeartbeatSecondsPath: "$.a" }],
  ])("that finds nothing ends the execution: %j", async (state) => {
    const run = await runMachine({
      definition: only(state),
      input: [],
      tasks: { [resource]: () => 0 },
    });
    expect(run).toMatchObject({ status: "FAILED", error: "States.Runtime" });
    expect(run.cause).toContain("'S'");
  });

  it.each<[object]>([
    [{ Type: "Pass", ResultPath: "$..a" }],
    [{ Type: "Pass", ResultPath: "$.a[0:2]" }],
    [{ Type: "Pass", ResultPath: "$.a[?(@.b == 1)]" }],
    [{ Type: "Wait", SecondsPath: "$.a[*]" }],
    [{ Type: "Map", ItemsPath: "$.a[*]", ItemProcessor: inner }],
    [{ Type: "Task", Resource: resource, TimeoutSecondsPath: "$..a" }],
  ])("that can find many is refused where one value is needed: %j", (state) => {
    expect(() => parseStateMachine(JSON.stringify(only(state)))).toThrow("/States/S/");
  });
});
