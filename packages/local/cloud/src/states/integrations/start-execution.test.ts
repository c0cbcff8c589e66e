import type { Json } from "@darkroom/states";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { place } from "../../testing/test-endpoint.ts";
import { type IntegrationHost, openIntegrationHost } from "./testing/integration-host.ts";

let host: IntegrationHost;
let adding: string;
let failing: string;
let waiting: string;

const one = (state: object): object => ({
  StartAt: "Only",
  States: { Only: { End: true, ...state } },
});

/** A machine that starts another one. */
const starting = (pattern: string, more: object = {}): object =>
  one({
    Type: "Task",
    Resource: `arn:aws:states:::states:startExecution${pattern}`,
    Parameters: { "StateMachineArn.$": "$.machine", "Input.$": "$.input", "Name.$": "$.name" },
    ...more,
  });

let machines = 0;

/** Runs a machine that starts `machine` to its end. */
async function run(pattern: string, machine: string, input: Json): Promise<Record<string, Json>> {
  machines += 1;
  const parent = await host.createMachine(`parent-${machines}`, starting(pattern));
  return host.ended(await host.start(parent, { machine, input, name: `child-${machines}` }));
}

beforeAll(async () => {
  host = openIntegrationHost();
  adding = await host.createMachine(
    "adding",
    one({ Type: "Pass", Parameters: { "sum.$": "States.MathAdd($.a, $.b)" } }),
  );
  failing = await host.createMachine("failing", {
    StartAt: "Only",
    States: { Only: { Type: "Fail", Error: "Broken", Cause: "by design" } },
  });
  waiting = await host.createMachine("waiting", one({ Type: "Wait", Seconds: 3600 }));
});
afterAll(() => host.close());

describe("states:startExecution", () => {
  test("starts an execution, and says when", async () => {
    const started = Date.now();
    const { status, output } = await run("", adding, { a: 1, b: 2 });
    expect(status).toBe("SUCCEEDED");
    const result = JSON.parse(String(output));
    expect(result).toMatchObject({
      ExecutionArn: expect.stringMatching(/:execution:adding:child-\d+$/),
      SdkHttpMetadata: { HttpStatusCode: 200 },
      SdkResponseMetadata: { RequestId: expect.any(String) },
    });
    expect(result.StartDate).toBeGreaterThanOrEqual(started);
    expect(await host.ended(result.ExecutionArn)).toMatchObject({ output: '{"sum":3}' });
  });

  test("names a machine that isn't there", async () => {
    const none = `arn:aws:states:${place.region}:${place.accountId}:stateMachine:none`;
    const { error, cause } = await run("", none, {});
    expect(error).toBe("StepFunctions.StateMachineDoesNotExistException");
    expect(cause).toMatch(
      /^State Machine Does Not Exist: '.*' \(Service: AWSStepFunctions; Status Code: 400; Error Code: StateMachineDoesNotExist; Request ID: [\w-]+; Proxy: null\)$/,
    );
  });

  test("takes an input of null for none", async () => {
    const { output } = await run(".sync", waitless, null);
    expect(JSON.parse(String(output))).toMatchObject({ Input: "{}" });
  });

  let waitless: string;
  beforeAll(async () => {
    waitless = await host.createMachine("waitless", one({ Type: "Pass" }));
  });
});

