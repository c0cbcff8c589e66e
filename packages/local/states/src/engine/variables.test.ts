import { describe, expect, it } from "vitest";
import { InvalidDefinitionError } from "../definition/invalid-definition-error.ts";
import { parseStateMachine } from "../definition/parse-state-machine.ts";
import { runMachine } from "../testing/index.ts";
import { type HistoryEvent, type Json, TaskFailedError } from "../types.ts";

const task = "arn:aws:lambda:us-east-1:111111111111:function:f";

/** Runs states one after the other in the order they are given; each goes on to the next unless it says more. */
const run = (
  states: Record<string, object>,
  options: Omit<Parameters<typeof runMachine>[0], "definition"> = {},
) => runMachine({ ...options, definition: chain(states) });

function chain(states: Record<string, object>) {
  const names = Object.keys(states);
  const linked = Object.entries(states).map(([name, state], at) => {
    const next = names[at + 1];
    const leads = "Next" in state || "End" in state || "Choices" in state;
    return [
      name,
      {
        Type: "Pass",
        ...(leads ? {} : next === undefined ? { End: true } : { Next: next }),
        ...state,
      },
    ];
  });
  return { StartAt: names[0], States: Object.fromEntries(linked) as Record<string, object> };
}

/** What each state that assigned something did assign. */
const assignments = (events: readonly HistoryEvent[]): Json[] =>
  events.flatMap(({ stateExitedEventDetails: details }) =>
    details?.assignedVariables === undefined ? [] : [details.assignedVariables],
  );

describe("Assign", () => {
  it("keeps values for later states, as they stand or from the result, and tells them in the history", async () => {
    const { output, events } = await run(
      {
        A: { Assign: { "seen.$": "$.a", "run.$": "$$.Execution.Name", text: "$.a", none: null } },
        B: {
          Parameters: { "seen.$": "$seen", "none.$": "$none", "text.$": "$text", "run.$": "$run" },
        },
      },
      { input: { a: [0, { b: "" }] } },
    );
    expect(output).toEqual({ seen: [0, { b: "" }], none: null, text: "$.a", run: "run" });
    expect(events[2]).toMatchObject({
      type: "PassStateExited",
      stateExitedEventDetails: {
        assignedVariables: { seen: '[0,{"b":""}]', run: '"run"', text: '"$.a"', none: "null" },
        assignedVariablesDetails: { truncated: false },
      },
    });
  });

  it("says nothing in the history of an empty one", async () => {
    const { events } = await run({ A: { Assign: {} } });
    expect(events[2]?.stateExitedEventDetails).not.toHaveProperty("assignedVariables");
    expect(events[2]?.stateExitedEventDetails).not.toHaveProperty("assignedVariablesDetails");
  });

  it("sees, as all fields of the state do, the values from before the state", async () => {
    const { output, events } = await run({
      A: { Assign: { x: 1, y: 2 } },
      B: { Assign: { "x.$": "$y", "y.$": "$x" }, OutputPath: "$x" },
      C: { Parameters: { "x.$": "$x", "y.$": "$y", "in.$": "$" } },
    });
    expect(output).toEqual({ x: 2, y: 1, in: 1 });
    expect(assignments(events)[1]).toEqual({ x: "2", y: "1" });
  });

  it.each<[string, object, Json]>([
    ["Pass with a Result", { Result: { v: 1 }, ResultPath: "$.r" }, 1],
    ["Pass with Parameters", { Parameters: { "v.$": "$.list[1]" } }, 2],
    ["Wait", { Type: "Wait", Seconds: 1, InputPath: "$.in", OutputPath: null }, 3],
    [
      "Task, before ResultSelector",
      { Type: "Task", Resource: task, ResultSelector: { w: 0 }, OutputPath: null },
      4,
    ],
    ["Choice", { Type: "Choice", InputPath: "$.in", Choices: [], Default: "Last" }, 3],
  ])("reads what the state works on or results in: %s", async (_, state, expected) => {
    const choices = [{ Variable: "$", IsNull: true, Next: "Last" }];
    const { output } = await run(
      {
        S: {
          ...state,
          ...("Choices" in state ? { Choices: choices } : {}),
          Assign: { "v.$": "$.v" },
        },
        Last: { InputPath: "$v" },
      },
      { input: { list: [1, 2], in: { v: 3 } }, tasks: { [task]: () => ({ v: 4 }) } },
    );
    expect(output).toBe(expected);
  });

  it("of a Choice is that of the rule that fits, or else that of the state", async () => {
    const rule = (n: number, more: object) => ({
      Variable: "$.n",
      NumericEqualsPath: `$limits[${n}]`,
      Next: "Last",
      ...more,
    });
    const choose = (n: number) =>
      run(
        {
          First: { Assign: { limits: [1, 2], chosen: "none" } },
          Choice: {
            Type: "Choice",
            Choices: [rule(0, { Assign: { chosen: "rule" } }), rule(1, {})],
            Default: "Last",
            Assign: { chosen: "default" },
          },
          Last: { InputPath: "$chosen" },
        },
        { input: { n } },
      );
    expect((await choose(1)).output).toBe("rule");
    expect((await choose(2)).output).toBe("none");
    expect((await choose(3)).output).toBe("default");
  });

  it("of a Catcher reads the error, and that of the state is left out", async () => {
    const { output } = await run(
      {
        First: { Assign: { kept: "before" } },
        S: {
          Type: "Task",
          Resource: task,
          Assign: { kept: "after" },
          Catch: [
            {
              ErrorEquals: ["States.ALL"],
              ResultPath: null,
              Assign: { "error.$": "$.Error", "cause.$": "$.Cause" },
              Next: "Last",
            },
          ],
        },
        Last: { Parameters: { "all.$": "States.Format('{} {} {}', $error, $cause, $kept)" } },
      },
      {
        tasks: {
          [task]: () => {
            throw new TaskFailedError("Busy", "come back");
          },
        },
      },
    );
    expect(output).toEqual({ all: "Busy come back before" });
  });

  it("that can't be applied fails the execution", async () => {
    expect(await run({ A: { Assign: { "x.$": "$.none" } } }, { input: {} })).toMatchObject({
      status: "FAILED",
      error: "States.Runtime",
      cause:
        "An error occurred while executing the state 'A' (entered at the event id #2). " +
        "The JSONPath '$.none' specified for the field 'x.$' could not be found in the input '{}'",
    });
  });
});

