import { type Clock, childExecutionArn, type MapRunStore } from "@darkroom/states";
import type { StatesStore } from "../store.ts";
import type { StoredMapRun } from "./stored-map-run.ts";

/**
 * One map run in the states' database.
 * `started` and `ended` have nothing left to do: the beginning and the end of a child are written in the transaction of
 * its first and its last event, before the coordinator hears of them.
 */
export function mapRunStore(
  mapRun: StoredMapRun,
  options: { store: StatesStore; clock: Clock },
): MapRunStore {
  const { run } = mapRun;
  const { clock, store } = options;
  const { commit, mapRuns } = store;
  const arnOf = (name: string): string => childExecutionArn(mapRun, name);

  return {
    progress() {
      const { itemsRead, outcome, status } = mapRuns.find(mapRun.mapRunArn) ?? mapRun;
      if (status !== "RUNNING") return { phase: "ended", outcome };
      return { phase: itemsRead ? "running" : "reading" };
    },
    redriveCount: () => (mapRuns.find(mapRun.mapRunArn) ?? mapRun).redriveCount,
    redrive: (redriveCount) => commit(() => mapRuns.redrive(run, redriveCount, clock.now())),
    limits: () => (mapRuns.find(mapRun.mapRunArn) ?? mapRun).limits,
    clear: () => commit(() => mapRuns.clear(run)),
    add: (children) => commit(() => mapRuns.add(run, children)),
    allRead: () => commit(() => mapRuns.allRead(run)),
    open: (from, limit) => mapRuns.open(run, from, limit),
    started() {},
    ended() {},
    results: (group, from, limit) => mapRuns.results(mapRun, { group, from, limit }, arnOf),
    counts: () => mapRuns.counts(run),
    resultsWritten: () => commit(() => mapRuns.resultsWritten(run)),
    finish: (outcome) => commit(() => mapRuns.finish(run, outcome, clock.now())),
  };
}