describe("states:startExecution.sync", () => {
  test("waits for the end and gives input and output as text", async () => {
    const { output } = await run(".sync", adding, { a: 3, b: 4 });
    expect(JSON.parse(String(output))).toMatchObject({
      Input: '{"a":3,"b":4}',
      InputDetails: { Included: true },
      Output: '{"sum":7}',
      OutputDetails: { Included: true },
      StartDate: expect.any(Number),
      StateMachineArn: adding,
      Status: "SUCCEEDED",
      StopDate: expect.any(Number),
    });
  });

  test("gives them as JSON with :2", async () => {
    const { output } = await run(".sync:2", adding, { a: 3, b: 4 });
    expect(JSON.parse(String(output))).toMatchObject({
      Input: { a: 3, b: 4 },
      Output: { sum: 7 },
    });
  });

  test.each([".sync", ".sync:2"])("%s fails when the execution does", async (pattern) => {
    const { error, cause, status } = await run(pattern, failing, {});
    expect(status).toBe("FAILED");
    expect(error).toBe("States.TaskFailed");
    expect(JSON.parse(String(cause))).toMatchObject({
      Cause: "by design",
      Error: "Broken",
      ExecutionArn: expect.any(String),
      Status: "FAILED",
    });
    expect(JSON.parse(String(cause))).not.toHaveProperty("Output");
  });

  test("stops the execution when its own is stopped", async () => {
    const parent = await host.createMachine("stopped-parent", starting(".sync"));
    const arn = await host.start(parent, { machine: waiting, input: {}, name: "left" });
    await host.history(arn, "TaskSubmitted");
    await host.sfn("StopExecution", { executionArn: arn });
    const child = `arn:aws:states:${place.region}:${place.accountId}:execution:waiting:left`;
    expect(await host.ended(child)).toMatchObject({ status: "ABORTED" });
  });

  test("stops it when the task times out", async () => {
    const parent = await host.createMachine(
      "impatient-parent",
      starting(".sync", { TimeoutSeconds: 1 }),
    );
    const arn = await host.start(parent, { machine: waiting, input: {}, name: "late" });
    expect(await host.ended(arn)).toMatchObject({ status: "FAILED", error: "States.Timeout" });
    const child = `arn:aws:states:${place.region}:${place.accountId}:execution:waiting:late`;
    expect(await host.ended(child)).toMatchObject({ status: "ABORTED" });
  });
});

test("after a restart the execution that was begun goes on, and is waited for again", async () => {
  const before = openIntegrationHost();
  const { QueueUrl } = (await before.call("aws-sdk:sqs:createQueue", {
    QueueName: "questions",
  })) as { QueueUrl: string };
  const child = await before.createMachine(
    "asking",
    one({
      Type: "Task",
      Resource: "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
      Parameters: { QueueUrl, "MessageBody.$": "$$.Task.Token" },
    }),
  );
  const parent = await before.createMachine("asking-parent", starting(".sync:2"));
  const arn = await before.start(parent, { machine: child, input: {}, name: "asked" });
  const childArn = `arn:aws:states:${place.region}:${place.accountId}:execution:asking:asked`;
  await before.history(arn, "TaskSubmitted");
  await before.history(childArn, "TaskSubmitted");
  await before.close();

  const after = openIntegrationHost({ folder: before.folder });
  expect(await after.sfn("DescribeExecution", { executionArn: childArn })).toMatchObject({
    status: "RUNNING",
  });
  const { Messages } = (await after.call("aws-sdk:sqs:receiveMessage", { QueueUrl })) as {
    Messages: readonly { Body: string }[];
  };
  await after.sfn("SendTaskSuccess", { taskToken: Messages[0]?.Body, output: '"yes"' });
  const { output } = await after.ended(arn);
  expect(JSON.parse(String(output))).toMatchObject({ ExecutionArn: childArn, Output: "yes" });
  expect(await after.sfn("ListExecutions", { stateMachineArn: child })).toMatchObject({
    executions: [{ executionArn: childArn }],
  });
  await after.close();
});

test("a task that waits for its token ends by what SendTaskSuccess says", async () => {
  const queue = { QueueName: "approvals" };
  const { QueueUrl } = (await host.call("aws-sdk:sqs:createQueue", queue)) as { QueueUrl: string };
  const parent = await host.createMachine(
    "approval",
    one({
      Type: "Task",
      Resource: "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
      Parameters: { QueueUrl, MessageBody: { "token.$": "$$.Task.Token" } },
    }),
  );
  const arn = await host.start(parent);
  const history = await host.history(arn, "TaskSubmitted");
  expect(history.map(({ type }) => type)).toEqual([
    "ExecutionStarted",
    "TaskStateEntered",
    "TaskScheduled",
    "TaskStarted",
    "TaskSubmitted",
  ]);
  const { Messages } = (await host.call("aws-sdk:sqs:receiveMessage", { QueueUrl })) as {
    Messages: readonly { Body: string }[];
  };
  const { token } = JSON.parse(Messages[0]?.Body ?? "");
  await host.call("aws-sdk:sfn:sendTaskSuccess", { TaskToken: token, Output: { approved: true } });
  expect(await host.ended(arn)).toMatchObject({
    status: "SUCCEEDED",
    output: '{"approved":true}',
  });
});
