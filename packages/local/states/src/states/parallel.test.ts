import { describe, expect, it } from "vitest";
import { outline } from "../testing/history.ts";
import { fakeClock, runMachine } from "../testing/index.ts";
import { type Json, TaskFailedError } from "../types.ts";

const task = "arn:aws:states:::lambda:invoke";

const branch = (name: string, state: object) => ({
  StartAt: name,
  States: { [name]: { End: true, ...state } },
});

const parallel = (branches: object[], fields: object = {}) => ({
  StartAt: "P",
  States: {
    P: { Type: "Parallel", Branches: branches, End: true, ...fields },
    ...(JSON.stringify(fields).includes('"Caught"') ? { Caught: { Type: "Pass", End: true } } : {}),
  },
});

const fail = { StartAt: "F", States: { F: { Type: "Fail", Error: "E", Cause: "c" } } };

describe("a Parallel", () => {
  it("gives its input to each branch and their outputs in the branches' order", async () => {
    const clock = fakeClock(0);
    const run = await runMachine({
      definition: parallel(
        [
          branch("Slow", { Type: "Wait", Seconds: 9 }),
          branch("Quick", { Type: "Pass", Result: 0 }),
          branch("Task", { Type: "Task", Resource: task }),
        ],
        { Parameters: { "v.$": "$.a" } },
      ),
      input: { a: 1 },
      clock,
      tasks: { [task]: () => null },
    });
    expect(run.output).toEqual([{ v: 1 }, 0, null]);
    expect(outline(run.events)).toEqual([
      "1<0 ExecutionStarted",
      "2<0 ParallelStateEntered",
      "3<2 ParallelStateStarted",
      "4<3 WaitStateEntered",
      "5<3 PassStateEntered",
      "6<5 PassStateExited",
      "7<3 TaskStateEntered",
      "8<7 TaskScheduled",
      "9<8 TaskStarted",
      "10<9 TaskSucceeded",
      "11<10 TaskStateExited",
      "12<4 WaitStateExited",
      "13<12 ParallelStateSucceeded",
      "14<12 ParallelStateExited",
      "15<14 ExecutionSucceeded",
    ]);
  });

  it("fails once when branches fail in the same moment, and goes on where it is caught", async () => {
    const run = await runMachine({
      definition: {
        StartAt: "P",
        States: {
          P: {
            Type: "Parallel",
            Branches: ["A", "B"].map((name) => branch(name, { Type: "Task", Resource: task })),
            Catch: [{ ErrorEquals: ["States.ALL"], Next: "Q" }],
            End: true,
          },
          Q: {
            Type: "Parallel",
            Branches: [branch("W", { Type: "Wait", Seconds: 1 })],
            End: true,
          },
        },
      },
      tasks: { [task]: () => Promise.reject(new TaskFailedError("E", "c")) },
    });
    expect(run).toMatchObject({ status: "SUCCEEDED" });
    expect(run.events.filter(({ type }) => type === "ParallelStateFailed")).toHaveLength(1);
  });

  it("fails with the first branch that fails, and ends the others where they stand", async () => {
    const clock = fakeClock(0);
    const aborted: string[] = [];
    const run = await runMachine({
      definition: parallel([
        branch("Waits", { Type: "Wait", Seconds: 9 }),
        branch("Works", { Type: "Task", Resource: task }),
        branch("Inner", {
          Type: "Parallel",
          Branches: [branch("Deep", { Type: "Wait", Seconds: 9 })],
        }),
        branch("Fails", { Type: "Task", Resource: task, Parameters: { fail: true } }),
      ]),
      clock,
      tasks: {
        [task]: async (parameters: Json, { signal, stateName }) => {
          signal.addEventListener("abort", () => aborted.push(stateName));
          await clock.sleep(1000);
          if (stateName === "Fails") throw new TaskFailedError("E", "c");
          return clock.sleep(99_000).then(() => parameters);
        },
      },
    });
    expect(run).toMatchObject({ status: "FAILED", error: "E", cause: "c" });
    expect(clock.now()).toBe(1000);
    expect(aborted).toEqual(["Works"]);
    expect(outline(run.events).slice(-9)).toEqual([
      "13<10 TaskStarted",
      "14<13 TaskFailed",
      "15<14 WaitStateAborted",
      "16<14 TaskStateAborted",
      "17<14 ParallelStateAborted",
      "18<14 WaitStateAborted",
      "19<14 TaskStateAborted",
      "20<14 ParallelStateFailed",
      "21<20 ExecutionFailed",
    ]);
  });

  it("can catch what a branch has failed with", async () => {
    const run = await runMachine({
      definition: parallel([fail], {
        Catch: [{ ErrorEquals: ["E"], ResultPath: "$.failure", Next: "Caught" }],
      }),
    });
    expect(run.output).toEqual({ failure: { Error: "E", Cause: "c" } });
    expect(outline(run.events).slice(2, 7)).toEqual([
      "3<2 ParallelStateStarted",
      "4<3 FailStateEntered",
      "5<4 ParallelStateFailed",
      "6<5 ParallelStateExited",
      "7<6 PassStateEntered",
    ]);
  });

  it("starts all branches again when it is retried", async () => {
    const clock = fakeClock(0);
    const run = await runMachine({
      definition: parallel([fail], { Retry: [{ ErrorEquals: ["States.ALL"], MaxAttempts: 2 }] }),
      clock,
    });
    expect(clock.now()).toBe(3000);
    expect(outline(run.events).slice(2)).toEqual([
      "3<2 ParallelStateStarted",
      "4<3 FailStateEntered",
      "5<4 ParallelStateStarted",
      "6<5 FailStateEntered",
      "7<6 ParallelStateStarted",
      "8<7 FailStateEntered",
      "9<8 ParallelStateFailed",
      "10<9 ExecutionFailed",
    ]);
  });

  it("gives an error without a name or a cause as nulls", async () => {
    const nameless = { StartAt: "F", States: { F: { Type: "Fail" } } };
    const run = await runMachine({
      definition: parallel([nameless], {
        Catch: [{ ErrorEquals: ["States.ALL"], Next: "Caught" }],
      }),
    });
    expect(run.output).toEqual({ Error: null, Cause: null });
  });

  it("ends the whole execution at once for States.Runtime in a branch, which it can't catch", async () => {
    const run = await runMachine({
      definition: parallel([branch("B", { Type: "Pass", InputPath: "$.nope" })], {
        Catch: [{ ErrorEquals: ["States.ALL"], Next: "Caught" }],
      }),
    });
    expect(outline(run.events).slice(3)).toEqual(["4<3 PassStateEntered", "5<4 ExecutionFailed"]);
    expect(run.cause).toContain("the state 'B' (entered at the event id #4)");
  });

  it("names itself when its own fields fail after the branches have succeeded", async () => {
    const run = await runMachine({
      definition: parallel([branch("B", { Type: "Pass" })], {
        ResultSelector: { "m.$": "$.nope" },
      }),
      input: { x: "a" },
    });
    expect(outline(run.events).slice(4)).toEqual([
      "5<4 PassStateExited",
      "6<5 ParallelStateSucceeded",
      "7<6 ExecutionFailed",
    ]);
    expect(run.cause).toBe(
      "An error occurred while executing the state 'P' (entered at the event id #2). " +
        `The JSONPath '$.nope' specified for the field 'm.$' could not be found in the input '[{"x":"a"}]'`,
    );
  });
});
