import { parseStateMachine } from "../definition/parse-state-machine.ts";
import type { ParseOptions } from "../definition/state-context.ts";
import { type Execution, type ExecutionOptions, startExecution } from "../execution.ts";
import type { MapRunHost } from "../map-run/host.ts";
import { memoryMapRuns } from "../map-run/memory-map-runs.ts";
import type { MapRunStorage } from "../map-run/storage.ts";
import type { HistoryEvent, Json, Random, TaskInvoker } from "../types.ts";
import { type FakeClock, fakeClock } from "./fake-clock.ts";
import { type TestInvokerOptions, testInvoker } from "./test-invoker.ts";

export interface StartOptions
  extends TestInvokerOptions,
    Partial<Pick<ExecutionOptions, "taskToken" | "activityExists" | "redrive" | "journal">> {
  /** Amazon States Language, as an object or as JSON text. */
  definition: object | string;
  input?: Json;
  /** Runs the tasks instead of `tasks`, `jobs` and `activities`. */
  invoker?: TaskInvoker;
  /** What the Distributed Maps read and write; a fake that the test makes. */
  storage?: MapRunStorage;
  /** Runs the Distributed Maps instead of one that keeps them in memory. */
  mapRuns?: MapRunHost;
  clock?: FakeClock;
  random?: Random;
  /** Goes on from these events. */
  history?: readonly HistoryEvent[];
  parse?: ParseOptions;
}

export interface StartedMachine {
  readonly execution: Execution;
  /** All that was recorded so far, with what it goes on from. */
  readonly events: HistoryEvent[];
  readonly clock: FakeClock;
}

/** Starts an execution of a definition, and leaves it to the test to move the time on. */
export function startMachine(options: StartOptions): StartedMachine {
  const { definition, clock = fakeClock(), history = [] } = options;
  const { taskToken, activityExists, redrive, storage, random = Math.random } = options;
  const invoker = options.invoker ?? testInvoker(options, () => tokens);
  const inMemory = memoryMapRuns({
    clock,
    random,
    invoker,
    ...(storage === undefined ? {} : { storage }),
  });
  const text = typeof definition === "string" ? definition : JSON.stringify(definition);
  const events = [...history];
  const execution: Execution = startExecution({
    machine: parseStateMachine(text, options.parse),
    stateMachineArn: "arn:aws:states:us-east-1:111111111111:stateMachine:test",
    executionArn: "arn:aws:states:us-east-1:111111111111:execution:test:run",
    name: "run",
    roleArn: "arn:aws:iam::111111111111:role/test",
    input: JSON.stringify(options.input === undefined ? {} : options.input),
    clock,
    random,
    invoker,
    mapRuns: options.mapRuns ?? inMemory,
    journal: options.journal ?? { append: (_, batch) => void events.push(...batch) },
    history,
    ...(taskToken === undefined ? {} : { taskToken }),
    ...(activityExists === undefined ? {} : { activityExists }),
    ...(redrive === undefined ? {} : { redrive }),
  });
  /** A token is the execution's, or that of a child of its map runs. */
  const tokens: Pick<Execution, "settleTask" | "heartbeatTask"> = {
    settleTask: async (token, outcome) =>
      (await execution.settleTask(token, outcome)) || inMemory.settleTask(token, outcome),
    heartbeatTask: (token) => execution.heartbeatTask(token) || inMemory.heartbeatTask(token),
  };
  return { execution, events, clock };
}
