import { join } from "node:path";
import {
  DescribeExecutionCommand,
  DescribeStateMachineCommand,
  GetExecutionHistoryCommand,
  ListExecutionsCommand,
  ListStateMachinesCommand,
  SFNClient,
  StartExecutionCommand,
  StopExecutionCommand,
} from "@aws-sdk/client-sfn";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { AwsError } from "../aws-error.ts";
import { createFakeClock, type FakeClock } from "../testing/fake-clock.ts";
import { temporaryFolder } from "../testing/temporary-folder.ts";
import { place, serve, type TestEndpoint } from "../testing/test-endpoint.ts";
import type { FunctionResult } from "./integrations/task-services.ts";
import { createStates, type States, type StatesOptions } from "./states-service.ts";

const roleArn = `arn:aws:iam::${place.accountId}:role/machine`;
const machineArn = `arn:aws:states:${place.region}:${place.accountId}:stateMachine:work`;
const functionArn = `arn:aws:lambda:${place.region}:${place.accountId}:function:double`;

const definition = JSON.stringify({
  StartAt: "Double",
  States: {
    Double: {
      Type: "Task",
      Resource: functionArn,
      Retry: [{ ErrorEquals: ["TypeError"], IntervalSeconds: 60, MaxAttempts: 1 }],
      Next: "Pause",
    },
    Pause: { Type: "Wait", Seconds: 3600, End: true },
  },
});

interface Setting {
  states: States;
  sfn: SFNClient;
  clock: FakeClock;
  events: Parameters<StatesOptions["putEvent"]>[0][];
  logged: string[];
  /** What the function answers; by default twice the number it is given. */
  answer: (payload: string) => Promise<FunctionResult> | FunctionResult;
}

let endpoint: TestEndpoint;
let setting: Setting;
let databaseFile: string;

async function open(clock: FakeClock): Promise<Setting> {
  const opened: Pick<Setting, "events" | "logged" | "answer"> = {
    events: [],
    logged: [],
    answer: (payload) => ({ payload: String(2 * JSON.parse(payload)), executedVersion: "$LATEST" }),
  };
  const states = createStates({
    place,
    databaseFile,
    clock,
    services: {
      async invokeFunction(_, payload, { onStarted }) {
        onStarted();
        return setting.answer(payload);
      },
      services: new Map(),
      callAs: (caller, signal) => endpoint.callAs(caller, signal),
    },
    requireTrust() {},
    requireLogDelivery() {},
    putEvent: (event) => void opened.events.push(event),
    putLogEvents: (_, __, events) =>
      void opened.logged.push(...events.map(({ message }) => message)),
    onFault: (error) => console.error(error),
  });
  states.putStateMachine({
    name: "work",
    roleArn,
    definition,
    type: "STANDARD",
    tracing: false,
    logging: { logGroupName: "/machines", level: "ERROR", includeExecutionData: false },
  });
  endpoint = await serve([states.service]);
  setting = { ...opened, states, clock, sfn: new SFNClient(endpoint.client) };
  states.start();
  return setting;
}

async function close(): Promise<void> {
  await setting.states.close();
  await endpoint.close();
}

beforeEach(async () => {
  databaseFile = join(temporaryFolder(), "states.sqlite");
  await open(createFakeClock());
});
afterEach(close);

const start = (input = "21", name?: string) =>
  setting.sfn.send(new StartExecutionCommand({ stateMachineArn: machineArn, input, name }));
const describeIt = (executionArn: string | undefined) =>
  setting.sfn.send(new DescribeExecutionCommand({ executionArn }));
const historyOf = async (executionArn: string | undefined, more: object = {}) =>
  (await setting.sfn.send(new GetExecutionHistoryCommand({ executionArn, ...more }))).events ?? [];

/** Waits until an execution's history has this many events. */
async function untilEvents(executionArn: string | undefined, count: number): Promise<void> {
  while ((await historyOf(executionArn)).length < count);
}

/** Lets its hour pass. */
async function finish(executionArn: string | undefined): Promise<void> {
  await untilEvents(executionArn, 7);
  await setting.clock.timersSet(1);
  await setting.clock.advance(3_600_000);
  while ((await describeIt(executionArn)).status === "RUNNING");
}

