import { describe, expect, it } from "vitest";
import { parseStateMachine } from "./definition/parse-state-machine.ts";
import { type Execution, type ExecutionOptions, startExecution } from "./execution.ts";
import { outline } from "./testing/history.ts";
import { fakeClock, runMachine } from "./testing/index.ts";
import type { HistoryEvent } from "./types.ts";

const task = "arn:aws:states:::lambda:invoke";

const wait = { StartAt: "W", States: { W: { Type: "Wait", Seconds: 60, End: true } } };
const work = {
  StartAt: "T",
  States: { T: { Type: "Task", Resource: task, End: true } },
};

/** Lets all that can happen by itself happen. */
const settled = () => new Promise<void>((resolve) => setImmediate(resolve));

function start(definition: object, options: Partial<ExecutionOptions> = {}) {
  const events: HistoryEvent[] = [];
  const clock = fakeClock(0);
  const execution = startExecution({
    machine: parseStateMachine(JSON.stringify(definition)),
    stateMachineArn: "arn:aws:states:us-east-1:111111111111:stateMachine:m",
    executionArn: "arn:aws:states:us-east-1:111111111111:execution:m:e",
    name: "e",
    roleArn: "role",
    input: '{ "a": 1 }',
    clock,
    random: () => 0.5,
    invoker: { invoke: async () => null },
    journal: { append: (_, batch) => void events.push(...batch) },
    history: [],
    ...options,
  });
  return { execution, events, clock };
}

const isDone = async (execution: Execution): Promise<boolean> => {
  let done = false;
  void execution.done.then(() => {
    done = true;
  });
  await settled();
  return done;
};

describe("an execution", () => {
  it("tells how it has ended, with its input as it was given", async () => {
    const { execution, events } = start(work);
    expect(await execution.done).toEqual({
      executionArn: "arn:aws:states:us-east-1:111111111111:execution:m:e",
      stateMachineArn: "arn:aws:states:us-east-1:111111111111:stateMachine:m",
      name: "e",
      status: "SUCCEEDED",
      startDate: 0,
      stopDate: 0,
      input: '{ "a": 1 }',
      output: "null",
    });
    expect(events[0]).toEqual({
      id: 1,
      previousEventId: 0,
      timestamp: 0,
      type: "ExecutionStarted",
      executionStartedEventDetails: {
        input: '{ "a": 1 }',
        inputDetails: { truncated: false },
        roleArn: "role",
      },
    });
  });

  it("takes no input that is no JSON", () => {
    expect(() => start(work, { input: "{" })).toThrow(SyntaxError);
  });

  it("writes events that have no effect between them in one call, and each before its effect", async () => {
    const log: string[] = [];
    const { execution } = start(
      {
        StartAt: "A",
        States: {
          A: { Type: "Pass", Next: "T" },
          T: { Type: "Task", Resource: task, Next: "B" },
          B: { Type: "Pass", End: true },
        },
      },
      {
        journal: {
          async append(_, batch) {
            log.push(`write ${batch.map(({ id }) => id)}`);
            await settled();
            log.push("written");
          },
        },
        invoker: {
          async invoke({ onStarted }) {
            log.push("invoke");
            onStarted();
            await settled();
            await settled();
            return null;
          },
        },
      },
    );
    await execution.done;
    log.push("done");
    expect(log).toEqual([
      "write 1,2,3,4,5",
      "written",
      "invoke",
      "write 6",
      "written",
      "write 7,8,9,10,11",
      "written",
      "done",
    ]);
  });

  it("works on what comes while the journal writes after it has written", async () => {
    const writes: number[][] = [];
    const branch = (name: string) => ({
      StartAt: name,
      States: { [name]: { Type: "Task", Resource: task, End: true } },
    });
    const { execution } = start(
      {
        StartAt: "P",
        States: { P: { Type: "Parallel", Branches: ["A", "B", "C"].map(branch), End: true } },
      },
      {
        journal: {
          async append(_, batch) {
            writes.push(batch.map(({ id }) => id));
            await settled();
          },
        },
      },
    );
    expect(await execution.done).toMatchObject({ status: "SUCCEEDED" });
    expect(writes).toHaveLength(2);
  });

  it("doesn't keep more than a thousand events back", async () => {
    const sizes: number[] = [];
    const { execution } = start(
      {
        StartAt: "Init",
        States: {
          Init: { Type: "Pass", Result: { n: 500 }, Next: "Count" },
          Count: { Type: "Pass", Parameters: { "n.$": "States.MathAdd($.n, -1)" }, Next: "Check" },
          Check: {
            Type: "Choice",
            Choices: [{ Variable: "$.n", NumericGreaterThan: 0, Next: "Count" }],
            Default: "Done",
          },
          Done: { Type: "Succeed" },
        },
      },
      { journal: { append: (_, batch) => void sizes.push(batch.length) } },
    );
    await execution.done;
    expect(sizes.reduce((sum, size) => sum + size)).toBe(2006);
    expect(Math.max(...sizes)).toBeLessThanOrEqual(1001);
  });

  it.each<[string, () => Promise<void>]>([
    ["rejects", () => Promise.reject(new Error("disk full"))],
    [
      "throws",
      () => {
        throw new Error("disk full");
      },
    ],
  ])("ends without an outcome, and runs nothing, when the journal %s", async (_, append) => {
    let invoked = 0;
    const invoke = async () => {
      invoked += 1;
      return null;
    };
    const { execution } = start(work, { journal: { append }, invoker: { invoke } });
    await expect(execution.done).rejects.toThrow("disk full");
    expect(invoked).toBe(0);
  });

  it("ends with the event number 25,000 when its history gets too long", async () => {
    const run = await runMachine({
      definition: {
        StartAt: "A",
        States: {
          A: { Type: "Pass", Next: "B" },
          B: {
            Type: "Choice",
            Choices: [{ Variable: "$", IsNull: true, Next: "C" }],
            Default: "A",
          },
          C: { Type: "Succeed" },
        },
      },
    });
    expect(run).toMatchObject({
      status: "FAILED",
      error: "States.Runtime",
      cause: "The execution reached the maximum number of history events (25000).",
    });
    expect(run.events).toHaveLength(25_000);
    expect(run.events.at(-1)).toMatchObject({ id: 25_000, previousEventId: 24_999 });
  });
});