describe("a reference to a variable", () => {
  it("stands wherever a path may stand", async () => {
    const { output } = await run(
      {
        First: { Assign: { items: ["a", "b"], one: 1, at: "2020-01-01T00:00:00Z", o: { p: 0 } } },
        Wait: { Type: "Wait", SecondsPath: "$one" },
        Until: { Type: "Wait", TimestampPath: "$at" },
        Map: {
          Type: "Map",
          ItemsPath: "$items",
          MaxConcurrencyPath: "$one",
          ItemSelector: { "v.$": "$$.Map.Item.Value", "p.$": "$o.p" },
          ItemProcessor: chain({ Item: { InputPath: "$one", ResultPath: "$.one" } }),
          ResultSelector: { "all.$": "$", "first.$": "$items[0]" },
        },
        Task: {
          Type: "Task",
          Resource: task,
          TimeoutSecondsPath: "$one",
          Parameters: { "o.$": "$o" },
          ResultPath: "$.task",
        },
        Choice: {
          Type: "Choice",
          Choices: [{ And: [{ Variable: "$o.p", NumericLessThanPath: "$one" }], Next: "Last" }],
        },
        Last: {},
      },
      { tasks: { [task]: (parameters) => parameters } },
    );
    expect(output).toEqual({
      all: [
        { v: "a", p: 0, one: 1 },
        { v: "b", p: 0, one: 1 },
      ],
      first: "a",
      task: { o: { p: 0 } },
    });
  });

  it("names the error and the cause of a Fail state", async () => {
    const states = {
      First: { Assign: { e: "Mine", c: [1] } },
      Fail: {
        Type: "Fail",
        ErrorPath: "$e",
        CausePath: "States.JsonToString($c)",
        Next: undefined,
      },
    };
    expect(await run(states)).toMatchObject({ error: "Mine", cause: "[1]" });
  });

  it("fails the execution while the variable has no value, but a Choice can ask for it", async () => {
    expect(await run({ A: { InputPath: "$x" } })).toMatchObject({
      error: "States.Runtime",
      cause: expect.stringContaining("Invalid path '$x' : The variable '$x' has no value."),
    });
    const { output } = await run({
      Ask: {
        Type: "Choice",
        Choices: [{ Variable: "$x", IsPresent: false, Next: "Set" }],
        Default: "Last",
      },
      Set: { Assign: { x: null }, Next: "Ask" },
      Last: { Parameters: { "x.$": "$x" } },
    });
    expect(output).toEqual({ x: null });
  });
});

