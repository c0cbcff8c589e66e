import { describe, expect, it } from "vitest";
import { outline } from "../testing/history.ts";
import { fakeClock, runMachine } from "../testing/index.ts";
import { type Json, TaskFailedError } from "../types.ts";

const task = "arn:aws:lambda:us-east-1:111111111111:function:f";

/** Runs a machine of this one state, with a Pass that a catcher can lead to. */
const run = (state: object, options: Omit<Parameters<typeof runMachine>[0], "definition"> = {}) =>
  runMachine({
    ...options,
    definition: {
      StartAt: "S",
      States: {
        S: state,
        ...(JSON.stringify(state).includes('"Caught"')
          ? { Caught: { Type: "Pass", End: true } }
          : {}),
      },
    },
  });

/** A task that fails so many times by this name before it answers. */
function failing(error: string, times = Number.POSITIVE_INFINITY) {
  let calls = 0;
  return {
    [task]: (): Json => {
      calls += 1;
      if (calls <= times) throw new TaskFailedError(error, `failure ${calls}`);
      return { calls };
    },
  };
}

describe("the data of a state", () => {
  const echo = { [task]: (parameters: Json) => parameters };

  it.each<[string, object, Json, Json]>([
    ["the input goes through as it is", {}, { a: 1 }, { a: 1 }],
    ["InputPath chooses a part", { InputPath: "$.a" }, { a: 0 }, 0],
    ["InputPath null gives an empty object", { InputPath: null }, { a: 1 }, {}],
    ["InputPath reads the context", { InputPath: "$$.Execution.Name" }, {}, "run"],
    [
      "Parameters builds the effective input",
      { Parameters: { "x.$": "$.a", y: 2 } },
      { a: null },
      { x: null, y: 2 },
    ],
    [
      "Parameters see what InputPath left",
      { InputPath: "$.a", Parameters: { "x.$": "$" } },
      { a: "" },
      { x: "" },
    ],
    [
      "ResultSelector shapes the result",
      { ResultSelector: { "n.$": "$.a" } },
      { a: 1, b: 2 },
      { n: 1 },
    ],
    [
      "ResultPath puts the result into the raw input",
      { InputPath: "$.a", ResultPath: "$.r" },
      { a: false, b: 2 },
      { a: false, b: 2, r: false },
    ],
    [
      "ResultPath null drops the result",
      { Parameters: { x: 1 }, ResultPath: null },
      { a: 1 },
      { a: 1 },
    ],
    [
      "OutputPath chooses a part of the output",
      { ResultPath: "$.r", OutputPath: "$.r.a" },
      { a: 0 },
      0,
    ],
    ["OutputPath null gives an empty object", { OutputPath: null }, { a: 1 }, {}],
    [
      "all of them one after the other",
      {
        InputPath: "$.in",
        Parameters: { "v.$": "$.v" },
        ResultSelector: { "w.$": "$.v" },
        ResultPath: "$.out",
        OutputPath: "$.out",
      },
      { in: { v: [0, "", false, null] } },
      { w: [0, "", false, null] },
    ],
  ])("%s", async (_, fields, input, output) => {
    const result = await run(
      { Type: "Task", Resource: task, End: true, ...fields },
      { input, tasks: echo },
    );
    expect(result).toMatchObject({ status: "SUCCEEDED" });
    expect(result.output).toEqual(output);
  });

  it.each<[object, string]>([
    [{ InputPath: "$.x" }, "Invalid path '$.x' : No results for path: $['x']"],
    [{ OutputPath: "$.x.y" }, "Invalid path '$.x.y' : Missing property in path $['x']"],
    [
      { Parameters: { "v.$": "$.x" } },
      `The JSONPath '$.x' specified for the field 'v.$' could not be found in the input '{"a":1}'`,
    ],
    [
      { ResultSelector: { "v.$": "$.x" } },
      `The JSONPath '$.x' specified for the field 'v.$' could not be found in the input '{"a":1}'`,
    ],
    [{ ResultPath: "$.a.b" }, `Unable to apply ReferencePath $.a.b to input {"a":1}`],
  ])(
    "what doesn't fit (%j) ends the execution, whatever the state retries and catches",
    async (fields, cause) => {
      const result = await run(
        {
          Type: "Task",
          Resource: task,
          End: true,
          Retry: [{ ErrorEquals: ["States.ALL"] }],
          Catch: [
            { ErrorEquals: ["States.Runtime"], Next: "Caught" },
            { ErrorEquals: ["States.ALL"], Next: "Caught" },
          ],
          ...fields,
        },
        { input: { a: 1 }, tasks: echo },
      );
      expect(result).toMatchObject({
        status: "FAILED",
        error: "States.Runtime",
        cause: `An error occurred while executing the state 'S' (entered at the event id #2). ${cause}`,
      });
    },
  );

  it("shows the whole context object", async () => {
    const result = await run(
      { Type: "Task", Resource: task, Parameters: { "c.$": "$$" }, End: true },
      { input: { a: 1 }, tasks: echo, clock: fakeClock(1000) },
    );
    expect(result.output).toEqual({
      c: {
        Execution: {
          Id: "arn:aws:states:us-east-1:111111111111:execution:test:run",
          Input: { a: 1 },
          Name: "run",
          RoleArn: "arn:aws:iam::111111111111:role/test",
          StartTime: "1970-01-01T00:00:01.000Z",
          RedriveCount: 0,
        },
        StateMachine: {
          Id: "arn:aws:states:us-east-1:111111111111:stateMachine:test",
          Name: "test",
        },
        State: { Name: "S", EnteredTime: "1970-01-01T00:00:01.000Z", RetryCount: 0 },
      },
    });
  });
});

