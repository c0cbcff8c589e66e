import { describe, expect, it } from "vitest";
import { outline } from "../testing/history.ts";
import { fakeClock, runMachine } from "../testing/index.ts";
import { type Json, TaskFailedError } from "../types.ts";

const task = "arn:aws:states:::lambda:invoke";

const map = (fields: object, state: object = { Type: "Pass" }) => ({
  StartAt: "M",
  States: {
    M: {
      Type: "Map",
      ItemProcessor: { StartAt: "I", States: { I: { End: true, ...state } } },
      End: true,
      ...fields,
    },
    ...(JSON.stringify(fields).includes('"Caught"') ? { Caught: { Type: "Pass", End: true } } : {}),
  },
});

/** A task that takes a second and counts how many of it run. */
function countedTask(clock = fakeClock(0)) {
  let running = 0;
  const counts = { most: 0 };
  const run = async (parameters: Json): Promise<Json> => {
    running += 1;
    counts.most = Math.max(counts.most, running);
    await clock.sleep(1000);
    running -= 1;
    return parameters;
  };
  return { clock, counts, tasks: { [task]: run } };
}

describe("a Map", () => {
  it("gives the outputs in the items' order", async () => {
    const items = [0, "", false, null, {}, [1]];
    const run = await runMachine({ definition: map({}), input: items });
    expect(run.output).toEqual(items);
  });

  it("selects each item's input from the item, its index, the state's input and the context", async () => {
    const run = await runMachine({
      definition: map({
        InputPath: "$.in",
        ItemsPath: "$.items",
        ItemSelector: {
          "value.$": "$$.Map.Item.Value",
          "index.$": "$$.Map.Item.Index",
          "shared.$": "$.shared",
          constant: 1,
        },
        ResultPath: "$.out",
        OutputPath: "$.out",
      }),
      input: { in: { items: ["a"], shared: 0 } },
    });
    expect(run.output).toEqual([{ value: "a", index: 0, shared: 0, constant: 1 }]);
  });

  it("lets the states of an iteration read its item from the context", async () => {
    const inner = {
      Type: "Pass",
      Parameters: { "item.$": "$$.Map.Item.Value", "at.$": "$$.Map.Item.Index" },
    };
    const run = await runMachine({ definition: map({}, inner), input: ["a", "b"] });
    expect(run.output).toEqual([
      { item: "a", at: 0 },
      { item: "b", at: 1 },
    ]);
  });

  it("takes the older names of its fields", async () => {
    const run = await runMachine({
      definition: {
        StartAt: "M",
        States: {
          M: {
            Type: "Map",
            Parameters: { "v.$": "$$.Map.Item.Value" },
            Iterator: { StartAt: "I", States: { I: { Type: "Pass", End: true } } },
            End: true,
          },
        },
      },
      input: [1],
    });
    expect(run.output).toEqual([{ v: 1 }]);
  });

  it("records each iteration, one after the other with MaxConcurrency 1", async () => {
    const run = await runMachine({ definition: map({ MaxConcurrency: 1 }), input: [1, 2] });
    expect(outline(run.events)).toEqual([
      "1<0 ExecutionStarted",
      "2<0 MapStateEntered",
      "3<2 MapStateStarted",
      "4<3 MapIterationStarted",
      "5<4 PassStateEntered",
      "6<5 PassStateExited",
      "7<6 MapIterationSucceeded",
      "8<6 MapIterationStarted",
      "9<8 PassStateEntered",
      "10<9 PassStateExited",
      "11<10 MapIterationSucceeded",
      "12<11 MapStateSucceeded",
      "13<11 MapStateExited",
      "14<13 ExecutionSucceeded",
    ]);
    expect(run.events[7]).toMatchObject({
      mapIterationStartedEventDetails: { name: "M", index: 1 },
    });
  });

  it("has nothing to do for no items", async () => {
    const run = await runMachine({ definition: map({}), input: [] });
    expect(run.output).toEqual([]);
    expect(outline(run.events).slice(2)).toEqual([
      "3<2 MapStateStarted",
      "4<3 MapStateSucceeded",
      "5<3 MapStateExited",
      "6<5 ExecutionSucceeded",
    ]);
  });

  it.each<[object, number, number]>([
    [{ MaxConcurrency: 3 }, 3, 4000],
    [{ MaxConcurrencyPath: "$[0]" }, 2, 5000],
    [{}, 10, 1000],
    [{ MaxConcurrency: 0 }, 10, 1000],
  ])("with %j runs at most %i iterations at a time", async (fields, most, ms) => {
    const { clock, counts, tasks } = countedTask();
    const input = [2, 0, 0, 0, 0, 0, 0, 0, 0, 0];
    const run = await runMachine({
      definition: map(fields, { Type: "Task", Resource: task }),
      input,
      tasks,
      clock,
    });
    expect(run.output).toEqual(input);
    expect(counts.most).toBe(most);
    expect(clock.now()).toBe(ms);
  });

  it("never runs more than 40 iterations at a time, as AWS in inline mode", async () => {
    const { clock, counts, tasks } = countedTask();
    const input = Array.from({ length: 100 }, (_, index) => index);
    await runMachine({
      definition: map({ MaxConcurrency: 1000 }, { Type: "Task", Resource: task }),
      input,
      tasks,
      clock,
    });
    expect(counts.most).toBe(40);
    expect(clock.now()).toBe(3000);
  });

  it.each<[object, Json, string]>([
    [{}, { a: 1 }, 'Reference path "$" must point to array.'],
    [{ ItemsPath: "$.a" }, { a: "x" }, 'Reference path "$.a" must point to array.'],
    [{ ItemsPath: "$.b" }, { a: 1 }, "Invalid path '$.b' : No results for path: $['b']"],
    [
      { MaxConcurrencyPath: "$.n" },
      { n: "many" },
      'The MaxConcurrencyPath field refers to value "many" which is not a valid integer: $.n',
    ],
    [
      { ItemSelector: { "v.$": "$.nope" }, ItemsPath: "$.a" },
      { a: [1] },
      `The JSONPath '$.nope' specified for the field 'v.$' could not be found in the input '{"a":[1]}'`,
    ],
  ])("fails with States.Runtime when %j doesn't fit %j", async (fields, input, cause) => {
    const run = await runMachine({ definition: map(fields), input });
    expect(run).toMatchObject({
      status: "FAILED",
      error: "States.Runtime",
      cause: `An error occurred while executing the state 'M' (entered at the event id #2). ${cause}`,
    });
  });

  it("fails with the first iteration that fails, and ends the others", async () => {
    const clock = fakeClock(0);
    const run = await runMachine({
      definition: map(
        { MaxConcurrency: 2, Catch: [{ ErrorEquals: ["E"], Next: "Caught" }] },
        { Type: "Task", Resource: task },
      ),
      input: ["waits", "fails", "never"],
      clock,
      tasks: {
        [task]: async (parameters: Json) => {
          await clock.sleep(parameters === "fails" ? 1000 : 99_000);
          throw new TaskFailedError("E", "c");
        },
      },
    });
    expect(run.output).toEqual({ Error: "E", Cause: "c" });
    expect(outline(run.events).slice(9, 17)).toEqual([
      "10<7 TaskStarted",
      "11<9 TaskStarted",
      "12<11 TaskFailed",
      "13<12 MapIterationAborted",
      "14<12 TaskStateAborted",
      "15<12 MapIterationFailed",
      "16<12 TaskStateAborted",
      "17<12 MapStateFailed",
    ]);
  });

  it("tells the end of each iteration that times out in the same moment before it fails", async () => {
    const clock = fakeClock(0);
    const run = await runMachine({
      definition: map({}, { Type: "Task", Resource: task, TimeoutSeconds: 5 }),
      input: [0, 1],
      clock,
      tasks: { [task]: () => clock.sleep(60_000).then(() => null) },
    });
    expect(outline(run.events).slice(9)).toEqual([
      "10<7 TaskStarted",
      "11<9 TaskStarted",
      "12<10 TaskTimedOut",
      "13<11 TaskTimedOut",
      "14<12 MapIterationFailed",
      "15<12 TaskStateAborted",
      "16<12 MapIterationAborted",
      "17<12 TaskStateAborted",
      "18<12 MapStateFailed",
      "19<18 ExecutionFailed",
    ]);
  });
});
