export {
  type Diagnostic,
  InvalidDefinitionError,
} from "./definition/invalid-definition-error.ts";
export type { StateMachine } from "./definition/machine.ts";
export { parseStateMachine } from "./definition/parse-state-machine.ts";
export type { ParseOptions } from "./definition/state-context.ts";
export { type Execution, type ExecutionOptions, startExecution } from "./execution.ts";
export {
  type MapRunCall,
  MapRunError,
  type MapRunHost,
  type MapRunInput,
  type MapRunLimits,
  type MapRunOutcome,
  type MapRunResultFormat,
  type MapRunResultWriter,
} from "./map-run/host.ts";
export { childExecutionArn } from "./map-run/result-text.ts";
export {
  type MapRunOptions,
  type RunningMapRun,
  startMapRun,
} from "./map-run/start-map-run.ts";
export type { ListedObject, MapRunStorage, StorageCall } from "./map-run/storage.ts";
export type {
  MapRunChild,
  MapRunChildren,
  MapRunCounts,
  MapRunGroup,
  MapRunProgress,
  MapRunResult,
  MapRunStore,
  MapRunTally,
  NewMapRunChild,
  RunningMapRunChild,
} from "./map-run/store.ts";
export {
  type ActivityTask,
  type Clock,
  type Draw,
  type ExecutionStatus,
  type ExecutionSummary,
  type HistoryEvent,
  type JobInvocation,
  type Journal,
  type Json,
  type Random,
  TaskFailedError,
  type TaskInvocation,
  type TaskInvoker,
  type TaskOutcome,
} from "./types.ts";
