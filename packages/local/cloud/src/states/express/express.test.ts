import {
  CreateStateMachineCommand,
  DescribeExecutionCommand,
  DescribeStateMachineCommand,
  ListExecutionsCommand,
  SFNClient,
  StartExecutionCommand,
  StartSyncExecutionCommand,
} from "@aws-sdk/client-sfn";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { place } from "../../testing/test-endpoint.ts";
import { openTestStates, roleArn, type TestStates } from "../testing/open-test-states.ts";

let opened: TestStates;
/** The SDK would put `sync-` before the address of the endpoint. */
let sync: SFNClient;

beforeEach(async () => {
  opened = await openTestStates();
  sync = new SFNClient({ ...opened.endpoint.client, disableHostPrefix: true });
});
afterEach(() => opened.close());

const loggingConfiguration = {
  level: "ALL" as const,
  includeExecutionData: true,
  destinations: [
    {
      cloudWatchLogsLogGroup: {
        logGroupArn: `arn:aws:logs:${place.region}:${place.accountId}:log-group:express:*`,
      },
    },
  ],
};

const pass = { Type: "Pass", Result: { done: true }, End: true };
const failing = { Type: "Fail", Error: "Blurred", Cause: "no focus" };
const waiting = (Seconds: number) => ({ Type: "Wait", Seconds, End: true });
const oneState = (state: object) => JSON.stringify({ StartAt: "S", States: { S: state } });

async function define(state: object, type: "EXPRESS" | "STANDARD" = "EXPRESS"): Promise<string> {
  const { stateMachineArn = "" } = await opened.sfn.send(
    new CreateStateMachineCommand({
      name: "quick",
      type,
      roleArn,
      definition: oneState(state),
      loggingConfiguration,
    }),
  );
  return stateMachineArn;
}

const loggedTypes = (executionArn: string | undefined): string[] =>
  opened.logged
    .map((message) => JSON.parse(message))
    .filter(({ execution_arn }) => execution_arn === executionArn)
    .map(({ type }) => type);

async function untilLogged(executionArn: string | undefined, type: string): Promise<void> {
  while (!loggedTypes(executionArn).includes(type)) await new Promise(setImmediate);
}

describe("StartSyncExecution", () => {
  test("answers with the output of an execution that has ended", async () => {
    const stateMachineArn = await define(pass);
    const ended = await sync.send(
      new StartSyncExecutionCommand({ stateMachineArn, name: "one", input: "[1]" }),
    );
    expect(ended).toMatchObject({
      executionArn: expect.stringMatching(/:express:quick:one:[0-9a-f-]{36}$/),
      name: "one",
      status: "SUCCEEDED",
      input: "[1]",
      output: '{"done":true}',
    });
    expect(loggedTypes(ended.executionArn)).toEqual([
      "ExecutionStarted",
      "PassStateEntered",
      "PassStateExited",
      "ExecutionSucceeded",
    ]);
  });

  test("answers with the error of one that has failed, and without data when asked so", async () => {
    const stateMachineArn = await define(failing);
    const ended = await sync.send(
      new StartSyncExecutionCommand({ stateMachineArn, includedData: "METADATA_ONLY" }),
    );
    expect(ended).toMatchObject({ status: "FAILED", error: "Blurred", cause: "no focus" });
    expect(ended.input).toBeUndefined();
  });

  test("times out after five minutes", async () => {
    const stateMachineArn = await define(waiting(301));
    const ending = sync.send(new StartSyncExecutionCommand({ stateMachineArn }));
    await opened.clock.timersSet(2);
    await opened.clock.advance(5 * 60_000);
    expect(await ending).toMatchObject({ status: "TIMED_OUT" });
  });

  test("is for EXPRESS machines only", async () => {
    const stateMachineArn = await define(pass, "STANDARD");
    await expect(
      sync.send(new StartSyncExecutionCommand({ stateMachineArn })),
    ).rejects.toMatchObject({ name: "StateMachineTypeNotSupported" });
  });

  test("refuses input that is no JSON", async () => {
    const stateMachineArn = await define(pass);
    await expect(
      sync.send(new StartSyncExecutionCommand({ stateMachineArn, input: "{" })),
    ).rejects.toMatchObject({ name: "InvalidExecutionInput" });
  });
});

describe("StartExecution of an EXPRESS machine", () => {
  test("begins an execution each time, also of the same name and input", async () => {
    const stateMachineArn = await define(pass);
    const start = () =>
      opened.sfn.send(new StartExecutionCommand({ stateMachineArn, name: "again" }));
    const [one, other] = [await start(), await start()];
    expect(one.executionArn).not.toBe(other.executionArn);
    await untilLogged(one.executionArn, "ExecutionSucceeded");
    await untilLogged(other.executionArn, "ExecutionSucceeded");
    expect(opened.statusEvents).toEqual([]);
  });

  test("is begun again after a restart if it had no end, and not if it had one", async () => {
    const stateMachineArn = await define(waiting(60));
    const start = () => opened.sfn.send(new StartExecutionCommand({ stateMachineArn }));
    const ended = await start();
    await untilLogged(ended.executionArn, "WaitStateEntered");
    await opened.clock.advance(60_000);
    await untilLogged(ended.executionArn, "ExecutionSucceeded");
    const open = await start();
    await untilLogged(open.executionArn, "WaitStateEntered");
    const logged = opened.logged.length;
    await opened.restart();
    while (opened.logged.length < logged + 2) await new Promise(setImmediate);
    await opened.clock.advance(60_000);
    await untilLogged(open.executionArn, "ExecutionSucceeded");
    expect(
      loggedTypes(open.executionArn).filter((type) => type === "ExecutionStarted"),
    ).toHaveLength(2);
    expect(
      loggedTypes(ended.executionArn).filter((type) => type === "ExecutionStarted"),
    ).toHaveLength(1);
  });

  test("can be asked for by no operation but the log", async () => {
    const stateMachineArn = await define(pass);
    const { executionArn } = await opened.sfn.send(new StartExecutionCommand({ stateMachineArn }));
    await expect(
      opened.sfn.send(new DescribeExecutionCommand({ executionArn })),
    ).rejects.toMatchObject({ name: "InvalidArn" });
    await expect(
      opened.sfn.send(new ListExecutionsCommand({ stateMachineArn })),
    ).rejects.toMatchObject({ name: "StateMachineTypeNotSupported" });
    expect(
      await opened.sfn.send(new DescribeStateMachineCommand({ stateMachineArn })),
    ).toMatchObject({ type: "EXPRESS" });
  });
});

test.each([
  ["arn:aws:states:::sqs:sendMessage.waitForTaskToken", /waitForTaskToken/],
  ["arn:aws:states:::states:startExecution.sync", /\.sync/],
  [`arn:aws:states:${place.region}:${place.accountId}:activity:look`, /Activity/],
])("%s can't stand in an EXPRESS machine", async (Resource, message) => {
  await expect(define({ Type: "Task", Resource, End: true })).rejects.toMatchObject({
    name: "InvalidDefinition",
    message: expect.stringMatching(message),
  });
});