describe("TimeoutSeconds of the machine", () => {
  it("ends the execution, and the task that it waits for", async () => {
    let aborted = false;
    const run = await runMachine({
      definition: { ...work, TimeoutSeconds: 5 },
      clock: fakeClock(0),
      tasks: {
        [task]: (_, { signal }) => {
          signal.addEventListener("abort", () => {
            aborted = true;
          });
          return new Promise(() => {});
        },
      },
    });
    expect(run.status).toBe("TIMED_OUT");
    expect(aborted).toBe(true);
    expect(run.events.at(-1)).toEqual({
      id: 5,
      previousEventId: 4,
      timestamp: 5000,
      type: "ExecutionTimedOut",
      executionTimedOutEventDetails: {},
    });
  });

  it("leaves no timer behind when the execution ends in time", async () => {
    const clock = fakeClock(0);
    await runMachine({
      definition: { ...work, TimeoutSeconds: 5 },
      clock,
      tasks: { [task]: () => null },
    });
    expect(await clock.advanceToNext()).toBe(false);
  });
});

describe("stop", () => {
  it("aborts the execution with the error and the cause that it was given", async () => {
    const { execution, events, clock } = start(wait);
    await clock.advance(10_000);
    execution.stop({ error: "Mine", cause: "enough" });
    execution.stop({ error: "Other" });
    expect(await execution.done).toMatchObject({
      status: "ABORTED",
      error: "Mine",
      cause: "enough",
      stopDate: 10_000,
    });
    expect(events.at(-1)).toMatchObject({
      type: "ExecutionAborted",
      executionAbortedEventDetails: { error: "Mine", cause: "enough" },
    });
    expect(await clock.advanceToNext()).toBe(false);
  });

  it("starts nothing any more when it comes while the journal writes", async () => {
    let written: () => void = () => {};
    let invoked = false;
    const { execution } = start(work, {
      journal: {
        append: () =>
          new Promise<void>((resolve) => {
            written = resolve;
          }),
      },
      invoker: {
        async invoke() {
          invoked = true;
          return null;
        },
      },
    });
    await settled();
    execution.stop();
    written();
    await settled();
    written();
    expect(await execution.done).toMatchObject({ status: "ABORTED" });
    expect(invoked).toBe(false);
  });

  it("changes nothing after the end", async () => {
    const { execution, events } = start(work);
    await execution.done;
    execution.stop();
    await settled();
    expect(await execution.done).toMatchObject({ status: "SUCCEEDED" });
    expect(events.at(-1)?.type).toBe("ExecutionSucceeded");
  });
});

describe("suspend", () => {
  it("ends tasks and timers without an event; the execution can be resumed later", async () => {
    const first = start({ ...wait, TimeoutSeconds: 100 });
    await first.clock.advance(10_000);
    first.execution.suspend();
    expect(await first.clock.advanceToNext()).toBe(false);
    expect(await isDone(first.execution)).toBe(false);

    const second = start({ ...wait, TimeoutSeconds: 100 }, { history: first.events });
    await second.clock.advance(59_999);
    expect(await isDone(second.execution)).toBe(false);
    await second.clock.advance(1);
    expect(await second.execution.done).toMatchObject({ status: "SUCCEEDED", stopDate: 60_000 });
    expect(outline(second.events)).toEqual(["3<2 WaitStateExited", "4<3 ExecutionSucceeded"]);
  });
});

describe("a task that starts and ends while the journal is being written", () => {
  it("has its result told after its start, and none of both is lost", async () => {
    const branch = (name: string) => ({
      StartAt: name,
      States: { [name]: { Type: "Task", Resource: task, TimeoutSeconds: 130, End: true } },
    });
    const definition = {
      StartAt: "P",
      States: { P: { Type: "Parallel", Branches: [branch("A"), branch("B")], End: true } },
    };
    const starts = new Map<string, () => void>();
    const results = new Map<string, () => void>();
    const events: HistoryEvent[] = [];
    let written: (() => void) | undefined;
    const { execution } = start(definition, {
      invoker: {
        invoke: ({ stateName, onStarted }) => {
          starts.set(stateName, onStarted);
          return new Promise((resolve) => results.set(stateName, () => resolve(stateName)));
        },
      },
      journal: {
        append: async (_, batch) => {
          events.push(...batch);
          if (starts.size === 2) await new Promise<void>((resolve) => (written = resolve));
        },
      },
    });
    await settled();

    starts.get("A")?.();
    await settled();
    // The start of A is being written: what comes now has to wait.
    starts.get("B")?.();
    results.get("B")?.();
    results.get("A")?.();
    for (let writes = 0; writes < 5; writes++) {
      await settled();
      written?.();
    }

    expect(await isDone(execution)).toBe(true);
    expect(await execution.done).toMatchObject({ status: "SUCCEEDED", output: '["A","B"]' });
    expect(events.filter(({ type }) => type === "TaskStarted")).toHaveLength(2);
  });
});
