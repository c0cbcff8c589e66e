import { describe, expect, it } from "vitest";
import { outline } from "../testing/history.ts";
import { fakeClock, runMachine, type TestInvocation } from "../testing/index.ts";
import { settled } from "../testing/settled.ts";
import { type StartOptions, startMachine } from "../testing/start-machine.ts";
import { type HistoryEvent, type Json, TaskFailedError, type TaskOutcome } from "../types.ts";

const ask = "arn:aws:states:::sqs:sendMessage";
const resource = `${ask}.waitForTaskToken`;

const machine = (fields: object = {}) => ({
  StartAt: "Ask",
  States: {
    Ask: {
      Type: "Task",
      Resource: resource,
      Parameters: { "Token.$": "$$.Task.Token" },
      End: true,
      ...fields,
    },
  },
});

/** An execution whose call has been answered, with the tokens that were given away. */
async function waiting(fields: object = {}, options: Partial<StartOptions> = {}) {
  const tokens: string[] = [];
  const started = startMachine({
    definition: machine(fields),
    clock: fakeClock(0),
    tasks: {
      [resource]: (parameters, { taskToken }) => {
        tokens.push(taskToken ?? "");
        expect(parameters).toEqual({ Token: taskToken });
        return { MessageId: "m" };
      },
    },
    ...options,
  });
  await settled();
  return { ...started, tokens, token: tokens[0] ?? "" };
}

const types = (events: readonly HistoryEvent[]): string[] => events.map(({ type }) => type);

