import {
  DeleteStateMachineCommand,
  DescribeExecutionCommand,
  ListExecutionsCommand,
  RedriveExecutionCommand,
  StopExecutionCommand,
  UpdateStateMachineCommand,
} from "@aws-sdk/client-sfn";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { place } from "../testing/test-endpoint.ts";
import { openTestStates, type TestStates } from "./testing/open-test-states.ts";

const functionOf = (name: string) =>
  `arn:aws:lambda:${place.region}:${place.accountId}:function:${name}`;
const work = {
  StartAt: "First",
  States: {
    First: { Type: "Task", Resource: functionOf("first"), Next: "Second" },
    Second: { Type: "Task", Resource: functionOf("second"), End: true },
  },
};

let stack: TestStates;
let calls: string[];
let works: boolean;
beforeEach(async () => {
  calls = [];
  works = false;
  stack = await openTestStates();
  stack.invokeFunction = async (functionName, _, { onStarted }) => {
    onStarted();
    const name = functionName.slice(functionName.lastIndexOf(":") + 1);
    calls.push(name);
    return name === "first" || works
      ? { payload: `"${name}"`, executedVersion: "$LATEST" }
      : {
          payload: '{"errorType":"Broken"}',
          functionError: "Unhandled",
          executedVersion: "$LATEST",
        };
  };
});
afterEach(() => stack.close());

const redrive = (executionArn: string, clientToken?: string) =>
  stack.sfn.send(new RedriveExecutionCommand({ executionArn, clientToken }));
const describeIt = (executionArn: string) =>
  stack.sfn.send(new DescribeExecutionCommand({ executionArn }));

async function failed(): Promise<string> {
  const executionArn = await stack.start(await stack.define("work", work), { input: "7" });
  await stack.until(executionArn, "ExecutionFailed");
  return executionArn;
}

async function ended(executionArn: string): Promise<void> {
  while ((await stack.statusOf(executionArn)) === "RUNNING");
}

describe("an execution that has failed", () => {
  test("goes on from the state that failed, with the history that it has", async () => {
    const executionArn = await failed();
    const before = await describeIt(executionArn);
    await stack.clock.advance(60_000);
    works = true;
    const { redriveDate } = await redrive(executionArn);
    await ended(executionArn);

    expect(calls).toEqual(["first", "second", "second"]);
    expect(before).toMatchObject({ redriveStatus: "REDRIVABLE", redriveCount: 0 });
    const after = await describeIt(executionArn);
    expect(after).toMatchObject({
      status: "SUCCEEDED",
      output: '"second"',
      startDate: before.startDate,
      redriveCount: 1,
      redriveDate,
      redriveStatus: "NOT_REDRIVABLE",
      redriveStatusReason: "Execution is SUCCEEDED and cannot be redriven",
    });
    expect([after.error, after.cause]).toEqual([undefined, undefined]);
    expect(redriveDate).toEqual(new Date(stack.clock.now()));
    const history = await stack.historyOf(executionArn);
    const at = history.findIndex(({ type }) => type === "ExecutionRedriven");
    expect(history[at - 1]?.type).toBe("ExecutionFailed");
    expect(history[at]).toMatchObject({
      previousEventId: history[at - 1]?.id,
      executionRedrivenEventDetails: { redriveCount: 1 },
    });
  });

  test("tells EventBridge that it runs again, and how that ends", async () => {
    const executionArn = await failed();
    works = true;
    await redrive(executionArn);
    await ended(executionArn);
    while (stack.statusEvents.length < 4) await describeIt(executionArn);

    expect(
      stack.statusEvents.map(({ detail }) => [detail.status, detail.redriveCount, detail.error]),
    ).toEqual([
      ["RUNNING", 0, null],
      ["FAILED", 0, "Broken"],
      ["RUNNING", 1, null],
      ["SUCCEEDED", 1, null],
    ]);
  });

  test("runs as it was started, whatever became of its machine", async () => {
    const executionArn = await failed();
    await stack.sfn.send(
      new UpdateStateMachineCommand({
        stateMachineArn: executionArn
          .replace(":execution:", ":stateMachine:")
          .replace(/:[^:]+$/, ""),
        definition: JSON.stringify({ StartAt: "P", States: { P: { Type: "Pass", End: true } } }),
      }),
    );
    works = true;
    await redrive(executionArn);
    await ended(executionArn);
    expect(calls).toEqual(["first", "second", "second"]);
  });

  test("is redriven once by a request that comes twice, for 15 minutes", async () => {
    const executionArn = await failed();
    const first = await redrive(executionArn, "token");
    await ended(executionArn);
    await stack.clock.advance(899_000);
    const second = await redrive(executionArn, "token");
    expect(second.redriveDate).toEqual(first.redriveDate);
    expect((await describeIt(executionArn)).redriveCount).toBe(1);

    await stack.clock.advance(1000);
    await redrive(executionArn, "token");
    await ended(executionArn);
    expect((await describeIt(executionArn)).redriveCount).toBe(2);
  });

  test("can be stopped as soon as it says that it runs again", async () => {
    const executionArn = await failed();
    stack.invokeFunction = (_, __, { onStarted }) => {
      onStarted();
      return new Promise(() => {});
    };
    const redriven = redrive(executionArn);
    while ((await stack.statusOf(executionArn)) !== "RUNNING");
    await stack.sfn.send(new StopExecutionCommand({ executionArn }));
    await redriven;

    expect(await describeIt(executionArn)).toMatchObject({ status: "ABORTED", redriveCount: 1 });
  });

  test("is in the list of those that were redriven", async () => {
    const executionArn = await failed();
    await redrive(executionArn);
    await ended(executionArn);
    const { stateMachineArn } = await describeIt(executionArn);
    const listed = await stack.sfn.send(
      new ListExecutionsCommand({ stateMachineArn, redriveFilter: "REDRIVEN" }),
    );
    expect(listed.executions).toMatchObject([{ executionArn, redriveCount: 1 }]);
    expect(listed.executions?.[0]?.redriveDate).toBeDefined();
  });

  test("goes on after a restart in the middle of it", async () => {
    const executionArn = await failed();
    const answered = stack.invokeFunction;
    stack.invokeFunction = () => new Promise(() => {});
    await redrive(executionArn);
    await stack.until(executionArn, "LambdaFunctionScheduled");
    expect(await stack.statusOf(executionArn)).toBe("RUNNING");
    stack.invokeFunction = answered;
    works = true;
    await stack.restart();
    await ended(executionArn);

    expect(await describeIt(executionArn)).toMatchObject({ status: "SUCCEEDED", redriveCount: 1 });
  });
});

