import {
  DescribeExecutionCommand,
  DescribeMapRunCommand,
  DescribeStateMachineForExecutionCommand,
  GetExecutionHistoryCommand,
  ListExecutionsCommand,
  ListMapRunsCommand,
  RedriveExecutionCommand,
  SFNClient,
  StopExecutionCommand,
  UpdateMapRunCommand,
} from "@aws-sdk/client-sfn";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { place } from "../../testing/test-endpoint.ts";
import {
  distributedMap,
  type MapRunStates,
  openMapRunStates,
} from "./testing/open-map-run-states.ts";

const prefix = `arn:aws:states:${place.region}:${place.accountId}:`;
const uuid = "[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}";
/** Work that never ends by itself. */
const forever = () => new Promise<never>(() => {});

let states: MapRunStates;
beforeEach(async () => {
  states = await openMapRunStates();
});
afterEach(async () => {
  await states.close();
  expect(states.seen.faults).toEqual([]);
});

const childrenOf = async (mapRunArn: string, more: object = {}) =>
  (await states.sfn.send(new ListExecutionsCommand({ mapRunArn, ...more }))).executions ?? [];

describe("a map run", () => {
  test("gives the results in the order of the items, and tells how many there are", async () => {
    const executionArn = await states.start("double", distributedMap(), [3, 1, 2]);
    const { output, status } = await states.ended(executionArn);
    const mapRunArn = await states.mapRunOf(executionArn);

    expect({ output, status }).toEqual({ output: "[3,1,2]", status: "SUCCEEDED" });
    expect(mapRunArn).toMatch(new RegExp(`^${prefix}mapRun:double/each:${uuid}$`));
    const counts = { total: 3, succeeded: 3, pending: 0, running: 0, failed: 0, aborted: 0 };
    expect(await states.describeRun(mapRunArn)).toMatchObject({
      mapRunArn,
      executionArn,
      status: "SUCCEEDED",
      startDate: expect.any(Date),
      stopDate: expect.any(Date),
      maxConcurrency: 0,
      toleratedFailureCount: 0,
      toleratedFailurePercentage: 0,
      redriveCount: 0,
      executionCounts: counts,
      itemCounts: counts,
    });
  });

  test("has children that are executions, listed by their run and not by the machine", async () => {
    const executionArn = await states.start("listed", distributedMap(), ["a", "b"]);
    await states.ended(executionArn);
    const mapRunArn = await states.mapRunOf(executionArn);
    const children = await childrenOf(mapRunArn);

    expect(children).toHaveLength(2);
    expect(children[0]).toMatchObject({
      executionArn: expect.stringMatching(new RegExp(`^${prefix}execution:listed/each:${uuid}$`)),
      stateMachineArn: `${prefix}stateMachine:listed/each`,
      mapRunArn,
      status: "SUCCEEDED",
      itemCount: 1,
    });
    const child = { executionArn: children[1]?.executionArn };
    expect(await states.sfn.send(new DescribeExecutionCommand(child))).toMatchObject({
      mapRunArn,
      input: '"a"',
      output: '"a"',
    });
    const { events } = await states.sfn.send(new GetExecutionHistoryCommand(child));
    expect(events?.map(({ type }) => type)).toEqual([
      "ExecutionStarted",
      "TaskStateEntered",
      "LambdaFunctionScheduled",
      "LambdaFunctionStarted",
      "LambdaFunctionSucceeded",
      "TaskStateExited",
      "ExecutionSucceeded",
    ]);
    const { executions } = await states.sfn.send(
      new ListExecutionsCommand({ stateMachineArn: `${prefix}stateMachine:listed` }),
    );
    expect(executions?.map((one) => one.executionArn)).toEqual([executionArn]);
    while (states.seen.statusEvents.length < 6) await states.describe(executionArn);
    const told = states.seen.statusEvents.filter(
      ({ detail }) => detail.executionArn === child.executionArn,
    );
    expect(told.map(({ detail }) => detail.status)).toEqual(["RUNNING", "SUCCEEDED"]);
  });

  test("is listed page by page, from the newest on, and so are its children", async () => {
    const machine = (...names: string[]) =>
      Object.fromEntries(
        names.map((name, index) => [
          name,
          distributedMap({ Label: name, End: undefined, Next: names[index + 1] ?? "Done" }),
        ]),
      );
    const executionArn = await states.start(
      "pages",
      {
        Type: "Parallel",
        Branches: [
          {
            StartAt: "one",
            States: { ...machine("one", "two", "three"), Done: { Type: "Succeed" } },
          },
        ],
        End: true,
      },
      [1, 2, 3],
    );
    await states.ended(executionArn);
    const page = async (nextToken?: string) =>
      states.sfn.send(new ListMapRunsCommand({ executionArn, maxResults: 2, nextToken }));
    const first = await page();
    const second = await page(first.nextToken);

    const labels = [first, second].map(({ mapRuns }) =>
      mapRuns?.map(({ stateMachineArn }) => stateMachineArn?.split("/")[1]),
    );
    expect(labels).toEqual([["three", "two"], ["one"]]);
    expect(second.nextToken).toBeUndefined();

    const mapRunArn = first.mapRuns?.[0]?.mapRunArn ?? "";
    const some = await states.sfn.send(new ListExecutionsCommand({ mapRunArn, maxResults: 2 }));
    const rest = await childrenOf(mapRunArn, { nextToken: some.nextToken });
    const inputs = await Promise.all(
      [...(some.executions ?? []), ...rest].map(
        async (child) => (await states.describe(child.executionArn ?? "")).input,
      ),
    );
    expect(inputs).toEqual(["3", "2", "1"]);
    expect(await childrenOf(mapRunArn, { statusFilter: "FAILED" })).toEqual([]);
  });

  test("ends with its execution: the children are stopped", async () => {
    states.seen.answer = forever;
    const executionArn = await states.start("stopped", distributedMap(), [1, 2, 3]);
    const mapRunArn = await states.mapRunOf(executionArn);
    await states.untilCount(mapRunArn, "running", 3);

    await states.sfn.send(new StopExecutionCommand({ executionArn }));
    await states.untilCount(mapRunArn, "aborted", 3);

    while ((await states.describeRun(mapRunArn)).status !== "ABORTED");
    const children = await childrenOf(mapRunArn, { statusFilter: "ABORTED" });
    expect(children).toHaveLength(3);
  });

  test("counts a child that somebody stops", async () => {
    states.seen.answer = forever;
    const executionArn = await states.start("picked", distributedMap(), [1, 2]);
    const mapRunArn = await states.mapRunOf(executionArn);
    await states.untilCount(mapRunArn, "running", 2);
    const [child] = await childrenOf(mapRunArn);

    await states.sfn.send(new StopExecutionCommand({ executionArn: child?.executionArn }));

    expect((await states.describe(child?.executionArn ?? "")).status).toBe("ABORTED");
    expect((await states.describeRun(mapRunArn)).executionCounts).toMatchObject({
      aborted: 1,
      running: 1,
    });
  });

  test("fails when more items fail than are tolerated", async () => {
    states.seen.answer = (item) => (item === "bad" ? Promise.reject(new Error("no")) : item);
    const tolerant = await states.start("tolerant", distributedMap({ ToleratedFailureCount: 1 }), [
      "bad",
      "good",
    ]);
    const strict = await states.start("strict", distributedMap(), ["bad", "good"]);

    expect((await states.ended(tolerant)).status).toBe("SUCCEEDED");
    expect(await states.ended(strict)).toMatchObject({
      status: "FAILED",
      error: "States.ExceedToleratedFailureThreshold",
    });
    const mapRun = await states.describeRun(await states.mapRunOf(strict));
    expect(mapRun.status).toBe("FAILED");
    expect(mapRun.itemCounts?.failed).toBe(1);
  });
});

