import { describe, expect, it } from "vitest";
import { parseStateMachine } from "../definition/parse-state-machine.ts";
import { startExecution } from "../execution.ts";
import { fakeClock, MapRunMemory, memoryMapRuns, runMachine } from "../testing/index.ts";
import { type HistoryEvent, type Json, TaskFailedError, type TaskInvoker } from "../types.ts";
import type { MapRunHost } from "./host.ts";

const resource = "arn:aws:states:::lambda:invoke";

const definition = {
  StartAt: "All",
  States: {
    All: {
      Type: "Map",
      MaxConcurrency: 2,
      ItemSelector: { "value.$": "$$.Map.Item.Value", "id.$": "States.UUID()" },
      Retry: [{ ErrorEquals: ["States.ALL"], IntervalSeconds: 1, MaxAttempts: 1 }],
      ItemProcessor: {
        ProcessorConfig: { Mode: "DISTRIBUTED", ExecutionType: "STANDARD" },
        StartAt: "Each",
        States: {
          Each: { Type: "Task", Resource: resource, ResultPath: "$.result", Next: "Rest" },
          Rest: { Type: "Wait", Seconds: 5, OutputPath: "$.result", End: true },
        },
      },
      Next: "Done",
    },
    Done: { Type: "Succeed" },
  },
};

/** Its children map over the same item in map runs of their own. */
const nested = {
  StartAt: "Outer",
  States: {
    Outer: {
      Type: "Map",
      ItemSelector: { "items.$": "States.Array($$.Map.Item.Value)" },
      ItemProcessor: {
        ProcessorConfig: { Mode: "DISTRIBUTED", ExecutionType: "STANDARD" },
        StartAt: "All",
        States: {
          All: { ...definition.States.All, ItemsPath: "$.items", Next: "First" },
          First: { Type: "Pass", InputPath: "$[0]", End: true },
        },
      },
      End: true,
    },
  },
};

/** Tasks that take a second, of which the first fails, and how often each item was worked on to its end. */
function worker(clock = fakeClock(0)) {
  const ends = new Map<Json, number>();
  let failures = 1;
  const invoker: TaskInvoker = {
    async invoke({ parameters, signal }) {
      await clock.sleep(1000);
      if (signal.aborted) return null;
      const { value } = parameters as { value: Json };
      if (failures > 0) {
        failures -= 1;
        throw new TaskFailedError("Bad", "the first");
      }
      ends.set(value, (ends.get(value) ?? 0) + 1);
      return value;
    },
  };
  return { clock, ends, invoker };
}

const random = () => 0.25;

function begin(options: {
  definition?: object;
  history: HistoryEvent[];
  mapRuns: MapRunHost;
  clock: ReturnType<typeof fakeClock>;
  invoker: TaskInvoker;
}) {
  const { history, definition: asked = definition, ...others } = options;
  return startExecution({
    machine: parseStateMachine(JSON.stringify(asked)),
    stateMachineArn: "arn:aws:states:us-east-1:111111111111:stateMachine:test",
    executionArn: "arn:aws:states:us-east-1:111111111111:execution:test:run",
    name: "run",
    roleArn: "arn:aws:iam::111111111111:role/test",
    input: "[1,2,3,4]",
    random,
    journal: { append: (_, events) => void history.push(...events) },
    ...others,
    history: [...history],
  });
}

const types = (events: readonly HistoryEvent[]) =>
  events.map(({ id, previousEventId, type }) => `${id}<${previousEventId} ${type}`);

describe("an execution with a map run", () => {
  it.each([
    ["", definition],
    [" and map runs within it", nested],
  ])("%s that is let go at any moment goes on with the same history", async (_, definition) => {
    const { clock, invoker } = worker();
    const whole = await runMachine({ definition, input: [1, 2, 3, 4], clock, invoker, random });
    expect(whole.output).toEqual([1, 2, 3, 4]);
    const lasts = clock.now();
    for (let at = 0; at <= lasts; at += 500) {
      const memory = new MapRunMemory();
      const history: HistoryEvent[] = [];
      const { clock, invoker, ends } = worker();
      const process = () => {
        const mapRuns = memoryMapRuns({ clock, random, invoker, memory });
        return begin({ definition, history, mapRuns, clock, invoker });
      };
      const first = process();
      await clock.advance(at);
      first.suspend();
      const second = process();
      while (await clock.advanceToNext());
      const { status, output } = await second.done;
      expect([status, output]).toEqual(["SUCCEEDED", "[1,2,3,4]"]);
      expect(types(history)).toEqual(types(whole.events));
      expect([...ends.values()].every((count) => count <= 2)).toBe(true);
      expect(memory.histories.size).toBe(0);
    }
  });

  it("goes on from each of its events with a host that knows the run", async () => {
    const memory = new MapRunMemory();
    const { clock, invoker } = worker();
    const mapRuns = memoryMapRuns({ clock, random, invoker, memory });
    const options = { definition, input: [1, 2, 3, 4], invoker, random };
    const whole = await runMachine({ ...options, clock, mapRuns });
    for (let kept = 1; kept < whole.events.length; kept += 1) {
      const history = whole.events.slice(0, kept);
      const known = await runMachine({ ...options, clock, mapRuns, history });
      expect(known).toMatchObject({ status: "SUCCEEDED", output: [1, 2, 3, 4] });
      expect(types(known.events)).toEqual(types(whole.events));
    }
  });

  it("has its outcome from the history alone once that holds the run's end", async () => {
    const { clock, invoker } = worker();
    const options = { definition, input: [1, 2, 3, 4], invoker, random };
    const whole = await runMachine({ ...options, clock });
    const end = whole.events.findIndex(({ type }) => type === "MapRunSucceeded");
    const mapRuns = { run: () => expect.unreachable() };
    const history = whole.events.slice(0, end + 1);
    const again = await runMachine({ ...options, clock, mapRuns, history });
    expect(again.output).toEqual([1, 2, 3, 4]);
  });

  it.each<["stop" | "timeOut", string]>([
    ["stop", "ABORTED"],
    ["timeOut", "TIMED_OUT"],
  ])("ends its children when it is ended by %s", async (by, status) => {
    const { clock, invoker, ends } = worker();
    const mapRuns = memoryMapRuns({ clock, random, invoker });
    const timed = { ...definition, TimeoutSeconds: 4 };
    const execution = begin({ definition: timed, history: [], mapRuns, clock, invoker });
    await clock.advance(3500);
    if (by === "stop") execution.stop();
    while (await clock.advanceToNext());
    expect((await execution.done).status).toBe(status);
    const counts = mapRuns.mapRunArns().map((arn) => mapRuns.counts(arn)?.executions);
    expect(counts.at(-1)).toMatchObject({ running: 0, aborted: 2, pending: 2, succeeded: 0 });
    expect(ends.size).toBe(2);
  });

  it("has no end when the host can't keep the run", async () => {
    const { clock, invoker } = worker();
    const history: HistoryEvent[] = [];
    const mapRuns: MapRunHost = { run: () => Promise.reject(new Error("the disk is full")) };
    const execution = begin({ history, mapRuns, clock, invoker });
    await expect(execution.done).rejects.toThrow("the disk is full");
    expect(types(history).at(-1)).toBe("4<3 MapRunStarted");
  });
});
