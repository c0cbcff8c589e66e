import { describe, expect, it } from "vitest";
import { outline } from "../testing/history.ts";
import { fakeClock, type MachineRun, runMachine } from "../testing/index.ts";
import { settled } from "../testing/settled.ts";
import { type StartOptions, startMachine } from "../testing/start-machine.ts";
import { type HistoryEvent, type Json, TaskFailedError } from "../types.ts";

const resource = "arn:aws:states:::lambda:invoke";

const task = (name: string, fields: object = {}) => ({
  [name]: { Type: "Task", Resource: resource, ...fields },
});

/** Tasks of which some fail, by the names of their states; `calls` has each that was run. */
function world(failing: ReadonlySet<string>) {
  const calls: string[] = [];
  const run = (_: Json, { stateName, retryCount }: { stateName: string; retryCount: number }) => {
    calls.push(`${stateName} ${retryCount}`);
    if (failing.has(stateName)) throw new TaskFailedError("Broken", stateName);
    return stateName;
  };
  return { calls, tasks: { [resource]: run } };
}

/** Runs a machine to its failure, and redrives it in a world where the states in `still` fail. */
async function redriven(
  definition: object,
  failing: readonly string[],
  options: { still?: readonly string[]; start?: Partial<StartOptions>; at?: number } = {},
) {
  const { still = [], at = 60_000 } = options;
  const first = await runMachine({
    definition,
    clock: fakeClock(0),
    ...world(new Set(failing)),
    ...options.start,
  });
  const { calls, tasks } = world(new Set(still));
  const run = await runMachine({
    definition,
    clock: fakeClock(at),
    tasks,
    ...options.start,
    history: first.events,
    redrive: true,
  });
  expect(run.events.slice(0, first.events.length)).toEqual(first.events);
  return { first, run, calls, added: outline(run.events.slice(first.events.length)) };
}

/** What a process makes of each beginning of the history is that history again. */
async function checkReplays(definition: object, { events }: MachineRun, from: number) {
  for (let length = from; length < events.length; length += 1) {
    const { tasks } = world(new Set());
    const again = await runMachine({
      definition,
      clock: fakeClock(events.at(-1)?.timestamp),
      tasks,
      history: events.slice(0, length),
    });
    expect(outline(again.events), `resumed after event ${length}`).toEqual(outline(events));
  }
}