describe("the scope of a variable", () => {
  const branch = (value: number) =>
    chain({
      [`Set${value}`]: { Assign: { mine: value } },
      [`Get${value}`]: { Parameters: { "sum.$": "States.MathAdd($mine, $outer)" } },
    });

  it("is the branch that assigns it: branches read outer ones, and nothing of theirs is left", async () => {
    const { output, events } = await run({
      First: { Assign: { outer: 10 } },
      Both: {
        Type: "Parallel",
        Branches: [branch(1), branch(2)],
        Assign: { "outer.$": "$[1].sum" },
      },
      Ask: {
        Type: "Choice",
        Choices: [{ Variable: "$mine", IsPresent: true, Next: "Lost" }],
        Default: "Last",
      },
      Last: { Parameters: { "sums.$": "$[*].sum", "outer.$": "$outer" }, Next: "Lost" },
      Lost: {},
    });
    expect(output).toEqual({ sums: [11, 12], outer: 12 });
    expect(assignments(events)).toHaveLength(4);
  });

  it("is one iteration of a Map", async () => {
    const { output } = await run(
      {
        First: { Assign: { outer: 10 } },
        Each: {
          Type: "Map",
          ItemProcessor: chain({
            Ask: {
              Type: "Choice",
              Choices: [{ Variable: "$mine", IsPresent: true, Next: "Seen" }],
              Default: "Set",
            },
            Set: { Assign: { "mine.$": "$" } },
            Seen: { Parameters: { "sum.$": "States.MathAdd($mine, $outer)" } },
          }),
        },
      },
      { input: [1, 2] },
    );
    expect(output).toEqual([{ sum: 11 }, { sum: 12 }]);
  });

  const nested = (mode: string, states: Record<string, object>) => ({
    ...chain(states),
    ProcessorConfig: mode === "INLINE" ? { Mode: mode } : { Mode: mode, ExecutionType: "STANDARD" },
  });

  it("can't be assigned from an inner one, wherever the Assign stands", () => {
    const inner = { Type: "Choice", Choices: [{ Variable: "$", IsNull: true, Next: "In2" }] };
    const rule = { ...inner.Choices[0], Assign: { x: 1 } };
    const map = {
      Type: "Map",
      ItemProcessor: nested("INLINE", { In: { ...inner, Choices: [rule] }, In2: {} }),
    };
    // The outer Assign may come later.
    expect(() =>
      parseStateMachine(JSON.stringify(chain({ map, A: { Assign: { x: 0 } } }))),
    ).toThrow(
      new InvalidDefinitionError([
        {
          code: "SCHEMA_VALIDATION_FAILED",
          message: "The variable 'x' is assigned in an outer scope already",
          location: "/States/map/ItemProcessor/States/In/Choices[0]/Assign",
        },
      ]),
    );
  });

  it("may have the same name in branches side by side", () => {
    const branches = ["A", "B"].map((name) => chain({ [name]: { Assign: { x: name } } }));
    const machine = chain({ P: { Type: "Parallel", Branches: branches } });
    expect(() => parseStateMachine(JSON.stringify(machine))).not.toThrow();
  });
});

