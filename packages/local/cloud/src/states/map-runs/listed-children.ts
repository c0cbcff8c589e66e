import type { ChildExecutions } from "../child-executions.ts";
import { otherMachineType } from "../errors.ts";
import type { StatesStore } from "../store.ts";

/** What ListExecutions tells of children; those of an Express Map nobody can list, as on AWS. */
export function listedChildren(store: StatesStore): ChildExecutions {
  return {
    list(mapRunArn, page) {
      const mapRun = store.mapRuns.find(mapRunArn);
      if (mapRun === undefined) return undefined;
      if (mapRun.executionType === "EXPRESS") throw otherMachineType();
      return store.childrenOf(mapRun, page).map((execution) => {
        const { itemCount, pendingRedrive } = store.mapRuns.listedAs(execution.executionArn);
        return {
          ...execution,
          itemCount,
          ...(pendingRedrive ? { status: "PENDING_REDRIVE" } : {}),
        };
      });
    },
  };
}
