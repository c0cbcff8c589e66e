import {
  DescribeExecutionCommand,
  GetExecutionHistoryCommand,
  ListExecutionsCommand,
  SendTaskSuccessCommand,
  SFNClient,
} from "@aws-sdk/client-sfn";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { openStatesStore } from "../store.ts";
import {
  distributedMap,
  type MapRunStates,
  openMapRunStates,
} from "./testing/open-map-run-states.ts";

const forever = () => new Promise<never>(() => {});

let states: MapRunStates;
/** What the function was called with, in this process. */
let called: unknown[];
beforeEach(async () => {
  states = await openMapRunStates();
  called = [];
});
afterEach(async () => {
  await states.close();
  expect(states.seen.faults).toEqual([]);
});

/** The function answers to items that `isDone` lets pass, and keeps the others. */
function answerTo(isDone: (input: unknown) => boolean): void {
  called = [];
  states.seen.answer = (input) => {
    called.push(input);
    return isDone(input) ? input : forever();
  };
}

const listReader = {
  ItemReader: {
    Resource: "arn:aws:states:::s3:listObjectsV2",
    Parameters: { Bucket: "photos", Prefix: "in/" },
  },
  ItemSelector: { "key.$": "$$.Map.Item.Value.Key" },
};
const keyOf = (input: unknown): string => (input as { key: string }).key;
const numberOf = (input: unknown): number => Number(keyOf(input).slice(3));

async function putObjects(count: number): Promise<string[]> {
  const keys = Array.from({ length: count }, (_, index) => `in/${String(index).padStart(4, "0")}`);
  for (let index = 0; index < count; index += 50) {
    await Promise.all(keys.slice(index, index + 50).map((key) => states.putObject(key, key)));
  }
  return keys;
}