describe("a Task that waits for its token", () => {
  it("takes the result that comes by its token, after the answer of its call", async () => {
    const { execution, events, token } = await waiting();
    expect(types(events).at(-1)).toBe("TaskSubmitted");
    expect(await execution.settleTask(token, { output: ["cat"] })).toBe(true);
    expect(await execution.done).toMatchObject({ status: "SUCCEEDED", output: '["cat"]' });
    expect(outline(events)).toEqual([
      "1<0 ExecutionStarted",
      "2<0 TaskStateEntered",
      "3<2 TaskScheduled",
      "4<3 TaskStarted",
      "5<4 TaskSubmitted",
      "6<5 TaskSucceeded",
      "7<6 TaskStateExited",
      "8<7 ExecutionSucceeded",
    ]);
    const names = { resourceType: "sqs", resource: "sendMessage.waitForTaskToken" };
    expect(events[4]?.taskSubmittedEventDetails).toEqual({
      ...names,
      output: '{"MessageId":"m"}',
      outputDetails: { truncated: false },
    });
    expect(events[5]?.taskSucceededEventDetails).toEqual({
      ...names,
      output: '["cat"]',
      outputDetails: { truncated: false },
    });
  });

  it("is usable in a test of ten lines", async () => {
    const clock = fakeClock(0);
    const run = await runMachine({
      definition: machine(),
      clock,
      tasks: {
        [resource]: (_, { settle }) => {
          void clock.sleep(3_600_000).then(() => settle({ output: "an hour later" }));
          return null;
        },
      },
    });
    expect(run).toMatchObject({ status: "SUCCEEDED", output: "an hour later" });
    expect(clock.now()).toBe(3_600_000);
  });

  it.each<[string, TaskOutcome, object]>([
    ["a name and a cause", { error: "No", cause: "why" }, { Error: "No", Cause: "why" }],
    ["neither", {}, { Error: null, Cause: null }],
  ])("fails with %s", async (_, outcome, output) => {
    const { execution, events, token } = await waiting(
      {
        Catch: [{ ErrorEquals: ["States.TaskFailed"], Next: "Caught" }],
      },
      { definition: withCaught() },
    );
    expect(await execution.settleTask(token, outcome)).toBe(true);
    expect(JSON.parse((await execution.done).output ?? "")).toEqual(output);
    expect(events[5]).toMatchObject({
      type: "TaskFailed",
      taskFailedEventDetails: { resource: "sendMessage.waitForTaskToken", ...outcome },
    });
  });

  it("keeps a result that comes before the answer of its call, and takes it after", async () => {
    const answer = Promise.withResolvers<Json>();
    let token = "";
    const { execution, events } = await waiting(
      {},
      {
        tasks: {
          [resource]: (_, { taskToken = "" }) => {
            token = taskToken;
            return answer.promise;
          },
        },
      },
    );
    const first = execution.settleTask(token, { output: 1 });
    const second = execution.settleTask(token, { output: 2 });
    expect(await second).toBe(false);
    expect(types(events).at(-1)).toBe("TaskStarted");
    answer.resolve({ MessageId: "late" });
    expect(await first).toBe(true);
    expect(types(events).slice(4)).toEqual([
      "TaskSubmitted",
      "TaskSucceeded",
      "TaskStateExited",
      "ExecutionSucceeded",
    ]);
    expect((await execution.done).output).toBe("1");
  });

  it("takes an end that comes while its call goes on, as of a function that gives it itself", async () => {
    const answer = Promise.withResolvers<Json>();
    let token = "";
    let aborted = false;
    const { execution, events, clock } = await waiting(
      {},
      {
        tasks: {
          [resource]: (_, { taskToken = "", signal }) => {
            token = taskToken;
            signal.addEventListener("abort", () => {
              aborted = true;
            });
            return answer.promise;
          },
        },
      },
    );
    const first = execution.settleTask(token, { output: 1 });
    await clock.advance(100);
    expect(await first).toBe(true);
    answer.resolve({ MessageId: "late" });
    expect(types(events).slice(3)).toEqual([
      "TaskStarted",
      "TaskSucceeded",
      "TaskStateExited",
      "ExecutionSucceeded",
    ]);
    expect((await execution.done).output).toBe("1");
    expect(aborted).toBe(false);
  });

  it("takes it without that answer from a function that ends its own task, and waits for it", async () => {
    const acknowledged: boolean[] = [];
    const run = await runMachine({
      definition: machine(),
      tasks: {
        [resource]: async (_, { settle }) => {
          acknowledged.push(await settle({ output: "mine" }), await settle({ output: "again" }));
          return null;
        },
      },
    });
    expect(run).toMatchObject({ status: "SUCCEEDED", output: "mine" });
    expect(acknowledged).toEqual([true, false]);
    expect(types(run.events).slice(3)).toEqual([
      "TaskStarted",
      "TaskSucceeded",
      "TaskStateExited",
      "ExecutionSucceeded",
    ]);
    for (let length = 3; length < run.events.length; length += 1) {
      const history = run.events.slice(0, length);
      const tasks = {
        [resource]: (_: Json, { settle }: TestInvocation) => settle({ output: "mine" }),
      };
      const again = await runMachine({ definition: machine(), tasks, history });
      expect(outline(again.events)).toEqual(outline(run.events));
    }
  });

  it("has failed when its call fails, whatever has come by the token", async () => {
    const answer = Promise.withResolvers<Json>();
    let token = "";
    const { execution, events } = await waiting(
      {},
      {
        tasks: {
          [resource]: (_, { taskToken = "" }) => {
            token = taskToken;
            return answer.promise;
          },
        },
      },
    );
    const early = execution.settleTask(token, { output: 1 });
    answer.reject(new TaskFailedError("SQS.QueueDoesNotExist", "gone"));
    expect(await early).toBe(false);
    expect(await execution.done).toMatchObject({
      status: "FAILED",
      error: "SQS.QueueDoesNotExist",
    });
    expect(types(events).slice(3)).toEqual(["TaskStarted", "TaskFailed", "ExecutionFailed"]);
  });

  it("has another token for each try", async () => {
    const { execution, clock, tokens } = await waiting({
      Retry: [{ ErrorEquals: ["Again"], IntervalSeconds: 1 }],
    });
    expect(await execution.settleTask(tokens[0] ?? "", { error: "Again" })).toBe(true);
    await clock.advance(1000);
    expect(new Set(tokens).size).toBe(2);
    expect(await execution.settleTask(tokens[0] ?? "", { output: 0 })).toBe(false);
    expect(await execution.settleTask(tokens[1] ?? "", { output: 1 })).toBe(true);
    expect((await execution.done).output).toBe("1");
  });

  it("makes tokens as the host asks for, from the same id in a later process", async () => {
    const made: string[] = [];
    const taskToken = (arn: string, id: string): string => {
      made.push(`${arn.split(":").at(-1)}/${id}`);
      return `secret ${id}`;
    };
    const { execution, events, token } = await waiting({}, { taskToken });
    expect(token).toBe("secret 2.1");
    expect(new Set(made)).toEqual(new Set(["run/2.1"]));
    execution.suspend();
    const later = startMachine({ definition: machine(), history: events, taskToken });
    expect(await later.execution.settleTask("secret 2.1", { output: 1 })).toBe(true);
  });

  it("gives no token in the fields of another Task", async () => {
    const run = await runMachine({
      definition: machine({ Resource: ask }),
      tasks: { [ask]: () => 1 },
    });
    expect(run).toMatchObject({ status: "FAILED", error: "States.Runtime" });
    expect(run.cause).toContain("$$.Task.Token");
  });

  it("times out TimeoutSeconds after its start, and takes nothing more", async () => {
    const { execution, events, clock, token } = await waiting({ TimeoutSeconds: 5 });
    await clock.advance(4999);
    expect(execution.heartbeatTask(token)).toBe(true);
    await clock.advance(1);
    expect(await execution.settleTask(token, { output: 1 })).toBe(false);
    expect(execution.heartbeatTask(token)).toBe(false);
    expect(await execution.done).toMatchObject({ status: "FAILED", error: "States.Timeout" });
    expect(events[5]).toMatchObject({ type: "TaskTimedOut", timestamp: 5000 });
  });

  it("times out when no heartbeat has come for HeartbeatSeconds", async () => {
    const { execution, events, clock, token } = await waiting({
      TimeoutSeconds: 600,
      HeartbeatSeconds: 10,
    });
    await clock.advance(9000);
    expect(execution.heartbeatTask(token)).toBe(true);
    await clock.advance(9000);
    expect(execution.heartbeatTask(token)).toBe(true);
    await clock.advance(10_000);
    expect(await execution.done).toMatchObject({ status: "FAILED", error: "States.Timeout" });
    expect(events[5]).toMatchObject({
      type: "TaskTimedOut",
      timestamp: 28_000,
      replay: { heartbeatMissed: true },
    });
  });

  it("knows no token that is used up, made up, or of another execution", async () => {
    const { execution, token } = await waiting();
    expect(await execution.settleTask("made up", { output: 1 })).toBe(false);
    expect(execution.heartbeatTask("made up")).toBe(false);
    const [first, second] = await Promise.all([
      execution.settleTask(token, { output: 1 }),
      execution.settleTask(token, { output: 2 }),
    ]);
    expect([first, second]).toEqual([true, false]);
    expect((await execution.done).output).toBe("1");
    expect(await execution.settleTask(token, { output: 3 })).toBe(false);
    expect(execution.heartbeatTask(token)).toBe(false);
  });

  it("fails with a result that is too large, or no JSON value", async () => {
    const large = await waiting();
    expect(await large.execution.settleTask(large.token, { output: "x".repeat(262_144) })).toBe(
      true,
    );
    expect(await large.execution.done).toMatchObject({ error: "States.DataLimitExceeded" });
    const none = await waiting();
    const output = undefined as unknown as Json;
    expect(await none.execution.settleTask(none.token, { output })).toBe(true);
    expect(await none.execution.done).toMatchObject({ error: "States.Runtime" });
  });

  it("fails when the answer of its call is too large", async () => {
    const { execution, events } = await waiting(
      {},
      {
        tasks: { [resource]: () => "x".repeat(1_048_576) },
      },
    );
    expect(await execution.done).toMatchObject({ error: "States.DataLimitExceeded" });
    expect(types(events).slice(3)).toEqual(["TaskStarted", "TaskFailed", "ExecutionFailed"]);
  });

  it("says that its end is recorded only once it is", async () => {
    const events: HistoryEvent[] = [];
    const gate = Promise.withResolvers<void>();
    const { execution, token } = await waiting(
      {},
      {
        journal: {
          append: async (_, batch) => {
            if (batch.some(({ type }) => type === "TaskSucceeded")) await gate.promise;
            events.push(...batch);
          },
        },
      },
    );
    let told = false;
    const settling = execution.settleTask(token, { output: 1 }).then((inTime) => {
      told = true;
      return inTime;
    });
    await settled();
    expect(told).toBe(false);
    gate.resolve();
    expect(await settling).toBe(true);
    expect(types(events)).toContain("TaskSucceeded");
  });

  it("rejects what it could not record, and all that comes after", async () => {
    const full = new Error("disk full");
    const { execution, token } = await waiting(
      {},
      {
        journal: {
          append: async (_, batch) => {
            if (batch.some(({ type }) => type === "TaskSucceeded")) throw full;
          },
        },
      },
    );
    await expect(execution.settleTask(token, { output: 1 })).rejects.toBe(full);
    await expect(execution.done).rejects.toBe(full);
    await expect(execution.settleTask(token, { output: 1 })).rejects.toBe(full);
  });

  it("rejects what has come when it was let go", async () => {
    const { execution, token } = await waiting();
    const settling = execution.settleTask(token, { output: 1 });
    execution.suspend();
    await expect(settling).rejects.toThrow("was let go");
    await expect(execution.settleTask(token, { output: 1 })).rejects.toThrow("was let go");
  });

  it.each<[string, (started: Awaited<ReturnType<typeof waiting>>) => unknown, string]>([
    ["StopExecution", ({ execution }) => execution.stop(), "ABORTED"],
    ["the machine's TimeoutSeconds", ({ clock }) => clock.advance(60_000), "TIMED_OUT"],
  ])("takes nothing more after %s", async (_, end, status) => {
    const started = await waiting({}, { definition: { ...machine(), TimeoutSeconds: 60 } });
    await end(started);
    const settling = started.execution.settleTask(started.token, { output: 1 });
    expect(await settling).toBe(false);
    expect(await started.execution.done).toMatchObject({ status });
  });
});

