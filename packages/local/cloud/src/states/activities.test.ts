import {
  CreateActivityCommand,
  type CreateActivityCommandInput,
  DeleteActivityCommand,
  DescribeActivityCommand,
  GetActivityTaskCommand,
  ListActivitiesCommand,
  ListTagsForResourceCommand,
  paginateListActivities,
  SendTaskSuccessCommand,
  SFNClient,
  StopExecutionCommand,
  TagResourceCommand,
  UntagResourceCommand,
} from "@aws-sdk/client-sfn";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { place } from "../testing/test-endpoint.ts";
import { openTestStates, type TestStates } from "./testing/open-test-states.ts";

const arnOf = (name: string) =>
  `arn:aws:states:${place.region}:${place.accountId}:activity:${name}`;

let stack: TestStates;
beforeEach(async () => {
  stack = await openTestStates();
});
afterEach(() => stack.close());

const create = (input: Partial<CreateActivityCommandInput> = {}) =>
  stack.sfn.send(new CreateActivityCommand({ name: "approve", ...input }));
const remove = (name = "approve") =>
  stack.sfn.send(new DeleteActivityCommand({ activityArn: arnOf(name) }));
const describeIt = (name = "approve") =>
  stack.sfn.send(new DescribeActivityCommand({ activityArn: arnOf(name) }));
const names = async () =>
  (await stack.sfn.send(new ListActivitiesCommand({}))).activities?.map(({ name }) => name);
const tags = async () =>
  (await stack.sfn.send(new ListTagsForResourceCommand({ resourceArn: arnOf("approve") }))).tags;
const poll = (workerName?: string, abortSignal?: AbortSignal, activity = "approve") =>
  stack.sfn.send(
    new GetActivityTaskCommand({ activityArn: arnOf(activity), workerName }),
    abortSignal === undefined ? {} : { abortSignal },
  );
const succeed = (taskToken: string | undefined, output = '"yes"') =>
  stack.sfn.send(new SendTaskSuccessCommand({ taskToken, output }));

const defineApproval = (more: object = {}) =>
  stack.define("approval", {
    StartAt: "Ask",
    States: { Ask: { Type: "Task", Resource: arnOf("approve"), End: true, ...more } },
  });

describe("an activity", () => {
  test("is made once by its name, whatever tags the next one has", async () => {
    const first = await create({ tags: [{ key: "team", value: "photos" }] });
    await stack.clock.advance(1000);
    const second = await create({ tags: [{ key: "team", value: "other" }] });

    expect(first.activityArn).toBe(arnOf("approve"));
    expect(second).toMatchObject({
      activityArn: first.activityArn,
      creationDate: first.creationDate,
    });
    expect(await tags()).toEqual([{ key: "team", value: "photos" }]);
    expect(await describeIt()).toMatchObject({
      activityArn: arnOf("approve"),
      name: "approve",
      creationDate: first.creationDate,
      encryptionConfiguration: { type: "AWS_OWNED_KEY" },
    });
  });

  test("is deleted, as often as one likes", async () => {
    await create();
    await remove();
    await remove();
    await expect(describeIt()).rejects.toMatchObject({
      name: "ActivityDoesNotExist",
      message: `Activity Does Not Exist: '${arnOf("approve")}'`,
    });
    await expect(poll()).rejects.toMatchObject({ name: "ActivityDoesNotExist" });
  });

  test("has tags that can be changed", async () => {
    await create();
    const resourceArn = arnOf("approve");
    await stack.sfn.send(
      new TagResourceCommand({
        resourceArn,
        tags: [
          { key: "a", value: "1" },
          { key: "b", value: "2" },
        ],
      }),
    );
    await stack.sfn.send(new UntagResourceCommand({ resourceArn, tagKeys: ["a"] }));
    expect(await tags()).toEqual([{ key: "b", value: "2" }]);
  });

  test("stands in the list, which comes page by page", async () => {
    for (const name of ["c", "a", "b"]) await create({ name });
    const pages = [];
    const pager = { client: stack.sfn, pageSize: 2 };
    for await (const { activities } of paginateListActivities(pager, {})) {
      pages.push(activities?.map(({ name }) => name));
    }
    expect(pages).toEqual([["a", "b"], ["c"]]);
    await expect(
      stack.sfn.send(new ListActivitiesCommand({ nextToken: "made up" })),
    ).rejects.toMatchObject({ name: "InvalidToken" });
  });

  test("is there after a restart, with its tags and date", async () => {
    const { creationDate } = await create({ tags: [{ key: "a", value: "1" }] });
    await create({ name: "gone" });
    await remove("gone");
    await stack.clock.advance(1000);
    await stack.restart();

    expect(await names()).toEqual(["approve"]);
    expect((await describeIt()).creationDate).toEqual(creationDate);
    expect(await tags()).toEqual([{ key: "a", value: "1" }]);
  });

  test("of the stack is there from the start, and goes when the stack has it no more", async () => {
    await create({ name: "made" });
    stack.activities = ["declared"];
    await stack.restart();
    expect(await names()).toEqual(["declared", "made"]);
    await remove("declared");
    await stack.restart();
    expect(await names()).toEqual(["declared", "made"]);
    stack.activities = [];
    await stack.restart();
    expect(await names()).toEqual(["made"]);
  });

  test.each([
    [{ name: "" }, "ValidationException"],
    [{ name: "x".repeat(81) }, "ValidationException"],
    [{ name: "a b" }, "InvalidName"],
    [{ name: "a/b" }, "InvalidName"],
    [
      { encryptionConfiguration: { type: "CUSTOMER_MANAGED_KMS_KEY", kmsKeyId: "key" } } as const,
      "ValidationException",
    ],
  ])("that AWS or the local cloud can't have is refused: %j", async (input, name) => {
    await expect(create(input)).rejects.toMatchObject({ name });
  });

  test("is asked for by the ARN of an activity", async () => {
    for (const activityArn of ["x", arnOf("a:b"), arnOf("a").replace("activity", "stateMachine")]) {
      await expect(
        stack.sfn.send(new DescribeActivityCommand({ activityArn })),
      ).rejects.toMatchObject({ name: "InvalidArn" });
    }
  });
});