describe("a restart", { timeout: 120_000 }, () => {
  test("goes on with the objects of a bucket: what has ended isn't run again, nothing is left out", async () => {
    const keys = await putObjects(1000);
    answerTo((input) => numberOf(input) < 400);
    const executionArn = await states.start("objects", distributedMap(listReader));
    const mapRunArn = await states.mapRunOf(executionArn);
    await states.untilCount(mapRunArn, "succeeded", 400);
    const listed = states.seen.s3Requests.length;

    await states.restart(() => answerTo(() => true));
    const { output, status } = await states.ended(executionArn);

    expect(status).toBe("SUCCEEDED");
    expect(JSON.parse(output ?? "").map(keyOf)).toEqual(keys);
    expect(called.map(keyOf).sort()).toEqual(keys.slice(400));
    expect(states.seen.s3Requests).toHaveLength(listed);
    expect((await states.describeRun(mapRunArn)).itemCounts).toMatchObject({
      total: 1000,
      succeeded: 1000,
      pending: 0,
      running: 0,
    });
  });

  test("goes on with the lines of an object", async () => {
    const lines = Array.from({ length: 1000 }, (_, index) =>
      JSON.stringify({ key: `in/${index}` }),
    );
    await states.putObject("lines.jsonl", lines.join("\n"));
    answerTo((input) => numberOf(input) % 2 === 0);
    const executionArn = await states.start(
      "lines",
      distributedMap({
        MaxConcurrency: 600,
        ItemReader: {
          Resource: "arn:aws:states:::s3:getObject",
          ReaderConfig: { InputType: "JSONL" },
          Parameters: { Bucket: "photos", Key: "lines.jsonl" },
        },
      }),
    );
    const mapRunArn = await states.mapRunOf(executionArn);
    while (called.length < 500) await states.describeRun(mapRunArn);

    await states.restart(() => answerTo(() => true));
    const { output } = await states.ended(executionArn);

    expect(JSON.parse(output ?? "").map(keyOf)).toEqual(
      lines.map((line) => keyOf(JSON.parse(line))),
    );
    expect(new Set(called.map(keyOf)).size).toBe(called.length);
    expect((await states.describeRun(mapRunArn)).executionCounts?.succeeded).toBe(1000);
  });

  test("reads the items anew if they were not all there", async () => {
    const keys = await putObjects(5);
    answerTo(() => true);
    states.seen.gate = forever();
    const executionArn = await states.start("anew", distributedMap(listReader));
    const mapRunArn = await states.mapRunOf(executionArn);
    while (states.seen.s3Requests.length === 0) await states.describeRun(mapRunArn);

    await states.restart(() => {
      states.seen.gate = undefined;
    });
    await states.ended(executionArn);

    expect(called.map(keyOf).sort()).toEqual(keys);
    expect((await states.describeRun(mapRunArn)).itemCounts?.total).toBe(5);
  });

  test("begins Express children again that had no end, and only those", async () => {
    const items = ["in/1", "in/2", "in/3", "in/4"].map((key) => ({ key }));
    answerTo((input) => numberOf(input) <= 2);
    const executionArn = await states.start("express", distributedMap({}, "EXPRESS"), items);
    const mapRunArn = await states.mapRunOf(executionArn);
    await states.untilCount(mapRunArn, "succeeded", 2);

    await states.restart(() => answerTo(() => true));
    const { output } = await states.ended(executionArn);

    expect(JSON.parse(output ?? "")).toEqual(items);
    expect(called.map(keyOf).sort()).toEqual(["in/3", "in/4"]);
    await expect(states.sfn.send(new ListExecutionsCommand({ mapRunArn }))).rejects.toMatchObject({
      name: "StateMachineTypeNotSupported",
    });
  });

  test("leaves a child's task token as it was", async () => {
    const map = distributedMap({
      ItemProcessor: {
        ProcessorConfig: { Mode: "DISTRIBUTED", ExecutionType: "STANDARD" },
        StartAt: "Ask",
        States: {
          Ask: {
            Type: "Task",
            Resource: "arn:aws:states:::lambda:invoke.waitForTaskToken",
            Parameters: { FunctionName: "ask", Payload: { "token.$": "$$.Task.Token" } },
            End: true,
          },
        },
      },
    });
    answerTo(() => true);
    const executionArn = await states.start("asked", map, ["one"]);
    while (called.length === 0) await states.describe(executionArn);
    const [{ token: taskToken } = { token: "" }] = called as { token: string }[];
    const mapRunArn = await states.mapRunOf(executionArn);
    const { executions } = await states.sfn.send(new ListExecutionsCommand({ mapRunArn }));
    const childArn = executions?.[0]?.executionArn ?? "";
    const isSubmitted = async () =>
      (
        await states.sfn.send(new GetExecutionHistoryCommand({ executionArn: childArn }))
      ).events?.some(({ type }) => type === "TaskSubmitted");
    while (!(await isSubmitted()));

    await states.restart();
    const answer = new SendTaskSuccessCommand({ taskToken, output: '"yes"' });
    const patient = new SFNClient({ ...states.endpoint.client, maxAttempts: 10 });
    await patient.send(answer);
    patient.destroy();

    expect((await states.ended(executionArn)).output).toBe('["yes"]');
    expect(called).toHaveLength(1);
    await expect(states.sfn.send(answer)).rejects.toMatchObject({ name: "TaskTimedOut" });
  });

  test("ends the children of an execution that has ended without them", async () => {
    answerTo(() => false);
    const executionArn = await states.start("orphans", distributedMap(), [1, 2]);
    const mapRunArn = await states.mapRunOf(executionArn);
    await states.untilCount(mapRunArn, "running", 2);

    await states.restart(async () => {
      const store = openStatesStore(states.databaseFile);
      const last = store.lastEventId(executionArn);
      const end = { id: last + 1, previousEventId: 0, timestamp: Date.now() };
      await store.commit(() => store.append(executionArn, [{ ...end, type: "ExecutionAborted" }]));
      await store.close();
    });
    while ((await states.describeRun(mapRunArn)).status === "RUNNING");

    const { executions } = await states.sfn.send(new ListExecutionsCommand({ mapRunArn }));
    expect(executions?.map(({ status }) => status)).toEqual(["ABORTED", "ABORTED"]);
    const child = { executionArn: executions?.[0]?.executionArn };
    const { events } = await states.sfn.send(new GetExecutionHistoryCommand(child));
    expect(events?.at(-1)?.type).toBe("ExecutionAborted");
    const { stopDate } = await states.sfn.send(new DescribeExecutionCommand(child));
    expect(stopDate).toBeInstanceOf(Date);
  });
});
