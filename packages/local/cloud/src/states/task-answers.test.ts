import {
  GetActivityTaskCommand,
  SendTaskFailureCommand,
  SendTaskHeartbeatCommand,
  SendTaskSuccessCommand,
  SFNClient,
} from "@aws-sdk/client-sfn";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { place } from "../testing/test-endpoint.ts";
import { openTestStates, type TestStates } from "./testing/open-test-states.ts";

const activityArn = `arn:aws:states:${place.region}:${place.accountId}:activity:approve`;
const functionArn = `arn:aws:lambda:${place.region}:${place.accountId}:function:ask`;

/** Hands its token to a function, and waits. */
const callback = {
  Type: "Task",
  Resource: "arn:aws:states:::lambda:invoke.waitForTaskToken",
  Parameters: { FunctionName: functionArn, Payload: { "token.$": "$$.Task.Token" } },
};

let stack: TestStates;
/** Those that the function was given, in order. */
let tokens: string[];
beforeEach(async () => {
  stack = await openTestStates(["approve"]);
  tokens = [];
  stack.invokeFunction = (_, payload, { onStarted }) => {
    onStarted();
    tokens.push(JSON.parse(payload).token);
    return Promise.resolve({ payload: "null", executedVersion: "$LATEST" });
  };
});
afterEach(() => stack.close());

const succeed = (taskToken: string | undefined, output = '"yes"', sfn = stack.sfn) =>
  sfn.send(new SendTaskSuccessCommand({ taskToken, output }));
const fail = (taskToken: string | undefined, error?: string, cause?: string) =>
  stack.sfn.send(new SendTaskFailureCommand({ taskToken, error, cause }));
const beat = (taskToken: string | undefined) =>
  stack.sfn.send(new SendTaskHeartbeatCommand({ taskToken }));

async function startWith(state: object): Promise<string> {
  const machine = await stack.define("ask", {
    StartAt: "Ask",
    States: { Ask: { ...callback, End: true, ...state } },
  });
  const executionArn = await stack.start(machine);
  await stack.until(executionArn, "TaskSubmitted");
  return executionArn;
}

