import {
  childExecutionArn,
  type ExecutionOptions,
  type Journal,
  type MapRunCall,
  type MapRunChildren,
  startExecution,
} from "@darkroom/states";
import type { StatesStore } from "../store.ts";
import type { StoredMapRun } from "./stored-map-run.ts";

/** What every execution here is run with. */
export type Surroundings = Required<
  Pick<ExecutionOptions, "clock" | "random" | "invoker" | "activityExists">
>;

/** Nobody can ask for the history of an Express child, and after a restart it begins again. */
const noJournal: Journal = { append() {} };

/** Children of which only the end is kept (https://docs.aws.amazon.com/step-functions/latest/dg/choosing-workflow-type.html). */
export function expressChildren(
  call: MapRunCall,
  { run }: StoredMapRun,
  options: { store: StatesStore; surroundings: Surroundings },
): MapRunChildren {
  const { commit, mapRuns } = options.store;
  return {
    start({ index, name, input }) {
      // Not waited for: commits are kept in order, and the end waits for its own.
      const begun = commit(() => mapRuns.childBegan(run, index, options.surroundings.clock.now()));
      begun.catch(() => {});
      const execution = startExecution({
        ...options.surroundings,
        machine: call.processor,
        stateMachineArn: call.childStateMachineArn,
        executionArn: childExecutionArn(call, name),
        name,
        roleArn: call.roleArn,
        input,
        journal: noJournal,
        history: [],
      });
      const kept = execution.done.then(async (summary) => {
        const { status, stopDate, output, error, cause } = summary;
        if (status === "RUNNING" || stopDate === undefined) throw new Error("an end is an end");
        await commit(() =>
          mapRuns.childEnded(run, index, { status, stopDate, output, error, cause }),
        );
        return summary;
      });
      return {
        done: kept,
        stop: () => execution.stop(),
        suspend: () => execution.suspend(),
      };
    },
  };
}