test("an execution that was stopped goes on from where it stood", async () => {
  const executionArn = await stack.start(
    await stack.define("wait", {
      StartAt: "W",
      States: { W: { Type: "Wait", Seconds: 60, End: true } },
    }),
  );
  await stack.until(executionArn, "WaitStateEntered");
  await stack.sfn.send(new StopExecutionCommand({ executionArn }));
  await redrive(executionArn);
  expect(await stack.statusOf(executionArn)).toBe("RUNNING");
  await stack.clock.timersSet(1);
  await stack.clock.advance(60_000);
  await ended(executionArn);
  expect(await stack.statusOf(executionArn)).toBe("SUCCEEDED");
});

describe("what can't be redriven", () => {
  test("is what runs, or has succeeded, and the error says so", async () => {
    const executionArn = await failed();
    stack.invokeFunction = () => new Promise(() => {});
    await redrive(executionArn);
    await expect(redrive(executionArn)).rejects.toMatchObject({
      name: "ExecutionNotRedrivable",
      message: expect.stringContaining("Execution is RUNNING and cannot be redriven"),
    });
  });

  test("is what has ended 14 days ago", async () => {
    const executionArn = await failed();
    await stack.clock.advance(14 * 24 * 3_600_000 + 1);
    await expect(redrive(executionArn)).rejects.toMatchObject({
      name: "ExecutionNotRedrivable",
      message: expect.stringContaining("Execution redrivable period exceeded"),
    });
    expect(await describeIt(executionArn)).toMatchObject({
      redriveStatus: "NOT_REDRIVABLE",
      redriveStatusReason: "Execution redrivable period exceeded",
    });
  });

  test("is an execution of a machine that is gone", async () => {
    const executionArn = await failed();
    const { stateMachineArn } = await describeIt(executionArn);
    await stack.sfn.send(new DeleteStateMachineCommand({ stateMachineArn }));
    await expect(redrive(executionArn)).rejects.toMatchObject({ name: "ExecutionNotRedrivable" });
  });

  test("is an execution that isn't there", async () => {
    const executionArn = await failed();
    await expect(redrive(`${executionArn}x`)).rejects.toMatchObject({
      name: "ExecutionDoesNotExist",
    });
    await expect(redrive("x")).rejects.toMatchObject({ name: "InvalidArn" });
    await expect(redrive(executionArn, "x".repeat(65))).rejects.toMatchObject({
      name: "ValidationException",
    });
  });
});