describe("a redrive of the execution", () => {
  test.each(["STANDARD", "EXPRESS"] as const)(
    "goes on with its map run: only %s children that have not succeeded run again",
    async (type) => {
      states.seen.answer = (item) => (item === "bad" ? Promise.reject(new Error("no")) : item);
      const executionArn = await states.start(
        "again",
        distributedMap({ MaxConcurrency: 1 }, type),
        ["good", "bad"],
      );
      expect((await states.ended(executionArn)).status).toBe("FAILED");
      const mapRunArn = await states.mapRunOf(executionArn);
      expect((await states.describeRun(mapRunArn)).executionCounts).toMatchObject({
        succeeded: 1,
        failed: 1,
        failuresNotRedrivable: 0,
      });

      const called: unknown[] = [];
      states.seen.answer = (item) => {
        called.push(item);
        return item;
      };
      await states.sfn.send(new RedriveExecutionCommand({ executionArn }));
      const { output, status } = await states.ended(executionArn);

      expect({ output, status }).toEqual({ output: '["good","bad"]', status: "SUCCEEDED" });
      expect(called).toEqual(["bad"]);
      expect(await states.describeRun(mapRunArn)).toMatchObject({
        status: "SUCCEEDED",
        redriveCount: 1,
        redriveDate: expect.any(Date),
        executionCounts: { succeeded: 2, failed: 0, aborted: 0, pendingRedrive: 0, total: 2 },
      });
      const { events } = await states.sfn.send(new GetExecutionHistoryCommand({ executionArn }));
      expect(
        events?.find((event) => event.type === "MapRunRedriven")?.mapRunRedrivenEventDetails,
      ).toEqual({ mapRunArn, redriveCount: 1 });
      const { mapRuns } = await states.sfn.send(new ListMapRunsCommand({ executionArn }));
      expect(mapRuns).toHaveLength(1);
    },
  );

  test("keeps children waiting that have no place yet", async () => {
    states.seen.answer = () => Promise.reject(new Error("no"));
    const limits = { MaxConcurrency: 1, ToleratedFailureCount: 1 };
    const executionArn = await states.start("waiting", distributedMap(limits), [1, 2, 3]);
    await states.ended(executionArn);
    const mapRunArn = await states.mapRunOf(executionArn);
    states.seen.answer = forever;
    await states.sfn.send(new RedriveExecutionCommand({ executionArn }));
    await states.untilCount(mapRunArn, "running", 1);

    expect((await states.describeRun(mapRunArn)).executionCounts).toMatchObject({
      running: 1,
      pendingRedrive: 1,
      pending: 1,
      failed: 0,
    });
    expect(await childrenOf(mapRunArn, { statusFilter: "PENDING_REDRIVE" })).toMatchObject([
      { status: "PENDING_REDRIVE", itemCount: 1 },
    ]);
    expect(await childrenOf(mapRunArn, { redriveFilter: "REDRIVEN" })).toMatchObject([
      { status: "RUNNING", redriveCount: 1 },
    ]);
  });

  test("goes on where the child has failed, also after a kill in between", async () => {
    states.seen.answer = () => Promise.reject(new Error("no"));
    const executionArn = await states.start("resumed", distributedMap(), ["one"]);
    await states.ended(executionArn);
    const mapRunArn = await states.mapRunOf(executionArn);
    const [child] = await childrenOf(mapRunArn);
    const childArn = child?.executionArn ?? "";
    expect(await states.describe(childArn)).toMatchObject({
      redriveStatus: "REDRIVABLE_BY_MAP_RUN",
    });
    await expect(
      states.sfn.send(new RedriveExecutionCommand({ executionArn: childArn })),
    ).rejects.toMatchObject({ name: "ExecutionNotRedrivable" });

    states.seen.answer = forever;
    await states.sfn.send(new RedriveExecutionCommand({ executionArn }));
    await states.untilCount(mapRunArn, "running", 1);
    await states.restart(() => {
      states.seen.answer = (item) => item;
    });

    expect((await states.ended(executionArn)).output).toBe('["one"]');
    expect(await states.describe(childArn)).toMatchObject({ status: "SUCCEEDED", redriveCount: 1 });
    const { events } = await states.sfn.send(
      new GetExecutionHistoryCommand({ executionArn: childArn }),
    );
    expect(events?.map(({ type }) => type)).toContain("ExecutionRedriven");
  });
});