describe("Retry", () => {
  it("tries again after growing delays, and tells the state how often it has", async () => {
    const clock = fakeClock(0);
    const starts: [number, number][] = [];
    const tasks = failing("Busy", 2);
    const result = await run(
      {
        Type: "Task",
        Resource: task,
        ResultSelector: { "tries.$": "$$.State.RetryCount" },
        Retry: [{ ErrorEquals: ["Busy"], IntervalSeconds: 2, BackoffRate: 3 }],
        End: true,
      },
      {
        clock,
        tasks: {
          [task]: (_, { retryCount }) => {
            starts.push([clock.now(), retryCount]);
            return tasks[task]?.() ?? null;
          },
        },
      },
    );
    expect(result.output).toEqual({ tries: 2 });
    expect(starts).toEqual([
      [0, 0],
      [2000, 1],
      [8000, 2],
    ]);
    expect(outline(result.events).slice(2, 9)).toEqual([
      "3<2 LambdaFunctionScheduled",
      "4<3 LambdaFunctionStarted",
      "5<4 LambdaFunctionFailed",
      "6<5 LambdaFunctionScheduled",
      "7<6 LambdaFunctionStarted",
      "8<7 LambdaFunctionFailed",
      "9<8 LambdaFunctionScheduled",
    ]);
  });

  it("counts the tries of each retrier by itself", async () => {
    const errors = ["A", "B", "A", "B", "A"];
    const calls: string[] = [];
    const result = await run(
      {
        Type: "Task",
        Resource: task,
        Retry: [
          { ErrorEquals: ["A"], MaxAttempts: 2 },
          { ErrorEquals: ["States.ALL"], MaxAttempts: 2 },
        ],
        End: true,
      },
      {
        tasks: {
          [task]: () => {
            const error = errors.shift() ?? "none";
            calls.push(error);
            throw new TaskFailedError(error, "");
          },
        },
      },
    );
    expect(calls).toEqual(["A", "B", "A", "B", "A"]);
    expect(result).toMatchObject({ status: "FAILED", error: "A" });
  });

  it.each<[string, string[], boolean]>([
    ["Custom", ["Custom"], true],
    ["Custom", ["custom"], false],
    ["Custom", ["States.TaskFailed"], true],
    ["Custom", ["States.ALL"], true],
    ["States.Timeout", ["States.TaskFailed"], false],
    ["States.Timeout", ["States.ALL"], true],
    ["States.DataLimitExceeded", ["States.ALL"], false],
    ["States.DataLimitExceeded", ["States.TaskFailed"], false],
    ["States.DataLimitExceeded", ["States.DataLimitExceeded"], true],
    ["States.Runtime", ["States.ALL"], false],
    ["States.Runtime", ["States.Runtime"], false],
    ["Custom", ["Other", "Custom"], true],
  ])("knows %s by %j: %j", async (error, ErrorEquals, known) => {
    const result = await run(
      { Type: "Task", Resource: task, Retry: [{ ErrorEquals, MaxAttempts: 1 }], End: true },
      { tasks: failing(error, 1) },
    );
    expect(result.status).toBe(known ? "SUCCEEDED" : "FAILED");
  });

  it("never tries again with MaxAttempts 0, which keeps an error from the retriers after it", async () => {
    const result = await run(
      {
        Type: "Task",
        Resource: task,
        Retry: [{ ErrorEquals: ["Fatal"], MaxAttempts: 0 }, { ErrorEquals: ["States.ALL"] }],
        End: true,
      },
      { tasks: failing("Fatal", 1) },
    );
    expect(result).toMatchObject({ status: "FAILED", error: "Fatal", cause: "failure 1" });
  });

  it("waits a random share of the delay with full jitter", async () => {
    const clock = fakeClock(0);
    await run(
      {
        Type: "Task",
        Resource: task,
        Retry: [{ ErrorEquals: ["Busy"], IntervalSeconds: 10, JitterStrategy: "FULL" }],
        End: true,
      },
      { clock, random: () => 0.25, tasks: failing("Busy", 1) },
    );
    expect(clock.now()).toBe(2500);
  });
});