describe("the limits of variables", () => {
  const big = (bytes: number) => "x".repeat(bytes - 2);

  it("allow 256 KiB in one Assign, and can be caught", async () => {
    const assign = (bytes: number) => ({ Assign: { a: big(bytes - 1), b: 0 } });
    expect((await run({ A: assign(262_144) })).status).toBe("SUCCEEDED");
    expect(await run({ A: assign(262_145) })).toMatchObject({
      status: "FAILED",
      error: "States.DataLimitExceeded",
    });
    const caught = await run(
      {
        T: {
          Type: "Task",
          Resource: task,
          ...assign(262_145),
          Catch: [{ ErrorEquals: ["States.DataLimitExceeded"], Next: "Last" }],
        },
        Last: { InputPath: "$.Error" },
      },
      { tasks: { [task]: () => 1 } },
    );
    expect(caught.output).toBe("States.DataLimitExceeded");
  });

  it("allow 10 MiB in all; a value that takes another's place frees that", async () => {
    const full = Object.fromEntries(
      Array.from({ length: 40 }, (_, at) => [`S${at}`, { Assign: { [`v${at}`]: big(262_000) } }]),
    );
    const more = { Assign: { w: big(10_485_760 - 40 * 262_000) } };
    expect((await run({ ...full, More: more })).status).toBe("SUCCEEDED");
    expect(await run({ ...full, More: more, Last: { Assign: { y: 1 } } })).toMatchObject({
      error: "States.DataLimitExceeded",
      cause: expect.stringContaining("'Last' assigned variables with a size"),
    });
    const freed = { Free: { Assign: { w: 0 } }, Last: { Assign: { y: 1 } } };
    expect((await run({ ...full, More: more, ...freed })).status).toBe("SUCCEEDED");
  });
});

it("variables have the same values after a resume from each event", async () => {
  const definition = chain({
    A: { Assign: { "id.$": "States.UUID()", n: 1 } },
    P: {
      Type: "Parallel",
      Branches: [
        chain({ W: { Type: "Wait", Seconds: 1, Assign: { "m.$": "$n" } }, X: { InputPath: "$m" } }),
        chain({ Y: { InputPath: "$id" } }),
      ],
      Assign: { "n.$": "$[0]" },
    },
    Z: { Parameters: { "id.$": "$id", "n.$": "$n", "both.$": "$" } },
  });
  const whole = await runMachine({ definition });
  expect(whole.status).toBe("SUCCEEDED");
  for (let kept = 0; kept <= whole.events.length; kept += 1) {
    const resumed = await runMachine({ definition, history: whole.events.slice(0, kept) });
    const id = resumed.events[2]?.stateExitedEventDetails?.assignedVariables as { id: string };
    const uuid = JSON.parse(id.id) as string;
    expect(resumed.output).toEqual({ id: uuid, n: 1, both: [1, uuid] });
  }
});

it("variables have their values in an execution that is redriven, also in its branches", async () => {
  const branch = (name: string) =>
    chain({
      [`Set${name}`]: { Assign: { mine: name } },
      [`Do${name}`]: {
        Type: "Task",
        Resource: task,
        Parameters: { "mine.$": "$mine", "outer.$": "$outer" },
      },
    });
  const definition = chain({
    First: { Assign: { outer: 1 } },
    Both: { Type: "Parallel", Branches: [branch("A"), branch("B")] },
    Last: { Parameters: { "all.$": "$", "outer.$": "$outer" } },
  });
  let broken = true;
  const tasks = {
    [task]: (parameters: Json) => {
      if (broken && (parameters as { mine: string }).mine === "B") {
        throw new TaskFailedError("Broken", "for now");
      }
      return parameters;
    },
  };
  const first = await runMachine({ definition, tasks });
  expect(first.error).toBe("Broken");
  broken = false;
  const run = await runMachine({ definition, tasks, history: first.events, redrive: true });
  expect(run.output).toEqual({
    all: [
      { mine: "A", outer: 1 },
      { mine: "B", outer: 1 },
    ],
    outer: 1,
  });
});
