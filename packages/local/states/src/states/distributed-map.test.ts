import { describe, expect, it } from "vitest";
import { InvalidDefinitionError } from "../definition/invalid-definition-error.ts";
import { parseStateMachine } from "../definition/parse-state-machine.ts";
import { outline } from "../testing/history.ts";
import { fakeClock, memoryMapRuns, runMachine } from "../testing/index.ts";
import { type Json, TaskFailedError, type TaskInvoker } from "../types.ts";

const resource = "arn:aws:states:::lambda:invoke";
const config = { Mode: "DISTRIBUTED", ExecutionType: "STANDARD" };

const processor = (state: object = { Type: "Pass" }) => ({
  ProcessorConfig: config,
  StartAt: "Each",
  States: { Each: { End: true, ...state } },
});

const map = (fields: object = {}, state?: object) => ({
  StartAt: "All",
  States: {
    All: { Type: "Map", ItemProcessor: processor(state), End: true, ...fields },
    Caught: { Type: "Succeed" },
  },
});

/** The definition without the state that nothing leads to. */
const alone = (fields: object = {}, state?: object) => {
  const { StartAt, States } = map(fields, state);
  return { StartAt, States: { All: States.All } };
};

const failing = { [resource]: failsFor("bad") };

/** A task that fails for one input, and gives back every other one. */
function failsFor(bad: Json) {
  return (input: Json): Json => {
    if (input === bad) throw new TaskFailedError("Bad", "no good");
    return input;
  };
}

const task = { Type: "Task", Resource: resource };

function faults(definition: object): string[] {
  try {
    parseStateMachine(JSON.stringify(definition));
    return [];
  } catch (error) {
    if (!(error instanceof InvalidDefinitionError)) throw error;
    return error.diagnostics.map(({ message, location }) => `${message} at ${location}`);
  }
}