describe("UpdateMapRun", () => {
  test("lets more children run at once", async () => {
    states.seen.answer = forever;
    const executionArn = await states.start(
      "wider",
      distributedMap({ MaxConcurrency: 1 }),
      [1, 2, 3, 4],
    );
    const mapRunArn = await states.mapRunOf(executionArn);
    await states.untilCount(mapRunArn, "running", 1);

    await states.sfn.send(new UpdateMapRunCommand({ mapRunArn, maxConcurrency: 3 }));
    await states.untilCount(mapRunArn, "running", 3);

    expect(await states.describeRun(mapRunArn)).toMatchObject({
      maxConcurrency: 3,
      executionCounts: { pending: 1 },
    });
  });

  test("changes what is tolerated, also after a restart", async () => {
    states.seen.answer = forever;
    const executionArn = await states.start("laxer", distributedMap(), ["bad", "good"]);
    const mapRunArn = await states.mapRunOf(executionArn);
    await states.untilCount(mapRunArn, "running", 2);
    await states.sfn.send(new UpdateMapRunCommand({ mapRunArn, toleratedFailurePercentage: 50 }));
    await states.restart(() => {
      states.seen.answer = (item) => (item === "bad" ? Promise.reject(new Error("no")) : item);
    });

    expect((await states.ended(executionArn)).status).toBe("SUCCEEDED");
    expect((await states.describeRun(mapRunArn)).toleratedFailurePercentage).toBe(50);
  });

  test("is for runs that are there and run", async () => {
    const executionArn = await states.start("over", distributedMap(), [1]);
    await states.ended(executionArn);
    const update = (mapRunArn: string, more: object = { maxConcurrency: 1 }) =>
      states.sfn.send(new UpdateMapRunCommand({ mapRunArn, ...more }));

    await expect(update(await states.mapRunOf(executionArn))).rejects.toMatchObject({
      name: "ValidationException",
      message: expect.stringContaining("SUCCEEDED"),
    });
    await expect(update(`${prefix}mapRun:over/each:none`)).rejects.toMatchObject({
      name: "ResourceNotFound",
    });
    await expect(update(executionArn)).rejects.toMatchObject({ name: "InvalidArn" });
    await expect(
      update(`${prefix}mapRun:over/each:none`, { toleratedFailurePercentage: 101 }),
    ).rejects.toMatchObject({ name: "ValidationException" });
  });
});

