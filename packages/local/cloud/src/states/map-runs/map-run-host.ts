import { randomUUID } from "node:crypto";
import type {
  HistoryEvent,
  MapRunCall,
  MapRunHost,
  MapRunInput,
  MapRunLimits,
  MapRunStorage,
  RunningMapRun,
} from "@darkroom/states";
import { childExecutionArn, MapRunError, startMapRun } from "@darkroom/states";
import { AwsError } from "../../aws-error.ts";
import type { Place } from "../../place.ts";
import type { Executions } from "../executions.ts";
import { machineArn, machineNameOf } from "../names.ts";
import type { StatesStore } from "../store.ts";
import { expressChildren, type Surroundings } from "./express-children.ts";
import { mapRunStore } from "./map-run-store.ts";
import { standardChildren } from "./standard-children.ts";
import type { StoredMapRun } from "./stored-map-run.ts";

/**
 * AWS runs up to 10,000 children of a run at once
 * (https://docs.aws.amazon.com/step-functions/latest/dg/state-map-distributed.html). Here their functions share one
 * machine, and each child that runs is held in memory with its data: more of them at once would only wait.
 */
const mostChildrenAtOnce = 500;

/** Abandoned children are ended so many at a time. */
const endedAtOnce = 100;

export interface MapRuns extends MapRunHost {
  /** Ends what runs still although its execution has ended, as when the process was killed between. */
  sweep(): Promise<void>;
  /** Gives a run other limits from now on; undefined where they stay. */
  setLimits(mapRunArn: string, change: (limits: MapRunLimits) => MapRunLimits): Promise<void>;
}

/**
 * Runs Distributed Maps, with all that they have to know after a restart in the states' database.
 * Invariant: the last event of a child, its result and its place in the run's counts are one transaction.
 */
export function createMapRunHost(options: {
  place: Place;
  store: StatesStore;
  surroundings: Surroundings;
  startChild: Executions["startChild"];
  storage: MapRunStorage;
  /** Throws AwsError unless the execution may start others of this machine in the name of its role. */
  requireStart: (execution: { roleArn: string; executionArn: string }, machineArn: string) => void;
}): MapRuns {
  const { place, store, surroundings } = options;
  const { clock } = surroundings;
  const { mapRuns } = store;
  const live = new Map<string, RunningMapRun>();

  function begin(call: MapRunCall): StoredMapRun | Promise<StoredMapRun> {
    const { mapRunArn, executionArn, childStateMachineArn, executionType } = call;
    const known = mapRuns.find(mapRunArn);
    if (known !== undefined) return known;
    const run = { mapRunArn, executionArn, childStateMachineArn, executionType };
    return store.commit(() => mapRuns.create({ ...run, startDate: clock.now() }, call));
  }

  /** Within a commit: ends the next children of a run that nobody waits for. @returns whether there were any */
  function abortChildren(mapRun: StoredMapRun): boolean {
    const children = mapRuns.running(mapRun.run, endedAtOnce);
    for (const { index, name } of children) {
      const arn = childExecutionArn(mapRun, name);
      const stopDate = clock.now();
      if (mapRun.executionType === "STANDARD") store.append(arn, [abortedEvent(arn, stopDate)]);
      else mapRuns.childEnded(mapRun.run, index, { status: "ABORTED", stopDate });
    }
    return children.length > 0;
  }

  function abortedEvent(arn: string, timestamp: number): HistoryEvent {
    const last = store.lastEventId(arn);
    return {
      id: last + 1,
      previousEventId: last,
      timestamp,
      type: "ExecutionAborted",
      executionAbortedEventDetails: {},
    };
  }

  /** https://docs.aws.amazon.com/step-functions/latest/dg/iam-policies-eg-dist-map.html */
  async function* readItems(call: MapRunCall): AsyncGenerator<MapRunInput> {
    const [machineName = ""] = machineNameOf(call.childStateMachineArn).split("/");
    try {
      options.requireStart(call, machineArn(place, machineName));
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      throw new MapRunError("States.Permissions", error.message);
    }
    yield* call.readItems();
  }

  return {
    storage: options.storage,

    async run(call) {
      // A redrive may come while the run is still being aborted.
      await live.get(call.mapRunArn)?.outcome;
      const mapRun = await begin(call);
      if (call.suspended.aborted) return undefined;
      const running = startMapRun({
        call: { ...call, readItems: () => readItems(call) },
        store: mapRunStore(mapRun, { store, clock }),
        children:
          call.executionType === "STANDARD"
            ? standardChildren(call, mapRun, { store, startChild: options.startChild })
            : expressChildren(call, mapRun, { store, surroundings }),
        mostConcurrent: mostChildrenAtOnce,
        newName: randomUUID,
      });
      live.set(call.mapRunArn, running);
      try {
        return await running.outcome;
      } finally {
        live.delete(call.mapRunArn);
      }
    },

    async sweep() {
      for (;;) {
        const mapRun = mapRuns.abandoned();
        if (mapRun === undefined) return;
        while (await store.commit(() => abortChildren(mapRun)));
        await store.commit(() => mapRuns.finish(mapRun.run, undefined, clock.now()));
      }
    },

    async setLimits(mapRunArn, change) {
      await store.commit(() => {
        const mapRun = mapRuns.find(mapRunArn);
        if (mapRun !== undefined) mapRuns.setLimits(mapRun.run, change(mapRun.limits));
      });
      live.get(mapRunArn)?.limitsChanged();
    },
  };
}
