import type { Place } from "../place.ts";
import type { Operation } from "../service.ts";
import { executionOperations } from "./execution-operations.ts";
import type { Executions } from "./executions.ts";
import { machineOperations } from "./machine-operations.ts";
import type { MachineRegistry } from "./machine-registry.ts";
import { tagOperations } from "./tag-operations.ts";

/** The operations of AWS Step Functions that the local cloud has; every other name is refused. */
export const statesOperations = (parts: {
  place: Place;
  executions: Executions;
  machines: MachineRegistry;
}): Record<string, Operation> => ({
  ...executionOperations(parts),
  ...machineOperations(parts),
  ...tagOperations(parts),
});