test("a child says which Map of which machine it is of", async () => {
  const executionArn = await states.start("named", distributedMap(), [1]);
  await states.ended(executionArn);
  const mapRunArn = await states.mapRunOf(executionArn);
  const [child] = await childrenOf(mapRunArn);

  const told = await states.sfn.send(
    new DescribeStateMachineForExecutionCommand({ executionArn: child?.executionArn }),
  );
  expect(told).toMatchObject({
    stateMachineArn: `${prefix}stateMachine:named`,
    name: "named",
    mapRunArn,
    label: "each",
  });
});

test("a machine whose role may not start its own executions has no children", async () => {
  states.endpoint.roleKey("machine", {
    Effect: "Allow",
    Action: "lambda:InvokeFunction",
    Resource: "*",
  });
  const executionArn = await states.start("unable", distributedMap(), [1]);

  expect(await states.ended(executionArn)).toMatchObject({
    status: "FAILED",
    error: "States.Permissions",
    cause: expect.stringContaining(
      `states:StartExecution on resource: ${prefix}stateMachine:unable`,
    ),
  });
});

test("who may not look at map runs is told so", async () => {
  const executionArn = await states.start("closed", distributedMap(), [1]);
  await states.ended(executionArn);
  const mapRunArn = await states.mapRunOf(executionArn);
  const credentials = states.endpoint.roleKey("listing", {
    Effect: "Allow",
    Action: "states:ListMapRuns",
    Resource: executionArn,
  });
  const looker = new SFNClient({ ...states.endpoint.client, credentials });

  const { mapRuns } = await looker.send(new ListMapRunsCommand({ executionArn }));
  expect(mapRuns).toHaveLength(1);
  for (const command of [
    new DescribeMapRunCommand({ mapRunArn }),
    new UpdateMapRunCommand({ mapRunArn }),
  ]) {
    await expect(looker.send(command as DescribeMapRunCommand)).rejects.toMatchObject({
      name: "AccessDeniedException",
      message: expect.stringContaining(mapRunArn),
    });
  }
  await expect(looker.send(new ListExecutionsCommand({ mapRunArn }))).rejects.toMatchObject({
    name: "AccessDeniedException",
  });
});
