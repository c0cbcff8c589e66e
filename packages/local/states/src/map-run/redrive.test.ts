import { expect, it } from "vitest";
import { parseStateMachine } from "../definition/parse-state-machine.ts";
import { startExecution } from "../execution.ts";
import { fakeClock, memoryMapRuns } from "../testing/index.ts";
import { type HistoryEvent, type Json, TaskFailedError, type TaskInvoker } from "../types.ts";

const map = (more: object) => ({
  StartAt: "All",
  States: {
    All: {
      Type: "Map",
      Label: "all",
      MaxConcurrency: 1,
      ItemProcessor: {
        ProcessorConfig: { Mode: "DISTRIBUTED", ExecutionType: "STANDARD" },
        StartAt: "Each",
        States: {
          Each: { Type: "Task", Resource: "arn:aws:states:::lambda:invoke", End: true },
        },
      },
      End: true,
      ...more,
    },
  },
});

/** A machine whose task refuses what is in `refused`, to be started again and again on the same history. */
function machine(more: object = {}) {
  const clock = fakeClock(0);
  const refused = new Set<Json>();
  const called: Json[] = [];
  const history: HistoryEvent[] = [];
  const invoker: TaskInvoker = {
    async invoke({ parameters }) {
      called.push(parameters);
      if (refused.has(parameters)) throw new TaskFailedError("Bad", "refused");
      return parameters;
    },
  };
  let draws = 0;
  const random = () => {
    draws += 1;
    return (draws % 997) / 997;
  };
  const mapRuns = memoryMapRuns({ clock, random, invoker });
  return {
    refused,
    called,
    history,
    mapRuns,
    run: (redrive: boolean) =>
      startExecution({
        machine: parseStateMachine(JSON.stringify(map(more))),
        stateMachineArn: "arn:aws:states:us-east-1:111111111111:stateMachine:test",
        executionArn: "arn:aws:states:us-east-1:111111111111:execution:test:run",
        name: "run",
        roleArn: "arn:aws:iam::111111111111:role/test",
        input: "[1,2,3]",
        clock,
        random,
        invoker,
        mapRuns,
        journal: { append: (_, events) => void history.push(...events) },
        history: [...history],
        redrive,
      }).done,
  };
}

it("goes on with a map run that has failed: what has succeeded isn't run again", async () => {
  const { refused, called, history, mapRuns, run } = machine();
  refused.add(2);
  expect((await run(false)).status).toBe("FAILED");
  expect((await run(true)).status).toBe("FAILED");
  refused.clear();

  const { output, status } = await run(true);

  expect({ output, status }).toEqual({ output: "[1,2,3]", status: "SUCCEEDED" });
  expect(called).toEqual([1, 2, 2, 2, 3]);
  expect(mapRuns.mapRunArns()).toHaveLength(1);
  const [mapRunArn] = mapRuns.mapRunArns();
  const redrives = history.filter(({ type }) => type === "MapRunRedriven");
  expect(redrives.map((event) => event.mapRunRedrivenEventDetails)).toEqual([
    { mapRunArn, redriveCount: 1 },
    { mapRunArn, redriveCount: 2 },
  ]);
  expect(history.filter(({ type }) => type === "MapStateStarted")).toHaveLength(1);
  // A later process replays all of it.
  expect((await run(false)).output).toBe("[1,2,3]");
  expect(called).toHaveLength(5);
});

it("begins another run when what failed was not the run", async () => {
  const { called, mapRuns, run } = machine({ OutputPath: "$.none" });
  expect((await run(false)).error).toBe("States.Runtime");
  await run(true);

  expect(mapRuns.mapRunArns()).toHaveLength(2);
  expect(called).toEqual([1, 2, 3, 1, 2, 3]);
});