describe("an execution", () => {
  test("runs to its end, and its history tells how", async () => {
    const { executionArn } = await start("21", "first");
    await finish(executionArn);

    expect(await describeIt(executionArn)).toMatchObject({
      executionArn: `arn:aws:states:${place.region}:${place.accountId}:execution:work:first`,
      name: "first",
      status: "SUCCEEDED",
      input: "21",
      output: "42",
    });
    expect((await historyOf(executionArn)).map(({ type }) => type)).toEqual([
      "ExecutionStarted",
      "TaskStateEntered",
      "LambdaFunctionScheduled",
      "LambdaFunctionStarted",
      "LambdaFunctionSucceeded",
      "TaskStateExited",
      "WaitStateEntered",
      "WaitStateExited",
      "ExecutionSucceeded",
    ]);
  });

  test("fails under the name of its function's error, and the log says so", async () => {
    setting.answer = () => ({
      payload: '{"errorType":"RangeError","errorMessage":"too far"}',
      functionError: "Unhandled",
      executedVersion: "$LATEST",
    });

    const { executionArn } = await start();
    while ((await describeIt(executionArn)).status === "RUNNING");

    expect(await describeIt(executionArn)).toMatchObject({
      status: "FAILED",
      error: "RangeError",
      cause: '{"errorType":"RangeError","errorMessage":"too far"}',
    });
    while (setting.logged.length < 2) await describeIt(executionArn);
    expect(setting.logged.map((line) => JSON.parse(line).type)).toEqual([
      "LambdaFunctionFailed",
      "ExecutionFailed",
    ]);
  });

  test("that was refused by Lambda names Lambda's error", async () => {
    setting.answer = () =>
      Promise.reject(new AwsError("TooManyRequestsException", "later", { status: 429 }));

    const { executionArn } = await start();
    while ((await describeIt(executionArn)).status === "RUNNING");

    expect(await describeIt(executionArn)).toMatchObject({
      status: "FAILED",
      error: "Lambda.TooManyRequestsException",
    });
  });

  test("tells EventBridge when it starts and when it ends", async () => {
    const { executionArn } = await start();
    await finish(executionArn);
    while (setting.events.length < 2) await describeIt(executionArn);

    expect(setting.events.map(({ detail }) => detail.status)).toEqual(["RUNNING", "SUCCEEDED"]);
    expect(setting.events[1]).toMatchObject({
      source: "aws.states",
      "detail-type": "Step Functions Execution Status Change",
      resources: [executionArn],
      detail: { stateMachineArn: machineArn, input: "21", output: "42" },
    });
  });

  test("can be stopped, with an error and a cause", async () => {
    const { executionArn } = await start();
    await untilEvents(executionArn, 7);

    await setting.sfn.send(
      new StopExecutionCommand({ executionArn, error: "Enough", cause: "the operator said so" }),
    );

    expect(await describeIt(executionArn)).toMatchObject({
      status: "ABORTED",
      error: "Enough",
      cause: "the operator said so",
    });
  });
});

describe("a name", () => {
  test("with the same input is the same execution while that runs", async () => {
    const first = await start("21", "once");
    const second = await start("21", "once");
    expect(second.executionArn).toBe(first.executionArn);
    expect(
      (await historyOf(first.executionArn)).filter(({ type }) => type === "ExecutionStarted"),
    ).toHaveLength(1);
  });

  test("with another input, or of an execution that has ended, is taken", async () => {
    const { executionArn } = await start("21", "once");
    await expect(start("22", "once")).rejects.toMatchObject({ name: "ExecutionAlreadyExists" });
    await finish(executionArn);
    await expect(start("21", "once")).rejects.toMatchObject({ name: "ExecutionAlreadyExists" });
  });
});

describe("lists", () => {
  test("give executions from the newest on, by status, page by page", async () => {
    await finish((await start("1", "a")).executionArn);
    await start("2", "b");
    await start("3", "c");

    const page = async (nextToken?: string) =>
      setting.sfn.send(
        new ListExecutionsCommand({ stateMachineArn: machineArn, maxResults: 2, nextToken }),
      );
    const first = await page();
    const second = await page(first.nextToken);
    const running = await setting.sfn.send(
      new ListExecutionsCommand({ stateMachineArn: machineArn, statusFilter: "RUNNING" }),
    );

    expect(first.executions?.map(({ name }) => name)).toEqual(["c", "b"]);
    expect(second.executions?.map(({ name }) => name)).toEqual(["a"]);
    expect(second.nextToken).toBeUndefined();
    expect(running.executions?.map(({ name }) => name)).toEqual(["c", "b"]);
  });

  test("give a history forwards and backwards, with and without its data", async () => {
    const { executionArn } = await start();
    await finish(executionArn);

    const backwards = await historyOf(executionArn, { reverseOrder: true, maxResults: 2 });
    const [started] = await historyOf(executionArn, { includeExecutionData: false, maxResults: 1 });

    expect(backwards.map(({ id }) => id)).toEqual([9, 8]);
    expect(started?.executionStartedEventDetails).toEqual({ roleArn });
  });

  test("know the machine", async () => {
    const { stateMachines } = await setting.sfn.send(new ListStateMachinesCommand({}));
    const described = await setting.sfn.send(
      new DescribeStateMachineCommand({ stateMachineArn: machineArn }),
    );

    expect(stateMachines).toMatchObject([{ name: "work", type: "STANDARD" }]);
    expect(described).toMatchObject({ definition, roleArn, type: "STANDARD" });
  });
});