describe("a task of an activity", () => {
  test("goes to a worker, whose name the history has, and ends as the worker says", async () => {
    await create();
    const executionArn = await stack.start(await defineApproval(), { input: '{"photo":7}' });
    const task = await poll("worker-1");
    await succeed(task.taskToken);
    await stack.until(executionArn, "ExecutionSucceeded");

    expect(task.input).toBe('{"photo":7}');
    const history = await stack.historyOf(executionArn);
    expect(history.map(({ type }) => type)).toEqual([
      "ExecutionStarted",
      "TaskStateEntered",
      "ActivityScheduled",
      "ActivityStarted",
      "ActivitySucceeded",
      "TaskStateExited",
      "ExecutionSucceeded",
    ]);
    expect(history[3]?.activityStartedEventDetails).toEqual({ workerName: "worker-1" });
    expect(history.at(-1)?.executionSucceededEventDetails?.output).toBe('"yes"');
  });

  test("goes to one worker, however many ask for it, in the order of scheduling", async () => {
    await create();
    const machine = await defineApproval();
    const early = Array.from({ length: 4 }, () => poll());
    const inputs = Array.from({ length: 8 }, (_, index) => String(index));
    for (const input of inputs) await stack.start(machine, { input });
    const late = [];
    while (late.length < 4) late.push(await poll());
    const tasks = [...(await Promise.all(early)), ...late];

    expect(new Set(tasks.map(({ taskToken }) => taskToken)).size).toBe(8);
    expect(late.map(({ input }) => input)).toEqual(["4", "5", "6", "7"]);
    expect(tasks.map(({ input }) => input).sort()).toEqual(inputs);
  });

  test("is not there: the answer is empty after 60 seconds", async () => {
    await create();
    const answer = poll();
    await stack.clock.timersSet(1);
    await stack.clock.advance(60_000);
    const { taskToken, input } = await answer;
    expect([taskToken, input]).toEqual([undefined, undefined]);
  });

  test("is not for a worker whose connection is closed", async () => {
    await create();
    const machine = await defineApproval();
    const gone = new AbortController();
    const lost = poll("gone", gone.signal);
    await stack.clock.timersSet(1);
    gone.abort();
    await expect(lost).rejects.toMatchObject({ name: "AbortError" });
    // Once this call is answered the endpoint has seen the other connection end.
    await describeIt();
    await stack.start(machine, { input: "1" });

    expect(await poll("there")).toMatchObject({ input: "1" });
  });

  test("of an execution that was stopped is not handed out", async () => {
    await create();
    const machine = await defineApproval();
    const stopped = await stack.start(machine, { input: "1" });
    await stack.until(stopped, "ActivityScheduled");
    await stack.sfn.send(new StopExecutionCommand({ executionArn: stopped }));
    await stack.start(machine, { input: "2" });

    expect(await poll()).toMatchObject({ input: "2" });
  });

  test("fails when the activity isn't there", async () => {
    const executionArn = await stack.start(await defineApproval());
    await stack.until(executionArn, "ExecutionFailed");
    expect(await stack.statusOf(executionArn)).toBe("FAILED");
  });

  test.each(["", "x".repeat(81)])(
    "is for a worker with a name of 1 to 80 characters",
    async (name) => {
      await create();
      await expect(poll(name)).rejects.toMatchObject({ name: "ValidationException" });
    },
  );
});

test("a role may ask for tasks of the activities that its policy names", async () => {
  await create();
  await create({ name: "other" });
  const credentials = stack.endpoint.roleKey("worker", {
    Effect: "Allow",
    Action: "states:GetActivityTask",
    Resource: arnOf("approve"),
  });
  const worker = new SFNClient({ ...stack.endpoint.client, credentials });
  await stack.start(await defineApproval());

  const ask = (name: string) =>
    worker.send(new GetActivityTaskCommand({ activityArn: arnOf(name) }));
  expect((await ask("approve")).taskToken).toBeDefined();
  await expect(ask("other")).rejects.toMatchObject({ name: "AccessDeniedException" });
});
