import type { Clock } from "@darkroom/states";
import type { Place } from "../place.ts";
import type { Operation } from "../service.ts";
import type { Activities } from "./activities.ts";
import { activityOperations } from "./activity-operations.ts";
import type { ChildExecutions } from "./child-executions.ts";
import { executionOperations } from "./execution-operations.ts";
import type { Executions } from "./executions.ts";
import type { ExpressExecutions } from "./express/express-executions.ts";
import { expressOperations } from "./express/express-operations.ts";
import { machineOperations } from "./machine-operations.ts";
import type { MachineRegistry } from "./machine-registry.ts";
import type { MapRuns } from "./map-runs/map-run-host.ts";
import { mapRunOperations } from "./map-runs/map-run-operations.ts";
import type { StatesStore } from "./store.ts";
import { tagOperations } from "./tag-operations.ts";
import { taskOperations } from "./task-operations.ts";

/**
 * The operations of AWS Step Functions that the local cloud has; every other name is refused: versions and
 * aliases of machines, TestState.
 */
export const statesOperations = (parts: {
  place: Place;
  executions: Executions;
  express: ExpressExecutions;
  machines: MachineRegistry;
  activities: Activities;
  store: StatesStore;
  mapRuns: MapRuns;
  children: ChildExecutions;
  clock: Clock;
}): Record<string, Operation> => ({
  ...executionOperations(parts),
  ...expressOperations(parts),
  ...mapRunOperations(parts),
  ...taskOperations(parts),
  ...machineOperations(parts),
  ...activityOperations(parts),
  ...tagOperations(parts),
});