describe("a redriven execution", () => {
  const twoTasks = {
    StartAt: "A",
    States: {
      ...task("A", { Next: "B" }),
      ...task("B", { Next: "C" }),
      ...task("C", { End: true }),
    },
  };

  it("goes on with the state that failed, without entering it again", async () => {
    const { first, run, calls, added } = await redriven(twoTasks, ["B"]);
    expect(first).toMatchObject({ status: "FAILED", error: "Broken" });
    expect(run).toMatchObject({ status: "SUCCEEDED", output: "C" });
    expect(calls).toEqual(["B 0", "C 0"]);
    const { length } = first.events;
    expect(added).toEqual([
      `${length + 1}<${length} ExecutionRedriven`,
      `${length + 2}<${length + 1} TaskScheduled`,
      `${length + 3}<${length + 2} TaskStarted`,
      `${length + 4}<${length + 3} TaskSucceeded`,
      `${length + 5}<${length + 4} TaskStateExited`,
      `${length + 6}<${length + 5} TaskStateEntered`,
      `${length + 7}<${length + 6} TaskScheduled`,
      `${length + 8}<${length + 7} TaskStarted`,
      `${length + 9}<${length + 8} TaskSucceeded`,
      `${length + 10}<${length + 9} TaskStateExited`,
      `${length + 11}<${length + 10} ExecutionSucceeded`,
    ]);
    expect(run.events[length]).toMatchObject({
      timestamp: 60_000,
      executionRedrivenEventDetails: { redriveCount: 1 },
    });
    await checkReplays(twoTasks, run, length + 1);
  });

  it("can fail and be redriven again, and counts how often", async () => {
    const { run } = await redriven(twoTasks, ["B"], { still: ["C"] });
    expect(run).toMatchObject({ status: "FAILED", cause: "C" });
    const { calls, tasks } = world(new Set());
    const again = await runMachine({
      definition: twoTasks,
      clock: fakeClock(90_000),
      tasks,
      history: run.events,
      redrive: true,
    });
    expect(again.status).toBe("SUCCEEDED");
    expect(calls).toEqual(["C 0"]);
    const redrives = again.events.filter(({ type }) => type === "ExecutionRedriven");
    expect(redrives.map((event) => event.executionRedrivenEventDetails)).toEqual([
      { redriveCount: 1 },
      { redriveCount: 2 },
    ]);
    await checkReplays(twoTasks, again, run.events.length + 1);
  });

  it("tells its states how often and when it was redriven", async () => {
    const definition = {
      StartAt: "A",
      States: {
        ...task("A", {
          ResultSelector: {
            "n.$": "$$.Execution.RedriveCount",
            "at.$": "$$.Execution.RedriveTime",
          },
          Next: "B",
        }),
        B: { Type: "Pass", End: true },
      },
    };
    const { run } = await redriven(definition, ["A"]);
    expect(run.output).toEqual({ n: 1, at: "1970-01-01T00:01:00.000Z" });
  });

  it("has all its retries again", async () => {
    const Retry = [{ ErrorEquals: ["Broken"], IntervalSeconds: 1, MaxAttempts: 2 }];
    const definition = { StartAt: "A", States: task("A", { Retry, End: true }) };
    const { run, calls } = await redriven(definition, ["A"], { still: ["A"] });
    expect(run.status).toBe("FAILED");
    expect(calls).toEqual(["A 0", "A 1", "A 2"]);
  });

  it("runs only the branches again that did not succeed, from where they stood", async () => {
    const branch = (name: string) => ({
      StartAt: `${name}1`,
      States: { ...task(`${name}1`, { Next: `${name}2` }), ...task(`${name}2`, { End: true }) },
    });
    const definition = {
      StartAt: "All",
      States: {
        All: { Type: "Parallel", Branches: ["A", "B", "C"].map(branch), Next: "End" },
        ...task("End", { End: true }),
      },
    };
    const { run, calls } = await redriven(definition, ["B2"]);
    expect(run).toMatchObject({ status: "SUCCEEDED", output: "End" });
    expect(calls).toEqual(["B2 0", "End 0"]);
    const exited = run.events.filter(({ type }) => type === "ParallelStateExited");
    expect(exited).toMatchObject([{ stateExitedEventDetails: { output: '["A2","B2","C2"]' } }]);
    expect(run.events.filter(({ type }) => type === "ParallelStateEntered")).toHaveLength(1);
  });

  it("runs only the iterations again that did not succeed, and those that had not begun", async () => {
    const processor = { StartAt: "I", States: task("I", { End: true }) };
    const definition = {
      StartAt: "Each",
      States: {
        Each: { Type: "Map", MaxConcurrency: 1, ItemProcessor: processor, End: true },
      },
    };
    const items = ["a", "b", "c", "d"];
    const done: Json[] = [];
    let failing = true;
    const options = {
      input: items,
      tasks: {
        [resource]: (item: Json) => {
          done.push(item);
          if (failing && item === "c") throw new TaskFailedError("Broken", "c");
          return `${item}!`;
        },
      },
    };
    const first = await runMachine({ definition, clock: fakeClock(0), ...options });
    expect(first.status).toBe("FAILED");
    failing = false;
    done.length = 0;
    const run = await runMachine({
      definition,
      clock: fakeClock(0),
      ...options,
      history: first.events,
      redrive: true,
    });
    expect(done).toEqual(["c", "d"]);
    expect(run.output).toEqual(["a!", "b!", "c!", "d!"]);
    for (let length = first.events.length + 1; length < run.events.length; length += 1) {
      const history = run.events.slice(0, length);
      const again = await runMachine({ definition, clock: fakeClock(0), ...options, history });
      expect(outline(again.events)).toEqual(outline(run.events));
    }
  });

  it("begins a Parallel anew whose results were too large", async () => {
    const large = "x".repeat(200_000);
    let text = large;
    const definition = {
      StartAt: "Both",
      States: {
        Both: {
          Type: "Parallel",
          Branches: ["A", "B"].map((name) => ({
            StartAt: name,
            States: task(name, { End: true }),
          })),
          End: true,
        },
      },
    };
    const tasks = { [resource]: () => text };
    const first = await runMachine({ definition, tasks });
    expect(first).toMatchObject({ status: "FAILED", error: "States.DataLimitExceeded" });
    text = "small";
    const run = await runMachine({ definition, tasks, history: first.events, redrive: true });
    expect(run.output).toEqual(["small", "small"]);
    expect(run.events.filter(({ type }) => type === "ParallelStateStarted")).toHaveLength(2);
  });

  it.each<[string, object, object]>([
    ["Fail", { Type: "Fail", Error: "E", Cause: "c" }, { error: "E", cause: "c" }],
    [
      "Choice",
      {
        Type: "Choice",
        Choices: [{ Variable: "$.none", NumericEquals: 1, Next: "S" }],
        Default: "S",
      },
      { error: "States.Runtime" },
    ],
    ["Pass", { Type: "Pass", InputPath: "$.none", End: true }, { error: "States.Runtime" }],
  ])("evaluates a %s that failed again", async (_, state, end) => {
    const definition = { StartAt: "X", States: { X: state, S: { Type: "Succeed" } } };
    const reachable = "Choices" in state ? definition : { StartAt: "X", States: { X: state } };
    const { run, added, first } = await redriven(reachable, []);
    const { length } = first.events;
    expect(run).toMatchObject({ status: "FAILED", ...end });
    expect(added).toEqual([
      `${length + 1}<${length} ExecutionRedriven`,
      `${length + 2}<${length + 1} ExecutionFailed`,
    ]);
  });

  it("runs on from where it was stopped or ran out of time, and has its whole time again", async () => {
    const definition = {
      StartAt: "A",
      TimeoutSeconds: 100,
      States: {
        ...task("A", { Next: "W" }),
        W: { Type: "Wait", Seconds: 90, Next: "B" },
        ...task("B", { End: true }),
      },
    };
    const { tasks } = world(new Set());
    const { execution, events, clock } = startMachine({ definition, tasks, clock: fakeClock(0) });
    await clock.advance(50_000);
    execution.stop({ error: "Mine" });
    await execution.done;
    expect(outline(events).slice(-2)).toEqual(["7<6 WaitStateEntered", "8<7 ExecutionAborted"]);
    const { calls, tasks: later } = world(new Set());
    const run = await runMachine({
      definition,
      tasks: later,
      clock: fakeClock(200_000),
      history: events,
      redrive: true,
    });
    expect(run).toMatchObject({ status: "SUCCEEDED", output: "B" });
    expect(calls).toEqual(["B 0"]);
    expect(outline(run.events).slice(8, 10)).toEqual([
      "9<8 ExecutionRedriven",
      "10<9 WaitStateExited",
    ]);
    expect(run.events[9]?.timestamp).toBe(290_000);
    for (let length = 9; length < run.events.length; length += 1) {
      const again = await runMachine({
        definition,
        ...world(new Set()),
        clock: fakeClock(200_000),
        history: run.events.slice(0, length),
      });
      expect(again).toEqual(run);
    }
  });

  it("stopped with branches at work runs each on from its own state", async () => {
    const branch = (name: string, Seconds: number) => ({
      StartAt: `W${name}`,
      States: { [`W${name}`]: { Type: "Wait", Seconds, Next: name }, ...task(name, { End: true }) },
    });
    const definition = {
      StartAt: "Both",
      States: {
        Both: { Type: "Parallel", Branches: [branch("A", 5), branch("B", 10)], End: true },
      },
    };
    const { execution, events, clock } = startMachine({
      definition,
      ...world(new Set()),
      clock: fakeClock(0),
    });
    await clock.advance(7000);
    execution.stop();
    await execution.done;
    const { calls, tasks } = world(new Set());
    const run = await runMachine({
      definition,
      tasks,
      clock: fakeClock(20_000),
      history: events,
      redrive: true,
    });
    expect(run.output).toEqual(["A", "B"]);
    expect(calls).toEqual(["B 0"]);
    expect(run.events.at(-1)?.timestamp).toBe(30_000);
  });

  it("gives a task that is run again another token", async () => {
    const ask = "arn:aws:states:::sqs:sendMessage.waitForTaskToken";
    const definition = { StartAt: "T", States: { T: { Type: "Task", Resource: ask, End: true } } };
    const tokens: string[] = [];
    const tasks = {
      [ask]: (_: Json, { taskToken = "" }: { taskToken?: string }) => {
        tokens.push(taskToken);
        return null;
      },
    };
    const first = startMachine({ definition, tasks });
    await settled();
    await first.execution.settleTask(tokens[0] ?? "", { error: "Broken" });
    await first.execution.done;
    const history: HistoryEvent[] = [...first.events];
    const { execution } = startMachine({ definition, tasks, history, redrive: true });
    await settled();
    expect(new Set(tokens).size).toBe(2);
    expect(await execution.settleTask(tokens[0] ?? "", { output: 1 })).toBe(false);
    expect(await execution.settleTask(tokens[1] ?? "", { output: 2 })).toBe(true);
    expect((await execution.done).output).toBe("2");
  });

  it("must have ended, and not have succeeded", async () => {
    const definition = { StartAt: "P", States: { P: { Type: "Pass", End: true } } };
    const { events } = await runMachine({ definition });
    expect(() => startMachine({ definition, history: events, redrive: true })).toThrow(RangeError);
    expect(() => startMachine({ definition, history: events.slice(0, 2), redrive: true })).toThrow(
      RangeError,
    );
    expect(() => startMachine({ definition, redrive: true })).toThrow(RangeError);
  });
});
