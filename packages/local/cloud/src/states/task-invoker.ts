import {
  type ActivityTask,
  type JobInvocation,
  type Json,
  TaskFailedError,
  type TaskInvocation,
  type TaskInvoker,
} from "@darkroom/states";
import { AwsError } from "../aws-error.ts";
import type { RoleSession } from "../caller.ts";
import { roleSession } from "../credentials.ts";
import type { Call } from "../service.ts";
import { findWrongParameters } from "./integrations/check-parameters.ts";
import type { IntegrationCall, IntegrationHost } from "./integrations/integration.ts";
import { integrations } from "./integrations/integrations.ts";
import { readParameters } from "./integrations/json-value.ts";
import { invokeByArn } from "./integrations/lambda-invoke.ts";
import { parseTaskResource } from "./integrations/task-resource.ts";

/** Whether there is something here that runs a Task with this Resource. */
export function isTaskResource(resource: string): boolean {
  const parsed = parseTaskResource(resource);
  if (parsed?.kind !== "integration") return parsed !== undefined;
  const integration = integrations.get(parsed.name);
  if (integration === undefined) return false;
  return parsed.pattern === undefined || integration.patterns.includes(parsed.pattern);
}

/** What Step Functions finds wrong with the parameters of a Task before it makes the call, in its words. */
export function wrongTaskParameters(resource: string, parameters: Json): readonly string[] {
  const parsed = parseTaskResource(resource);
  if (parsed?.kind !== "integration") return [];
  const rules = integrations.get(parsed.name)?.rules;
  return rules === undefined ? [] : findWrongParameters(parsed.name, rules, parameters);
}

/**
 * Runs the tasks of state machines by the local cloud's own services, each with the machine's role.
 * Names of errors are those that Step Functions reports:
 * https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html
 */
export function createTaskInvoker(
  options: IntegrationHost & {
    readonly activities: { offer(task: ActivityTask): void };
  },
): TaskInvoker {
  const { activities, ...host } = options;

  function callOf(invocation: TaskInvocation | JobInvocation): IntegrationCall {
    const { roleArn, assumedBy, executionArn, parameters, signal } = invocation;
    const sessionName = executionArn.slice(executionArn.lastIndexOf(":") + 1);
    const call = callWith(
      roleSession(roleArn, sessionName),
      signal,
      assumedBy === undefined || assumedBy === roleArn
        ? undefined
        : roleSession(assumedBy, sessionName),
    );
    return { host, call, parameters: readParameters(parameters) };
  }

  /** https://docs.aws.amazon.com/step-functions/latest/dg/concepts-access-cross-acct-resources.html */
  function callWith(role: RoleSession, signal: AbortSignal, assumedBy?: RoleSession): Call {
    try {
      return host.services.callAs(role, signal, assumedBy);
    } catch (error) {
      if (assumedBy === undefined || !(error instanceof AwsError)) throw error;
      throw new TaskFailedError(
        "States.TaskFailed",
        `The role ${assumedBy.roleArn} is not authorized to assume the task state's role, ${role.roleArn}.`,
      );
    }
  }

  return {
    async invoke(invocation) {
      const { resource } = invocation;
      const parsed = parseTaskResource(resource);
      const task = callOf(invocation);
      if (parsed?.kind === "function") {
        return invokeByArn(host, parsed.functionName, task.call, invocation);
      }
      const integration =
        parsed?.kind === "integration" ? integrations.get(parsed.name) : undefined;
      if (integration === undefined) throw nothingRuns(resource);
      return integration.run({ ...task, invocation });
    },

    async awaitJob(invocation) {
      const parsed = parseTaskResource(invocation.resource);
      const integration =
        parsed?.kind === "integration" ? integrations.get(parsed.name) : undefined;
      if (integration?.awaitJob === undefined) throw nothingRuns(invocation.resource);
      return integration.awaitJob({ ...callOf(invocation), invocation });
    },

    offer: (task) => activities.offer(task),
  };
}

const nothingRuns = (resource: string): Error =>
  new Error(`CreateStateMachine let the resource ${resource} pass, which nothing here runs`);
