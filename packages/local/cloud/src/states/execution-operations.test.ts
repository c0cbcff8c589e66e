import {
  DescribeExecutionCommand,
  DescribeStateMachineCommand,
  DescribeStateMachineForExecutionCommand,
  GetExecutionHistoryCommand,
  ListExecutionsCommand,
  type ListExecutionsCommandInput,
  ListStateMachinesCommand,
  paginateGetExecutionHistory,
  StartExecutionCommand,
  StopExecutionCommand,
} from "@aws-sdk/client-sfn";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { place } from "../testing/test-endpoint.ts";
import { openTestStates, type TestStates } from "./testing/open-test-states.ts";

const waits = { StartAt: "W", States: { W: { Type: "Wait", Seconds: 3600, End: true } } };
const passes = { StartAt: "P", States: { P: { Type: "Pass", End: true } } };
const fails = { StartAt: "F", States: { F: { Type: "Fail", Error: "No", Cause: "way" } } };

let stack: TestStates;
beforeEach(async () => {
  stack = await openTestStates();
});
afterEach(() => stack.close());

const describeIt = (executionArn: string, includedData?: "ALL_DATA" | "METADATA_ONLY") =>
  stack.sfn.send(new DescribeExecutionCommand({ executionArn, includedData }));
const list = (input: ListExecutionsCommandInput) =>
  stack.sfn.send(new ListExecutionsCommand(input));

describe("StartExecution", () => {
  test("keeps the trace header for DescribeExecution", async () => {
    const stateMachineArn = await stack.define("work", passes);
    const traceHeader = "Root=1-5759e988-bd862e3fe1be46a994272793;Sampled=1";
    const { executionArn } = await stack.sfn.send(
      new StartExecutionCommand({ stateMachineArn, traceHeader }),
    );
    await stack.until(executionArn ?? "", "ExecutionSucceeded");
    expect((await describeIt(executionArn ?? "")).traceHeader).toBe(traceHeader);
  });

  test.each([
    [{ name: "" }, "ValidationException"],
    [{ name: "x".repeat(81) }, "ValidationException"],
    [{ name: "a*b" }, "InvalidName"],
    [{ traceHeader: "x".repeat(257) }, "ValidationException"],
    [{ traceHeader: "é" }, "ValidationException"],
    [{ input: "{" }, "InvalidExecutionInput"],
    [{ input: `"${"é".repeat(131_072)}"` }, "ValidationException"],
  ])("refuses what AWS would: %.40j", async (input, name) => {
    const stateMachineArn = await stack.define("work", passes);
    await expect(
      stack.sfn.send(new StartExecutionCommand({ stateMachineArn, ...input })),
    ).rejects.toMatchObject({ name });
  });

  test("of a version or an alias finds none", async () => {
    const stateMachineArn = await stack.define("work", passes);
    for (const qualifier of ["1", "PROD"]) {
      await expect(stack.start(`${stateMachineArn}:${qualifier}`)).rejects.toMatchObject({
        name: "StateMachineDoesNotExist",
      });
    }
  });

  test("with a name that is in use says so with the execution's ARN", async () => {
    const machine = await stack.define("work", waits);
    const executionArn = await stack.start(machine, { name: "one", input: "1" });
    await expect(stack.start(machine, { name: "one", input: "2" })).rejects.toMatchObject({
      name: "ExecutionAlreadyExists",
      message: `Execution Already Exists: '${executionArn}'`,
    });
  });
});