describe("a task that waits for its token", () => {
  test("ends with the output that comes with it", async () => {
    const executionArn = await startWith({});
    await succeed(tokens[0], '{"approved":true}');
    const end = await stack.until(executionArn, "ExecutionSucceeded");

    expect(end.executionSucceededEventDetails?.output).toBe('{"approved":true}');
    expect((await stack.historyOf(executionArn)).map(({ type }) => type)).toEqual([
      "ExecutionStarted",
      "TaskStateEntered",
      "TaskScheduled",
      "TaskStarted",
      "TaskSubmitted",
      "TaskSucceeded",
      "TaskStateExited",
      "ExecutionSucceeded",
    ]);
  });

  test("has its end in the history when the answer to the call is there", async () => {
    const executionArn = await startWith({});
    await succeed(tokens[0]);
    expect((await stack.historyOf(executionArn)).map(({ type }) => type)).toContain(
      "TaskSucceeded",
    );
  });

  test("fails with the error and the cause that come with it", async () => {
    const executionArn = await startWith({});
    await fail(tokens[0], "Refused", "not this one");
    const end = await stack.until(executionArn, "ExecutionFailed");
    expect(end.executionFailedEventDetails).toEqual({ error: "Refused", cause: "not this one" });
  });

  test("is kept alive by heartbeats, and times out without", async () => {
    const executionArn = await startWith({ HeartbeatSeconds: 10 });
    await stack.clock.timersSet(1);
    await stack.clock.advance(8000);
    await beat(tokens[0]);
    await stack.clock.advance(8000);
    expect(await stack.statusOf(executionArn)).toBe("RUNNING");
    await stack.clock.advance(2000);
    await stack.until(executionArn, "ExecutionFailed");

    for (const answer of [beat, succeed, fail]) {
      await expect(answer(tokens[0])).rejects.toMatchObject({
        name: "TaskTimedOut",
        message: "Task Timed Out: 'Provided task does not exist anymore'",
      });
    }
  });

  test("takes an answer that comes before the call that handed its token out has ended", async () => {
    const invoke = stack.invokeFunction;
    stack.invokeFunction = async (name, payload, options) => {
      const result = await invoke(name, payload, options);
      await succeed(tokens[0], '"early"');
      return result;
    };
    const machine = await stack.define("ask", {
      StartAt: "Ask",
      States: { Ask: { ...callback, End: true } },
    });
    const executionArn = await stack.start(machine);
    await stack.clock.timersSet(1);
    await stack.clock.advance(100);
    const end = await stack.until(executionArn, "ExecutionSucceeded");
    expect(end.executionSucceededEventDetails?.output).toBe('"early"');
  });

  test("takes one answer: the second comes too late", async () => {
    await startWith({});
    const answers = await Promise.allSettled([
      succeed(tokens[0]),
      succeed(tokens[0]),
      fail(tokens[0]),
    ]);
    expect(answers.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    await expect(succeed(tokens[0])).rejects.toMatchObject({ name: "TaskTimedOut" });
  });

  test("has another token for each try", async () => {
    const executionArn = await startWith({
      Retry: [{ ErrorEquals: ["Again"], IntervalSeconds: 5 }],
    });
    await fail(tokens[0], "Again");
    await stack.clock.timersSet(1);
    await stack.clock.advance(5000);
    await stack.until(executionArn, "TaskSubmitted");

    expect(tokens[1]).not.toBe(tokens[0]);
    await expect(succeed(tokens[0])).rejects.toMatchObject({ name: "TaskTimedOut" });
    await succeed(tokens[1]);
    await stack.until(executionArn, "ExecutionSucceeded");
  });
});

test("a task of a child of a Map Run takes its answer like any other, also after a restart", async () => {
  const executionArn = await stack.start(
    await stack.define("each", {
      StartAt: "Each",
      States: {
        Each: {
          Type: "Map",
          ItemProcessor: {
            ProcessorConfig: { Mode: "DISTRIBUTED", ExecutionType: "STANDARD" },
            StartAt: "Ask",
            States: { Ask: { ...callback, End: true } },
          },
          End: true,
        },
      },
    }),
    { input: "[1, 2]" },
  );
  while (tokens.length < 2) await stack.statusOf(executionArn);
  await succeed(tokens[0], '"before"');
  await stack.restart();
  // A child is taken up by its run, which may come a little later than the first answer.
  for (;;) {
    const refused = await succeed(tokens[1], '"after"').catch((error) => error.name);
    if (refused !== "ServiceUnavailable") break;
  }
  const end = await stack.until(executionArn, "ExecutionSucceeded");

  expect(JSON.parse(end.executionSucceededEventDetails?.output ?? "").sort()).toEqual([
    "after",
    "before",
  ]);
  expect(tokens).toHaveLength(2);
});

describe("an answer", () => {
  test.each(["made up", "x".repeat(2048)])(
    "with a token of nobody is refused: %.10s",
    async (token) => {
      for (const answer of [beat, succeed, fail]) {
        await expect(answer(token)).rejects.toMatchObject({
          name: "InvalidToken",
          message: "Invalid Token: 'Invalid token'",
        });
      }
    },
  );

  test("with a token that is no string of 1 to 2,048 characters is refused", async () => {
    for (const token of ["", "x".repeat(2049)]) {
      await expect(beat(token)).rejects.toMatchObject({ name: "ValidationException" });
    }
  });

  test.each(["{", "", "undefined", JSON.stringify("é".repeat(131_072))])(
    "with an output that is no JSON, or too long, is refused, and the task waits on: %.10s",
    async (output) => {
      const executionArn = await startWith({});
      await expect(succeed(tokens[0], output)).rejects.toMatchObject({ name: "InvalidOutput" });
      expect(await stack.statusOf(executionArn)).toBe("RUNNING");
    },
  );

  test("has an error of up to 256 characters and a cause of up to 32,768", async () => {
    await startWith({});
    await expect(fail(tokens[0], "x".repeat(257))).rejects.toMatchObject({
      name: "ValidationException",
    });
    await expect(fail(tokens[0], "x", "x".repeat(32_769))).rejects.toMatchObject({
      name: "ValidationException",
    });
    await fail(tokens[0], "x".repeat(256), "x".repeat(32_768));
  });

  test("can be a falsy value", async () => {
    for (const output of ["0", '""', "false", "null"]) {
      const executionArn = await startWith({});
      await succeed(tokens.at(-1), output);
      const end = await stack.until(executionArn, "ExecutionSucceeded");
      expect(end.executionSucceededEventDetails?.output).toBe(output);
    }
  });

  test("needs a permission, which IAM gives for all resources alone", async () => {
    await startWith({});
    const clientWith = (name: string, resource: string) =>
      new SFNClient({
        ...stack.endpoint.client,
        credentials: stack.endpoint.roleKey(name, {
          Effect: "Allow",
          Action: "states:SendTaskSuccess",
          Resource: resource,
        }),
      });
    await expect(succeed(tokens[0], "1", clientWith("narrow", activityArn))).rejects.toMatchObject({
      name: "AccessDeniedException",
    });
    await succeed(tokens[0], "1", clientWith("wide", "*"));
  });
});

describe("a restart", () => {
  test("leaves an open token open", async () => {
    const executionArn = await startWith({});
    await stack.restart();
    await beat(tokens[0]);
    await succeed(tokens[0]);
    await stack.until(executionArn, "ExecutionSucceeded");
    expect(tokens).toHaveLength(1);
  });

  test("loses no answer that was acknowledged", async () => {
    const executionArn = await startWith({});
    await succeed(tokens[0], '"kept"');
    await stack.restart();
    const end = await stack.until(executionArn, "ExecutionSucceeded");
    expect(end.executionSucceededEventDetails?.output).toBe('"kept"');
    await expect(succeed(tokens[0])).rejects.toMatchObject({ name: "TaskTimedOut" });
  });

  test("brings the tasks of activities back: those that are claimed to their worker, the others for the next", async () => {
    const machine = await stack.define("approval", {
      StartAt: "Ask",
      States: { Ask: { Type: "Task", Resource: activityArn, End: true, HeartbeatSeconds: 60 } },
    });
    const poll = () => stack.sfn.send(new GetActivityTaskCommand({ activityArn }));
    const executions = [];
    for (const input of ["1", "2", "3"]) executions.push(await stack.start(machine, { input }));
    const claimed = await poll();
    await stack.restart();

    const rest = [await poll(), await poll()];
    expect(claimed.input).toBe("1");
    expect(rest.map(({ input }) => input)).toEqual(["2", "3"]);
    for (const { taskToken } of [claimed, ...rest]) await succeed(taskToken);
    for (const executionArn of executions) await stack.until(executionArn, "ExecutionSucceeded");
  });
});
