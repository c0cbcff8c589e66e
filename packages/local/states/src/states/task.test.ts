import { describe, expect, it } from "vitest";
import { outline } from "../testing/history.ts";
import { fakeClock, runMachine } from "../testing/index.ts";
import { type Json, TaskFailedError, type TaskInvocation } from "../types.ts";

const lambda = "arn:aws:lambda:us-east-1:111111111111:function:f";
const integration = "arn:aws:states:::dynamodb:updateItem";

const machine = (fields: object) => ({
  StartAt: "T",
  States: { T: { Type: "Task", Resource: lambda, End: true, ...fields } },
});

describe("a Task", () => {
  it("records a function's own ARN with the events of a Lambda function", async () => {
    const run = await runMachine({
      definition: machine({ TimeoutSeconds: 9 }),
      input: { a: 1 },
      tasks: { [lambda]: () => [0] },
      clock: fakeClock(7),
    });
    expect(run.events.slice(2, 5)).toEqual([
      {
        id: 3,
        previousEventId: 2,
        timestamp: 7,
        type: "LambdaFunctionScheduled",
        lambdaFunctionScheduledEventDetails: {
          resource: lambda,
          input: '{"a":1}',
          inputDetails: { truncated: false },
          timeoutInSeconds: 9,
        },
      },
      { id: 4, previousEventId: 3, timestamp: 7, type: "LambdaFunctionStarted" },
      {
        id: 5,
        previousEventId: 4,
        timestamp: 7,
        type: "LambdaFunctionSucceeded",
        lambdaFunctionSucceededEventDetails: {
          output: "[0]",
          outputDetails: { truncated: false },
        },
      },
    ]);
  });

  it("records a service integration with the service, the action and the region", async () => {
    const run = await runMachine({
      definition: machine({
        Resource: integration,
        Parameters: { TableName: "t" },
        TimeoutSeconds: 9,
        HeartbeatSeconds: 3,
      }),
      tasks: { [integration]: () => ({}) },
    });
    const names = { resourceType: "dynamodb", resource: "updateItem" };
    expect(run.events.slice(2, 5)).toMatchObject([
      {
        type: "TaskScheduled",
        taskScheduledEventDetails: {
          ...names,
          region: "us-east-1",
          parameters: '{"TableName":"t"}',
          timeoutInSeconds: 9,
          heartbeatInSeconds: 3,
        },
      },
      { type: "TaskStarted", taskStartedEventDetails: names },
      { type: "TaskSucceeded", taskSucceededEventDetails: { ...names, output: "{}" } },
    ]);
  });

  it("records the name and the cause of a failure", async () => {
    const fail = () => {
      throw new TaskFailedError("DynamoDB.Oops", "because");
    };
    const run = await runMachine({
      definition: machine({ Resource: integration }),
      tasks: { [integration]: fail },
    });
    expect(run.events[4]).toMatchObject({
      type: "TaskFailed",
      taskFailedEventDetails: {
        resourceType: "dynamodb",
        resource: "updateItem",
        error: "DynamoDB.Oops",
        cause: "because",
      },
    });
    expect(run).toMatchObject({ status: "FAILED", error: "DynamoDB.Oops", cause: "because" });
  });

  it.each<[string, () => Json, string]>([
    [
      "throws what is no task's failure",
      () => {
        throw new TypeError("x is undefined");
      },
      "x is undefined",
    ],
    [
      "throws no error at all",
      () => {
        throw "text";
      },
      "text",
    ],
    ["gives nothing", () => undefined as unknown as Json, "The task's result is no JSON value."],
    [
      "gives what JSON can't say",
      () => 1n as unknown as Json,
      "Do not know how to serialize a BigInt",
    ],
  ])("fails with States.Runtime when the invoker %s", async (_, task, cause) => {
    const run = await runMachine({ definition: machine({}), tasks: { [lambda]: task } });
    expect(run).toMatchObject({ status: "FAILED", error: "States.Runtime", cause });
    expect(outline(run.events).slice(3)).toEqual([
      "4<3 LambdaFunctionStarted",
      "5<4 LambdaFunctionFailed",
      "6<5 ExecutionFailed",
    ]);
  });

  it("fails with States.Runtime when the invoker throws before it gives a promise", async () => {
    const invoke = (): Promise<Json> => {
      throw new RangeError("too far");
    };
    const run = await runMachine({ definition: machine({}), invoker: { invoke } });
    expect(run).toMatchObject({ status: "FAILED", error: "States.Runtime", cause: "too far" });
  });

  it("fails with a result of a mebibyte", async () => {
    const tasks = { [lambda]: () => "x".repeat(1_048_576) };
    const run = await runMachine({ definition: machine({}), tasks });
    expect(run).toMatchObject({ status: "FAILED", error: "States.DataLimitExceeded" });
  });

  it("waits for an invoker that hangs until its time is over, and for ever without one", async () => {
    const invoker = { invoke: () => new Promise<never>(() => {}) };
    const timed = machine({ TimeoutSeconds: 5 });
    // Its time counts from its start, which such an invoker never tells of.
    await expect(runMachine({ definition: timed, invoker })).rejects.toThrow("never comes");
    const begun = {
      invoke: ({ onStarted }: TaskInvocation) => {
        onStarted();
        return invoker.invoke();
      },
    };
    const run = await runMachine({ definition: timed, invoker: begun });
    expect(run).toMatchObject({ status: "FAILED", error: "States.Timeout" });
  });

  it.each<[string, object, string | undefined]>([
    ["of its Credentials", { RoleArn: "arn:aws:iam::222222222222:role/r" }, undefined],
    ["that its Credentials find in the input", { "RoleArn.$": "$.role" }, undefined],
    [
      "that its Credentials make from the input",
      { "RoleArn.$": "States.Format('arn:aws:iam::{}:role/r', $.account)" },
      undefined,
    ],
    ["that is none", { "RoleArn.$": "$.account" }, "The RoleArn of the Credentials is no string"],
  ])("is run with the role %s", async (_, Credentials, fault) => {
    const role = "arn:aws:iam::222222222222:role/r";
    const roles: string[] = [];
    for (const Resource of [lambda, integration]) {
      const run = await runMachine({
        definition: machine({ Resource, Credentials }),
        input: { role, account: 222222222222 },
        tasks: { [Resource]: (_input, { roleArn }) => roles.push(roleArn) },
      });
      if (fault === undefined) {
        expect(Object.values(run.events[2] ?? {})).toContainEqual(
          expect.objectContaining({ taskCredentials: { roleArn: role } }),
        );
      } else {
        expect(run).toMatchObject({ status: "FAILED", error: "States.Runtime" });
        expect(run.cause).toContain(fault);
      }
    }
    expect(roles).toEqual(fault === undefined ? [role, role] : []);
  });

  it("keeps its result as it was given, whatever the invoker does with it after", async () => {
    const result = { n: 1 };
    const run = await runMachine({
      definition: {
        StartAt: "T",
        States: {
          T: { Type: "Task", Resource: lambda, Next: "W" },
          W: { Type: "Wait", Seconds: 1, End: true },
        },
      },
      tasks: {
        [lambda]: () => {
          setImmediate(() => {
            result.n = 2;
          });
          return result;
        },
      },
    });
    expect(run.output).toEqual({ n: 1 });
  });

  it("times out after TimeoutSeconds, and tells the invoker that the result is not wanted", async () => {
    const clock = fakeClock(0);
    const aborted: number[] = [];
    const run = await runMachine({
      definition: machine({ TimeoutSecondsPath: "$.seconds" }),
      input: { seconds: 5 },
      clock,
      tasks: {
        [lambda]: (_, { signal }) => {
          signal.addEventListener("abort", () => aborted.push(clock.now()));
          return clock.sleep(60_000).then(() => "late");
        },
      },
    });
    expect(run).toMatchObject({ status: "FAILED", error: "States.Timeout" });
    expect(run.cause).toBeUndefined();
    expect(aborted).toEqual([5000]);
    expect(run.events.slice(4)).toMatchObject([
      {
        type: "LambdaFunctionTimedOut",
        lambdaFunctionTimedOutEventDetails: { error: "States.Timeout" },
      },
      { type: "ExecutionFailed", executionFailedEventDetails: { error: "States.Timeout" } },
    ]);
  });

  it("counts its time from its start, not from when it was scheduled", async () => {
    const clock = fakeClock(0);
    const run = await runMachine({
      definition: machine({ TimeoutSeconds: 5 }),
      clock,
      invoker: {
        async invoke({ onStarted }) {
          await clock.sleep(60_000);
          onStarted();
          onStarted();
          await clock.sleep(4000);
          return "in time";
        },
      },
    });
    expect(run.output).toBe("in time");
    expect(run.events.map(({ timestamp }) => timestamp)).toEqual([
      0, 0, 0, 60_000, 64_000, 64_000, 64_000,
    ]);
  });

  it("aborts nothing when a task has answered in time", async () => {
    let signal: AbortSignal | undefined;
    await runMachine({
      definition: machine({ TimeoutSeconds: 5 }),
      tasks: {
        [lambda]: (_, invocation) => {
          signal = invocation.signal;
          return null;
        },
      },
    });
    expect(signal?.aborted).toBe(false);
  });

  it("times out without a heartbeat for HeartbeatSeconds, which Retry can tell from its other timeout", async () => {
    const clock = fakeClock(0);
    const work = (beats: number) =>
      runMachine({
        definition: machine({
          HeartbeatSeconds: 10,
          TimeoutSeconds: 1000,
          Retry: [{ ErrorEquals: ["States.HeartbeatTimeout"], MaxAttempts: 1 }],
        }),
        clock,
        tasks: {
          [lambda]: async (_, { onHeartbeat, retryCount }) => {
            for (let beat = 0; beat < beats; beat += 1) {
              await clock.sleep(9000);
              onHeartbeat();
            }
            if (retryCount === 0) await clock.sleep(11_000);
            return retryCount;
          },
        },
      });
    const run = await work(3);
    expect(run.output).toBe(1);
    expect(run.events[4]).toMatchObject({ type: "LambdaFunctionTimedOut", timestamp: 37_000 });
  });

  it.each<[Json, string]>([
    [{}, "Invalid path '$.seconds' : No results for path: $['seconds']"],
    [
      { seconds: "5" },
      'The TimeoutSecondsPath field refers to value "5" which is not a valid integer: $.seconds',
    ],
    [
      { seconds: 0 },
      'The TimeoutSecondsPath field refers to value "0" which is not a valid integer: $.seconds',
    ],
  ])(
    "fails before it is scheduled when TimeoutSecondsPath finds no time in %j",
    async (input, cause) => {
      const run = await runMachine({
        definition: machine({ TimeoutSecondsPath: "$.seconds" }),
        input,
        tasks: { [lambda]: () => null },
      });
      expect(run.cause).toBe(
        `An error occurred while executing the state 'T' (entered at the event id #2). ${cause}`,
      );
      expect(run.events.map(({ type }) => type)).toEqual([
        "ExecutionStarted",
        "TaskStateEntered",
        "ExecutionFailed",
      ]);
    },
  );
});
