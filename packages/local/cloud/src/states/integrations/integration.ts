import type { JobInvocation, Json, TaskInvocation } from "@darkroom/states";
import type { Call } from "../../service.ts";
import type { JsonObject } from "./json-value.ts";
import type { TaskServices } from "./task-services.ts";

/** How a task may go on after its call: https://docs.aws.amazon.com/step-functions/latest/dg/connect-to-resource.html */
export type Pattern = "waitForTaskToken" | "sync" | "sync:2";

/** What every integration gets. */
export interface IntegrationHost {
  readonly services: TaskServices;
  readonly now: () => number;
  /** Told what should not have happened. */
  readonly onFault: (error: unknown, where: string) => void;
  /** Fulfilled when the execution has ended, or when the signal is aborted. */
  readonly untilEnded: (executionArn: string, signal: AbortSignal) => Promise<void>;
}

/** One task's call. */
export interface IntegrationCall {
  readonly host: IntegrationHost;
  /** In the name of the machine's role. */
  readonly call: Call;
  /** Without those that are null. */
  readonly parameters: JsonObject;
}

/** The parameters that Step Functions takes for an action, by its documentation. */
export interface ParameterRules {
  readonly required: readonly string[];
  readonly optional: readonly string[];
  /** What AWS takes and the local cloud does not have. */
  readonly missing?: readonly string[];
}

/** What runs the tasks of one Resource. */
export interface Integration {
  /** Beside request-response. */
  readonly patterns: readonly Pattern[];
  /** undefined: the service itself says what it doesn't know. */
  readonly rules?: ParameterRules;
  run(task: IntegrationCall & { readonly invocation: TaskInvocation }): Promise<Json>;
  awaitJob?(task: IntegrationCall & { readonly invocation: JobInvocation }): Promise<Json>;
}
