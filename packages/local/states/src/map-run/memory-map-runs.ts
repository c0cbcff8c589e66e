import { uuidFrom } from "../engine/uuid.ts";
import { type Execution, type ExecutionOptions, startExecution } from "../execution.ts";
import type { HistoryEvent } from "../types.ts";
import type { MapRunCall, MapRunHost, MapRunLimits } from "./host.ts";
import { MemoryMapRunStore } from "./memory-map-run-store.ts";
import { childExecutionArn } from "./result-text.ts";
import { type RunningMapRun, startMapRun } from "./start-map-run.ts";
import type { MapRunStorage } from "./storage.ts";
import type { MapRunChild, MapRunCounts, RunningMapRunChild } from "./store.ts";

/** Map runs that are kept in memory, for tests. */
export interface MemoryMapRuns extends MapRunHost, Pick<Execution, "settleTask" | "heartbeatTask"> {
  /** The ARNs of the map runs, in the order that they were started. */
  mapRunArns(): string[];
  /** As DescribeMapRun has it; undefined if there is no such run. */
  counts(mapRunArn: string): MapRunCounts | undefined;
  /** Changes limits of a run as UpdateMapRun does. */
  update(mapRunArn: string, limits: Partial<MapRunLimits>): void;
  /** What is kept: a host that is made with it takes up what this one has left, as after a restart. */
  readonly memory: MapRunMemory;
}

/** What a host keeps in memory. */
export class MapRunMemory {
  readonly stores = new Map<string, MemoryMapRunStore>();
  /** Of the children that have no end yet, by their ARN. */
  readonly histories = new Map<string, HistoryEvent[]>();
}

/** @param options for the children, which run on the same engine whatever their ExecutionType is */
export function memoryMapRuns(
  options: Pick<ExecutionOptions, "clock" | "random" | "invoker"> & {
    readonly storage?: MapRunStorage;
    /** 1,000 unless given. */
    readonly mostConcurrent?: number;
    readonly memory?: MapRunMemory;
  },
): MemoryMapRuns {
  const { clock, random, invoker, storage, mostConcurrent = 1000 } = options;
  const { memory = new MapRunMemory() } = options;
  const { stores, histories } = memory;
  const running = new Map<string, RunningMapRun>();
  /** Those without an end, of this process. */
  const children = new Set<Execution>();

  function storeOf(call: MapRunCall): MemoryMapRunStore {
    const { maxConcurrency, toleratedFailureCount, toleratedFailurePercentage } = call;
    const store =
      stores.get(call.mapRunArn) ??
      new MemoryMapRunStore({
        limits: { maxConcurrency, toleratedFailureCount, toleratedFailurePercentage },
        forget: ({ name }) => histories.delete(childExecutionArn(call, name)),
      });
    stores.set(call.mapRunArn, store);
    return store;
  }

  function startChild(call: MapRunCall, { name, input }: MapRunChild): RunningMapRunChild {
    const executionArn = childExecutionArn(call, name);
    const events = histories.get(executionArn) ?? [];
    histories.set(executionArn, events);
    const execution = startExecution({
      machine: call.processor,
      stateMachineArn: call.childStateMachineArn,
      executionArn,
      name,
      roleArn: call.roleArn,
      input,
      clock,
      random,
      invoker,
      journal: { append: (_, batch) => void events.push(...batch) },
      mapRuns: host,
      history: [...events],
    });
    children.add(execution);
    const forget = (): boolean => children.delete(execution);
    execution.done.then(forget, forget);
    return execution;
  }

  const host: MemoryMapRuns = {
    ...(storage === undefined ? {} : { storage }),
    memory,
    mapRunArns: () => [...stores.keys()],
    counts: (mapRunArn) => stores.get(mapRunArn)?.counts(),

    update(mapRunArn, limits) {
      stores.get(mapRunArn)?.setLimits(limits);
      running.get(mapRunArn)?.limitsChanged();
    },

    async settleTask(token, outcome) {
      for (const child of children) if (await child.settleTask(token, outcome)) return true;
      return false;
    },

    heartbeatTask: (token) => [...children].some((child) => child.heartbeatTask(token)),

    async run(call) {
      let names = 0;
      const newName = (): string => {
        names += 1;
        return uuidFrom(`${call.mapRunArn} ${names} ${random()}`);
      };
      const run = startMapRun({
        call,
        store: storeOf(call),
        children: { start: (child) => startChild(call, child) },
        mostConcurrent,
        newName,
      });
      running.set(call.mapRunArn, run);
      return run.outcome.finally(() => running.delete(call.mapRunArn));
    },
  };
  return host;
}