describe("a restart", () => {
  test("goes on with what was under way: a wait for what is left of it", async () => {
    const { executionArn } = await start();
    await untilEvents(executionArn, 7);
    await setting.clock.advance(3_000_000);
    await close();

    await open(setting.clock);
    await setting.clock.timersSet(1);
    await setting.clock.advance(599_000);
    expect((await describeIt(executionArn)).status).toBe("RUNNING");
    await setting.clock.advance(1000);
    while ((await describeIt(executionArn)).status === "RUNNING");

    expect(await describeIt(executionArn)).toMatchObject({ status: "SUCCEEDED", output: "42" });
    expect(
      (await historyOf(executionArn)).filter(({ type }) => type === "LambdaFunctionScheduled"),
    ).toHaveLength(1);
  });

  test("tries again what was to be tried again", async () => {
    setting.answer = () => ({
      payload: '{"errorType":"TypeError","errorMessage":"not yet"}',
      functionError: "Unhandled",
      executedVersion: "$LATEST",
    });
    const { executionArn } = await start();
    await untilEvents(executionArn, 5);
    await close();

    await open(setting.clock);
    await setting.clock.timersSet(1);
    await setting.clock.advance(60_000);
    await untilEvents(executionArn, 10);
    await finish(executionArn);

    expect(await describeIt(executionArn)).toMatchObject({ status: "SUCCEEDED", output: "42" });
  });
});

describe("bad input", () => {
  test.each([
    ["{", "InvalidExecutionInput"],
    [JSON.stringify("x".repeat(262_144)), "ValidationException"],
  ])("of an execution is refused: %.10s", async (input, name) => {
    await expect(start(input)).rejects.toMatchObject({ name });
  });

  test("names a machine or an execution that isn't there", async () => {
    const stateMachineArn = `${machineArn}x`;
    await expect(
      setting.sfn.send(new StartExecutionCommand({ stateMachineArn })),
    ).rejects.toMatchObject({ name: "StateMachineDoesNotExist" });
    await expect(
      describeIt(`arn:aws:states:${place.region}:${place.accountId}:execution:work:none`),
    ).rejects.toMatchObject({ name: "ExecutionDoesNotExist" });
    await expect(
      setting.sfn.send(new DescribeStateMachineCommand({ stateMachineArn: "arn:aws:states:x" })),
    ).rejects.toMatchObject({ name: "InvalidArn" });
  });

  test("is a name with characters that names can't have", async () => {
    await expect(start("1", "a b")).rejects.toMatchObject({ name: "InvalidName" });
  });

  test("is a definition that Step Functions would refuse", () => {
    const broken = JSON.stringify({ StartAt: "Nowhere", States: { A: { Type: "Succeed" } } });
    expect(() =>
      setting.states.putStateMachine({
        name: "x",
        roleArn,
        definition: broken,
        type: "STANDARD",
        tracing: false,
      }),
    ).toThrow("Nowhere");
  });
});

test("a role may do only what its policy says", async () => {
  const credentials = endpoint.roleKey("looker", {
    Effect: "Allow",
    Action: "states:DescribeStateMachine",
    Resource: machineArn,
  });
  const looker = new SFNClient({ ...endpoint.client, credentials });

  await looker.send(new DescribeStateMachineCommand({ stateMachineArn: machineArn }));
  await expect(
    looker.send(new StartExecutionCommand({ stateMachineArn: machineArn })),
  ).rejects.toMatchObject({
    name: "AccessDeniedException",
    message: expect.stringContaining(`states:StartExecution on resource: ${machineArn}`),
  });
});
