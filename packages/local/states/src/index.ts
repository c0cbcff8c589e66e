export {
  type Diagnostic,
  InvalidDefinitionError,
} from "./definition/invalid-definition-error.ts";
export type { StateMachine } from "./definition/machine.ts";
export { parseStateMachine } from "./definition/parse-state-machine.ts";
export type { ParseOptions } from "./definition/state-context.ts";
export { type Execution, type ExecutionOptions, startExecution } from "./execution.ts";
export {
  type Clock,
  type Draw,
  type ExecutionStatus,
  type ExecutionSummary,
  type HistoryEvent,
  type Journal,
  type Json,
  type Random,
  TaskFailedError,
  type TaskInvocation,
  type TaskInvoker,
} from "./types.ts";