describe("a Distributed Map", () => {
  it("runs an execution for each item and gives the outputs in the items' order", async () => {
    const items = [0, "", false, null, {}, [1]];
    const run = await runMachine({ definition: alone(), input: items });
    expect(run.output).toEqual(items);
    expect(outline(run.events)).toEqual([
      "1<0 ExecutionStarted",
      "2<0 MapStateEntered",
      "3<2 MapStateStarted",
      "4<3 MapRunStarted",
      "5<4 MapRunSucceeded",
      "6<5 MapStateSucceeded",
      "7<4 MapStateExited",
      "8<7 ExecutionSucceeded",
    ]);
    expect(run.events[2]).toMatchObject({ mapStateStartedEventDetails: { length: 6 } });
    expect(run.events[3]).toMatchObject({
      mapRunStartedEventDetails: {
        mapRunArn: expect.stringMatching(
          /^arn:aws:states:us-east-1:111111111111:mapRun:test\/[-0-9a-f]{36}:[-0-9a-f]{36}$/,
        ),
      },
    });
  });

  it("succeeds at once without items", async () => {
    const run = await runMachine({ definition: alone(), input: [] });
    expect(run).toMatchObject({ status: "SUCCEEDED", output: [] });
  });

  it("takes the older names Iterator and Parameters too", async () => {
    const run = await runMachine({
      definition: {
        StartAt: "All",
        States: {
          All: {
            Type: "Map",
            Iterator: processor(),
            Parameters: { at: "$$.Map.Item.Index", "is.$": "$$.Map.Item.Value", "in.$": "$.in" },
            ItemsPath: "$.items",
            End: true,
          },
        },
      },
      input: { items: ["a"], in: 1 },
    });
    expect(run.output).toEqual([{ at: "$$.Map.Item.Index", is: "a", in: 1 }]);
  });

  it("gives the children a context object, ARNs and data of their own", async () => {
    const state = {
      Type: "Pass",
      Parameters: {
        "id.$": "$$.Execution.Id",
        "input.$": "$$.Execution.Input",
        "machine.$": "$$.StateMachine.Id",
        "role.$": "$$.Execution.RoleArn",
      },
    };
    const run = await runMachine({ definition: alone({ Label: "Sheets" }, state), input: ["x"] });
    expect(run.output).toEqual([
      {
        id: expect.stringMatching(
          /^arn:aws:states:us-east-1:111111111111:execution:test\/Sheets:[-0-9a-f]{36}$/,
        ),
        input: "x",
        machine: "arn:aws:states:us-east-1:111111111111:stateMachine:test/Sheets",
        role: "arn:aws:iam::111111111111:role/test",
      },
    ]);
  });

  it("can draw other random numbers for each item", async () => {
    const ItemSelector = { "id.$": "States.UUID()" };
    const run = await runMachine({ definition: alone({ ItemSelector }), input: [1, 2, 3] });
    expect(new Set((run.output as { id: string }[]).map(({ id }) => id)).size).toBe(3);
  });

  it.each([
    ["inline Map", { Type: "Map", ItemProcessor: { StartAt: "In", States: { In: all() } } }],
    ["Parallel", { Type: "Parallel", Branches: [{ StartAt: "In", States: { In: all() } }] }],
    [
      "Distributed Map",
      {
        Type: "Map",
        ItemProcessor: { ProcessorConfig: config, StartAt: "In", States: { In: all() } },
      },
    ],
  ])("runs within a state of type %s", async (type, outer) => {
    const definition = { StartAt: "Out", States: { Out: { ...outer, End: true } } };
    const input = type === "Parallel" ? [1, 2] : [[1, 2], [3]];
    const run = await runMachine({ definition, input });
    expect(run.output).toEqual(type === "Parallel" ? [input] : input);
    const labels = [...parseStateMachine(JSON.stringify(definition)).mapProcessors.keys()];
    expect(labels).toHaveLength(type === "Distributed Map" ? 2 : 1);
  });

  function all(): object {
    return { Type: "Map", ItemProcessor: processor(), End: true };
  }

  it("has children that wait for their task tokens", async () => {
    const waiting = `${resource}.waitForTaskToken`;
    const run = await runMachine({
      definition: alone({}, { Type: "Task", Resource: waiting, Parameters: { "n.$": "$" } }),
      input: [1, 2],
      tasks: {
        [waiting]: (parameters, { settle }) => {
          void settle({ output: parameters });
          return null;
        },
      },
    });
    expect(run.output).toEqual([{ n: 1 }, { n: 2 }]);
  });

  it("ends the execution when ItemSelector can't be applied to an item", async () => {
    const ItemSelector = { "name.$": "$$.Map.Item.Value.name" };
    const run = await runMachine({ definition: alone({ ItemSelector }), input: [{ name: 1 }, {}] });
    expect(run).toMatchObject({ status: "FAILED", error: "States.Runtime" });
    expect(run.cause).toContain("'$$.Map.Item.Value.name' specified for the field 'name.$'");
  });

  it("runs other map runs when the state is entered again", async () => {
    const invoker: TaskInvoker = { invoke: () => Promise.resolve(null) };
    const mapRuns = memoryMapRuns({ clock: fakeClock(0), random: () => 0.5, invoker });
    const again = { Variable: "$[0]", NumericLessThan: 2, Next: "All" };
    const run = await runMachine({
      definition: {
        StartAt: "All",
        States: {
          All: {
            Type: "Map",
            ItemProcessor: processor({
              Type: "Pass",
              Parameters: { "n.$": "States.MathAdd($, 1)" },
              OutputPath: "$.n",
            }),
            Next: "Again",
          },
          Again: { Type: "Choice", Choices: [again], Default: "Done" },
          Done: { Type: "Succeed" },
        },
      },
      input: [0, 5],
      mapRuns,
      random: () => 0.5,
    });
    expect(run.output).toEqual([2, 7]);
    expect(new Set(mapRuns.mapRunArns()).size).toBe(2);
  });
});

