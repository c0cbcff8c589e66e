import type { MapRunCall, MapRunChildren } from "@darkroom/states";
import type { Executions } from "../executions.ts";
import type { StatesStore } from "../store.ts";
import type { StoredMapRun } from "./stored-map-run.ts";

/** Children with an execution of their own, that can be looked at, stopped and taken up where it was left. */
export function standardChildren(
  call: MapRunCall,
  { run }: StoredMapRun,
  options: { store: StatesStore; startChild: Executions["startChild"] },
): MapRunChildren {
  const { store, startChild } = options;
  const definitionHash = store.find(call.executionArn)?.definitionHash;
  if (definitionHash === undefined) {
    throw new Error(`the map run ${call.mapRunArn} stands in no execution that is kept`);
  }
  return {
    start: ({ index, name, input }) =>
      startChild({
        machine: call.processor,
        machineArn: call.childStateMachineArn,
        roleArn: call.roleArn,
        definitionHash,
        name,
        input,
        begin: (at, arn) => store.mapRuns.childBegan(run, index, at, arn),
      }),
  };
}