/** Catches what fails, and gives it as the output. */
function withCaught(): object {
  const { States, ...rest } = machine({
    Catch: [{ ErrorEquals: ["States.TaskFailed"], Next: "Caught" }],
  });
  return { ...rest, States: { ...States, Caught: { Type: "Pass", End: true } } };
}

describe("a resumed Task that waits for its token", () => {
  const fields = { TimeoutSeconds: 60, HeartbeatSeconds: 40 };

  async function submitted() {
    const { execution, events, token } = await waiting(fields);
    execution.suspend();
    return { history: [...events], token };
  }

  const resumed = (history: readonly HistoryEvent[], now: number) =>
    startMachine({
      definition: machine(fields),
      history,
      clock: fakeClock(now),
      tasks: {
        [resource]: () => {
          throw new Error("called again");
        },
      },
    });

  it("is not called again, and takes the result at once", async () => {
    const { history, token } = await submitted();
    const { execution, events } = resumed(history, 30_000);
    expect(execution.heartbeatTask(token)).toBe(true);
    expect(await execution.settleTask(token, { output: "late" })).toBe(true);
    expect(await execution.done).toMatchObject({ status: "SUCCEEDED", output: '"late"' });
    expect(types(events).filter((type) => type === "TaskSubmitted")).toHaveLength(1);
  });

  it.each([
    ["has what is left of its time", 30_000, 60_000],
    ["times out at once when its time has passed meanwhile", 90_000, 90_000],
    ["has no more than its whole time when the clock was set back", -50_000, 10_000],
  ])("%s", async (_, now, at) => {
    const { history, token } = await submitted();
    const { execution, events, clock } = resumed(history, now);
    if (now > 60_000) expect(await execution.settleTask(token, { output: 1 })).toBe(false);
    await clock.advance(29_999);
    expect(execution.heartbeatTask(token)).toBe(now < 60_000);
    await clock.advance(30_001);
    expect(await execution.done).toMatchObject({ error: "States.Timeout" });
    expect(events[5]).toMatchObject({ type: "TaskTimedOut", timestamp: at });
  });

  it("is called again without an answer in the history, and has its time from then on", async () => {
    const { history } = await submitted();
    const again = await waiting(fields, {
      history: history.slice(0, 4),
      clock: fakeClock(100_000),
    });
    expect(again.tokens).toHaveLength(1);
    expect(again.events[4]).toMatchObject({
      type: "TaskSubmitted",
      replay: { restartedAt: 100_000 },
    });
    again.execution.suspend();
    const { execution, clock, token } = {
      ...resumed(again.events, 130_000),
      token: again.token,
    };
    await clock.advance(29_000);
    expect(execution.heartbeatTask(token)).toBe(true);
    await clock.advance(1000);
    expect(await execution.done).toMatchObject({ error: "States.Timeout" });
  });

  it("keeps a result that comes before its call was made again", async () => {
    const { history, token } = await submitted();
    const { execution } = startMachine({
      definition: machine(fields),
      history: history.slice(0, 4),
      clock: fakeClock(0),
      tasks: { [resource]: () => null },
    });
    expect(await execution.settleTask(token, { output: "first" })).toBe(true);
    expect((await execution.done).output).toBe('"first"');
  });

  it("whose token was used knows it no more", async () => {
    const { execution, events, token } = await waiting(fields);
    await execution.settleTask(token, { output: 1 });
    const later = resumed(events.slice(0, 6), 0);
    expect(later.execution.heartbeatTask(token)).toBe(false);
    expect(await later.execution.settleTask(token, { output: 2 })).toBe(false);
    expect((await later.execution.done).output).toBe("1");
    const ended = resumed(events, 0);
    expect(ended.execution.heartbeatTask(token)).toBe(false);
    expect(await ended.execution.settleTask(token, { output: 2 })).toBe(false);
  });
});