describe("a Distributed Map whose children fail", () => {
  const exceeded = {
    error: "States.ExceedToleratedFailureThreshold",
    cause: "The specified tolerated failure threshold was exceeded",
  };

  it("fails with the first of them unless failures are tolerated", async () => {
    const run = await runMachine({
      definition: alone({}, task),
      input: ["ok", "bad"],
      tasks: failing,
    });
    expect(run).toMatchObject({ status: "FAILED", ...exceeded });
    expect(outline(run.events).slice(3)).toEqual([
      "4<3 MapRunStarted",
      "5<4 MapRunFailed",
      "6<5 MapStateFailed",
      "7<6 ExecutionFailed",
    ]);
    expect(run.events[4]).toMatchObject({ mapRunFailedEventDetails: exceeded });
  });

  it.each([
    [{ ToleratedFailureCount: 1 }, "SUCCEEDED"],
    [{ ToleratedFailureCount: 0 }, "FAILED"],
    [{ ToleratedFailurePercentage: 50 }, "SUCCEEDED"],
    [{ ToleratedFailurePercentage: 49.9 }, "FAILED"],
    [{ ToleratedFailurePercentage: 100 }, "SUCCEEDED"],
    [{ ToleratedFailurePercentage: 0 }, "FAILED"],
    [{ ToleratedFailurePercentage: 100, ToleratedFailureCount: 0 }, "FAILED"],
    [{ ToleratedFailurePercentagePath: "$.half", ItemsPath: "$.items" }, "SUCCEEDED"],
    [{ ToleratedFailureCountPath: "$.one", ItemsPath: "$.items" }, "SUCCEEDED"],
  ])("tolerates as many as %j says", async (fields, status) => {
    const items = ["ok", "bad"];
    const input = "ItemsPath" in fields ? { items, half: "50.0", one: "1" } : items;
    const run = await runMachine({ definition: alone(fields, task), input, tasks: failing });
    expect(run.status).toBe(status);
  });

  it("tells of a child that failed and is tolerated where its output would stand", async () => {
    const run = await runMachine({
      definition: alone({ ToleratedFailureCount: 1 }, task),
      input: ["ok", "bad"],
      tasks: failing,
    });
    expect(run.output).toEqual([
      "ok",
      expect.objectContaining({
        Status: "FAILED",
        Error: "Bad",
        Cause: "no good",
        Input: '"bad"',
        ExecutionArn: expect.stringContaining(":execution:test/"),
      }),
    ]);
  });

  it.each([
    ["ToleratedFailureCountPath", {}, '"{}" which is not a valid integer: $.v'],
    ["ToleratedFailureCountPath", "many", '"many" which is not a valid integer: $.v'],
    ["ToleratedFailureCountPath", 1.5, '"1.5" which is not a valid integer: $.v'],
    ["ToleratedFailureCountPath", -1, "ToleratedFailureCount cannot be negative."],
    ["ToleratedFailurePercentagePath", [], '"[]" which is not a valid float: $.v'],
    ["ToleratedFailurePercentagePath", "most", '"most" which is not a valid float: $.v'],
    ["ToleratedFailurePercentagePath", 100.1, "must be between 0 and 100."],
    ["ToleratedFailurePercentagePath", -0.1, "must be between 0 and 100."],
  ])("fails after MapStateStarted when %s finds %j", async (field, v, cause) => {
    const definition = alone({ [field]: "$.v", ItemsPath: "$.items" });
    const run = await runMachine({ definition, input: { v, items: [1] } });
    expect(run).toMatchObject({ status: "FAILED", error: "States.Runtime" });
    expect(run.cause).toMatch(/^An error occurred while executing the state 'All' \(entered at/);
    expect(run.cause).toContain(cause);
    expect(outline(run.events).slice(1)).toEqual([
      "2<0 MapStateEntered",
      "3<2 MapStateStarted",
      "4<2 ExecutionFailed",
    ]);
  });

  it("starts another map run for each retry", async () => {
    let failures = 0;
    const run = await runMachine({
      definition: alone(
        { Retry: [{ ErrorEquals: ["States.ExceedToleratedFailureThreshold"] }] },
        task,
      ),
      input: ["a"],
      tasks: {
        [resource]: (input) => {
          failures += 1;
          if (failures === 1) throw new TaskFailedError("Bad", "once");
          return input;
        },
      },
    });
    expect(run).toMatchObject({ status: "SUCCEEDED", output: ["a"] });
    expect(run.events.map(({ type }) => type)).toEqual([
      "ExecutionStarted",
      "MapStateEntered",
      "MapStateStarted",
      "MapRunStarted",
      "MapRunFailed",
      "MapStateStarted",
      "MapRunStarted",
      "MapRunSucceeded",
      "MapStateSucceeded",
      "MapStateExited",
      "ExecutionSucceeded",
    ]);
  });

  it("can be caught", async () => {
    const Catch = [{ ErrorEquals: ["States.ALL"], Next: "Caught", ResultPath: "$.why" }];
    const run = await runMachine({
      definition: map({ Catch, ItemsPath: "$.items" }, task),
      input: { items: ["bad"] },
      tasks: failing,
    });
    const why = { Error: exceeded.error, Cause: exceeded.cause };
    expect(run).toMatchObject({ status: "SUCCEEDED", output: { items: ["bad"], why } });
    expect(outline(run.events).slice(4, 7)).toEqual([
      "5<4 MapRunFailed",
      "6<5 MapStateFailed",
      "7<6 MapStateExited",
    ]);
  });

  it("is aborted with its children when a state beside it fails", async () => {
    const clock = fakeClock(0);
    const aborted: Json[] = [];
    const run = await runMachine({
      definition: {
        StartAt: "Both",
        States: {
          Both: {
            Type: "Parallel",
            End: true,
            Branches: [alone({}, task), { StartAt: "No", States: { No: { ...task, End: true } } }],
          },
        },
      },
      input: ["a", "b"],
      clock,
      tasks: {
        [resource]: async (input, { signal, stateName }) => {
          if (stateName === "No") {
            await clock.sleep(1000);
            throw new TaskFailedError("Bad", "beside");
          }
          signal.addEventListener("abort", () => aborted.push(input));
          await clock.sleep(60_000);
          return null;
        },
      },
    });
    expect(run).toMatchObject({ status: "FAILED", error: "Bad" });
    const types = run.events.map(({ type }) => type);
    expect(types.slice(types.indexOf("MapStateAborted"))).toEqual([
      "MapStateAborted",
      "MapRunAborted",
      "TaskStateAborted",
      "ParallelStateFailed",
      "ExecutionFailed",
    ]);
    expect(aborted).toEqual(["a", "b"]);
  });

  it("fails when the outputs are more than Step Functions passes on", async () => {
    const run = await runMachine({ definition: alone(), input: ["x".repeat(200_000)] });
    expect(run.status).toBe("SUCCEEDED");
    const large = { large: "x".repeat(140_000) };
    const tooLarge = await runMachine({
      definition: alone({ ItemsPath: "$.items", ItemSelector: { "large.$": "$.large" } }),
      input: { items: [1, 2], ...large },
    });
    expect(tooLarge).toMatchObject({ status: "FAILED", error: "States.DataLimitExceeded" });
    expect(tooLarge.cause).toContain("'All' returned a result");
  });
});

describe("the definition of a Distributed Map", () => {
  it.each([
    [{ Label: "" }, "A Label has 1 to 40 characters"],
    [{ Label: "l".repeat(41) }, "A Label has 1 to 40 characters"],
    [{ Label: "a b" }, "A Label has no white space"],
    [{ Label: "a/b" }, "A Label has no white space"],
    [{ ToleratedFailureCount: -1 }, "Minimum value is 0"],
    [{ ToleratedFailurePercentage: 101 }, "Maximum value is 100.0"],
    [{ ToleratedFailureCount: 1, ToleratedFailureCountPath: "$.c" }, "There should only be one of"],
    [{ MaxConcurrency: 1, MaxConcurrencyPath: "$.c" }, "There should only be one of"],
    [{ ItemBatcher: {} }, "at least one of the following fields: [MaxItemsPerBatch,"],
    [{ ItemBatcher: { MaxItemsPerBatch: 0 } }, "Minimum value is 1"],
    [{ ItemBatcher: { MaxInputBytesPerBatch: 262_145 } }, "Maximum value is 262144"],
    [{ ItemReader: {} }, "These fields are required: [Resource, Parameters]"],
    [{ ResultWriter: {} }, "These fields are required: [Resource, Parameters]"],
    [{ Unknown: 1 }, "Field 'Unknown' is not supported"],
  ])("refuses %j", (fields, message) => {
    expect(faults(alone(fields)).join("\n")).toContain(message);
  });

  it.each([
    [{ InputType: "PARQUET" }, "The InputType 'PARQUET' is not supported by this engine"],
    [{ InputType: "MANIFEST" }, "The InputType 'MANIFEST' is not supported by this engine"],
    [{ InputType: "XML" }, "Value should be one of the following: [CSV, JSON, JSONL"],
    [{ InputType: "CSV" }, "These fields are required: [CSVHeaderLocation]"],
    [{ InputType: "CSV", CSVHeaderLocation: "GIVEN" }, "fields are required: [CSVHeaders]"],
    [
      { InputType: "CSV", CSVHeaderLocation: "FIRST_ROW", CSVDelimiter: ";" },
      "Value should be one of the following: [COMMA, PIPE, SEMICOLON, SPACE, TAB]",
    ],
    [{ InputType: "JSON", MaxItems: -1 }, "Minimum value is 0"],
    [{ InputType: "JSON", MaxItems: 100_000_001 }, "Maximum value is 100000000"],
    [{ InputType: "JSON", CSVDelimiter: "COMMA" }, "Field 'CSVDelimiter' is not supported"],
    [{ InputType: "JSON", ItemsPointer: "a.b" }, "An ItemsPointer has a '/' before each key"],
  ])("refuses the ReaderConfig %j", (ReaderConfig, message) => {
    const Resource = "arn:aws:states:::s3:getObject";
    const ItemReader = { Resource, Parameters: { Bucket: "b", Key: "k" }, ReaderConfig };
    expect(faults(alone({ ItemReader })).join("\n")).toContain(message);
  });

  it("refuses two Maps with one label, and an unknown ExecutionType", () => {
    const one = { ...alone({ Label: "One" }).States.All };
    const { End: _, ...first } = one;
    const States = {
      A: { ...first, Next: "B" },
      B: {
        ...one,
        ItemProcessor: {
          ProcessorConfig: { Mode: "DISTRIBUTED", ExecutionType: "FAST" },
          StartAt: "C",
          States: { C: { Type: "Succeed" } },
        },
      },
    };
    const found = faults({ StartAt: "A", States }).join("\n");
    expect(found).toContain("Duplicate Label: One");
    expect(found).toContain("Value should be one of the following: [STANDARD, EXPRESS]");
  });

  it("refuses in express children what express workflows can't wait for", () => {
    const express = { Mode: "DISTRIBUTED", ExecutionType: "EXPRESS" };
    const activity = "arn:aws:states:us-east-1:111111111111:activity:look";
    const Resource = "arn:aws:states:::states:startExecution.sync:2";
    const branch = { StartAt: "C", States: { C: { Type: "Task", Resource, End: true } } };
    const States = {
      A: { Type: "Task", Resource: activity, Next: "B" },
      B: { Type: "Parallel", Branches: [branch], Next: "D" },
      D: { ...task, Resource: `${resource}.waitForTaskToken`, Next: "M" },
      M: { Type: "Map", ItemProcessor: processor(), End: true },
    };
    const ItemProcessor = { ProcessorConfig: express, StartAt: "A", States };
    const inside = "/States/All/ItemProcessor/States";
    const found = faults(alone({ ItemProcessor }));
    expect(found.filter((text) => text.startsWith("Express"))).toEqual([
      `Express state machine does not support Activity at ${inside}/A/Resource`,
      `Express state machine does not support '.waitForTaskToken' service integration at ${inside}/D/Resource`,
      `Express state machine does not support Map in DISTRIBUTED mode at ${inside}/M/ItemProcessor/ProcessorConfig/Mode`,
      `Express state machine does not support '.sync' service integration at ${inside}/B/Branches[0]/States/C/Resource`,
    ]);
  });

  it("refuses in an inline Map what only a distributed one has", () => {
    const ItemProcessor = { StartAt: "A", States: { A: { Type: "Succeed" } } };
    for (const name of ["Label", "ItemReader", "ItemBatcher", "ResultWriter"]) {
      const found = faults(alone({ ItemProcessor, [name]: {} })).join("\n");
      expect(found).toContain(`Field '${name}' is not supported`);
    }
  });

  it("gives a Map without a Label the same label each time", () => {
    const labels = () => [...parseStateMachine(JSON.stringify(alone())).mapProcessors.keys()];
    expect(labels()).toEqual(labels());
  });
});