describe("Catch", () => {
  const caught = (fields: object = {}) => ({
    Type: "Task",
    Resource: task,
    OutputPath: "$.not.for.errors",
    Catch: [{ ErrorEquals: ["Known"], Next: "Caught", ...fields }],
    End: true,
  });

  it.each<[object, Json]>([
    [{}, { Error: "Known", Cause: "failure 1" }],
    [{ ResultPath: "$.failure" }, { a: 1, failure: { Error: "Known", Cause: "failure 1" } }],
    [{ ResultPath: null }, { a: 1 }],
  ])("with %j gives the next state the error", async (fields, output) => {
    const result = await run(caught(fields), { input: { a: 1 }, tasks: failing("Known") });
    expect(result.output).toEqual(output);
    expect(outline(result.events).slice(4, 7)).toEqual([
      "5<4 LambdaFunctionFailed",
      "6<5 TaskStateExited",
      "7<6 PassStateEntered",
    ]);
  });

  it("leaves an error alone that no catcher names", async () => {
    const result = await run(caught(), { tasks: failing("Unknown") });
    expect(result).toMatchObject({ status: "FAILED", error: "Unknown", cause: "failure 1" });
  });

  it("comes after the retries", async () => {
    const result = await run(
      { ...caught(), Retry: [{ ErrorEquals: ["Known"], MaxAttempts: 1 }] },
      { tasks: failing("Known") },
    );
    expect(result.output).toEqual({ Error: "Known", Cause: "failure 2" });
  });

  it("gives a timeout an empty cause, as AWS does", async () => {
    const clock = fakeClock();
    const result = await run(
      {
        Type: "Task",
        Resource: task,
        TimeoutSeconds: 1,
        Catch: [{ ErrorEquals: ["States.Timeout"], Next: "Caught" }],
        End: true,
      },
      { clock, tasks: { [task]: () => clock.sleep(2000).then(() => null) } },
    );
    expect(result.output).toEqual({ Error: "States.Timeout", Cause: "" });
  });

  it("can't put the error into an input that is no object", async () => {
    const result = await run(caught({ ResultPath: "$.failure" }), {
      input: 5,
      tasks: failing("Known"),
    });
    expect(result).toMatchObject({
      error: "States.Runtime",
      cause:
        "An error occurred while executing the state 'S' (entered at the event id #2). " +
        "Unable to apply ReferencePath $.failure to input 5",
    });
  });
});

describe("the limit of 256 KiB", () => {
  const large = "x".repeat(262_144 - 2);

  it("lets through data that just reaches it", async () => {
    const result = await run({ Type: "Pass", Result: large, End: true });
    expect(result.status).toBe("SUCCEEDED");
  });

  it.each<[string, object, Json]>([
    ["a result", { Type: "Pass", Result: `${large}x` }, {}],
    ["a result of few characters in many bytes", { Type: "Pass", Result: "€".repeat(90_000) }, {}],
    ["an output", { Type: "Pass", Result: large, ResultPath: "$.r" }, {}],
  ])("fails the state for %s beyond it", async (_, state, input) => {
    const result = await run({ ...state, End: true }, { input });
    expect(result).toMatchObject({
      status: "FAILED",
      error: "States.DataLimitExceeded",
      cause:
        "The state/task 'S' returned a result with a size exceeding the maximum number of bytes service limit.",
    });
  });

  it("fails the state for an input that Parameters make too large", async () => {
    const state = { Type: "Pass", Parameters: { "a.$": "$", "b.$": "$" }, End: true };
    const result = await run(state, { input: "x".repeat(200_000) });
    expect(result.error).toBe("States.DataLimitExceeded");
  });

  it("fails a task whose result is too large, which its own name catches", async () => {
    const result = await run(
      {
        Type: "Task",
        Resource: task,
        Catch: [{ ErrorEquals: ["States.DataLimitExceeded"], Next: "Caught" }],
        End: true,
      },
      { tasks: { [task]: () => `${large}x` } },
    );
    expect(result.output).toEqual({
      Error: "States.DataLimitExceeded",
      Cause: `The state/task '${task}' returned a result with a size exceeding the maximum number of bytes service limit.`,
    });
    expect(outline(result.events)[4]).toBe("5<4 LambdaFunctionFailed");
  });
});