describe("DescribeExecution", () => {
  test("leaves input and output out when only the metadata is asked for", async () => {
    const executionArn = await stack.start(await stack.define("work", passes), { input: "7" });
    await stack.until(executionArn, "ExecutionSucceeded");

    const all = await describeIt(executionArn, "ALL_DATA");
    const metadata = await describeIt(executionArn, "METADATA_ONLY");
    expect(all).toMatchObject({ input: "7", output: "7", inputDetails: { included: true } });
    expect(metadata.status).toBe("SUCCEEDED");
    expect([metadata.input, metadata.output, metadata.inputDetails]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
  });
});

test("a definition is left out when only the metadata is asked for", async () => {
  const stateMachineArn = await stack.define("work", waits);
  const executionArn = await stack.start(stateMachineArn);
  const includedData = "METADATA_ONLY";
  const described = await stack.sfn.send(
    new DescribeStateMachineCommand({ stateMachineArn, includedData }),
  );
  const ofExecution = await stack.sfn.send(
    new DescribeStateMachineForExecutionCommand({ executionArn, includedData }),
  );
  expect([described.definition, ofExecution.definition]).toEqual(["{}", "{}"]);
});

describe("ListExecutions", () => {
  test("filters by status, and by whether they were redriven", async () => {
    const stateMachineArn = await stack.define("work", fails);
    await stack.until(await stack.start(stateMachineArn, { name: "a" }), "ExecutionFailed");
    const names = async (filter: Omit<ListExecutionsCommandInput, "stateMachineArn">) =>
      (await list({ stateMachineArn, ...filter })).executions?.map(({ name }) => name);

    expect(await names({ statusFilter: "FAILED" })).toEqual(["a"]);
    expect(await names({ statusFilter: "SUCCEEDED" })).toEqual([]);
    expect(await names({ redriveFilter: "NOT_REDRIVEN" })).toEqual(["a"]);
    expect(await names({ redriveFilter: "REDRIVEN" })).toEqual([]);
    expect(await names({ redriveFilter: "NOT_REDRIVEN", statusFilter: "RUNNING" })).toEqual([]);
  });

  test("is of a state machine or of a Map Run, and not of both or none", async () => {
    const stateMachineArn = await stack.define("work", passes);
    const mapRunArn = `arn:aws:states:${place.region}:${place.accountId}:mapRun:work/Each:one`;
    await expect(list({})).rejects.toMatchObject({ name: "ValidationException" });
    await expect(list({ stateMachineArn, mapRunArn })).rejects.toMatchObject({
      name: "ValidationException",
    });
    await expect(list({ mapRunArn })).rejects.toMatchObject({ name: "ResourceNotFound" });
    await expect(list({ stateMachineArn, statusFilter: "PENDING_REDRIVE" })).rejects.toMatchObject({
      name: "ValidationException",
    });
  });
});

describe("a token for the next page", () => {
  test("that was made up is refused", async () => {
    const stateMachineArn = await stack.define("work", waits);
    const executionArn = await stack.start(stateMachineArn);
    for (const nextToken of ["made up", "AAAA"]) {
      for (const call of [
        () => list({ stateMachineArn, nextToken }),
        () => stack.sfn.send(new GetExecutionHistoryCommand({ executionArn, nextToken })),
      ]) {
        await expect(call()).rejects.toMatchObject({ name: "InvalidToken" });
      }
    }
    await expect(
      stack.sfn.send(new ListStateMachinesCommand({ nextToken: "made up" })),
    ).rejects.toMatchObject({ name: "InvalidToken" });
  });

  test("gives the rest of a history, each event once", async () => {
    const executionArn = await stack.start(await stack.define("work", passes));
    await stack.until(executionArn, "ExecutionSucceeded");
    for (const reverseOrder of [false, true]) {
      const ids = [];
      const pager = { client: stack.sfn, pageSize: 1 };
      for await (const page of paginateGetExecutionHistory(pager, { executionArn, reverseOrder })) {
        ids.push(page.events?.map(({ id }) => id));
      }
      expect(ids).toEqual(reverseOrder ? [[4], [3], [2], [1]] : [[1], [2], [3], [4]]);
    }
  });
});

test("StopExecution of what has ended changes nothing", async () => {
  const executionArn = await stack.start(await stack.define("work", passes));
  const end = await stack.until(executionArn, "ExecutionSucceeded");
  await stack.clock.advance(1000);
  const { stopDate } = await stack.sfn.send(
    new StopExecutionCommand({ executionArn, error: "Late" }),
  );
  expect(stopDate).toEqual(end.timestamp);
  expect(await stack.statusOf(executionArn)).toBe("SUCCEEDED");
});
