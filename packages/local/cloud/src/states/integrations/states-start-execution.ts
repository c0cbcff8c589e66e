import { type JobInvocation, type Json, TaskFailedError } from "@darkroom/states";
import { AwsError } from "../../aws-error.ts";
import { callJson, requireService } from "./call-service.ts";
import type { Integration, IntegrationCall } from "./integration.ts";
import { asText, isObject, parsedOrText, sorted } from "./json-value.ts";
import { sdkMetadata } from "./sdk-metadata.ts";
import { type ErrorNames, isModelledCode, optimizedFailure } from "./service-failure.ts";

const errors: ErrorNames = {
  service: "StepFunctions",
  inCause: "AWSStepFunctions",
  general: "AWSStepFunctionsException",
  isModelled: (code) => code === "ValidationException" || isModelledCode(code),
};

/** https://docs.aws.amazon.com/step-functions/latest/dg/connect-stepfunctions.html */
export const statesStartExecution: Integration = {
  patterns: ["waitForTaskToken", "sync", "sync:2"],
  rules: {
    required: ["StateMachineArn"],
    optional: ["Input", "Name"],
    missing: ["TraceHeader"],
  },

  async run({ host, call, parameters, invocation }) {
    invocation.onStarted();
    const { Input: input, Name: name, StateMachineArn: stateMachineArn } = parameters;
    const started = await callStates({ host, call, parameters }, "StartExecution", {
      stateMachineArn,
      ...(name === undefined ? {} : { name }),
      ...(input === undefined ? {} : { input: asText(input) }),
    });
    return sorted({
      ...inPascalCase(started),
      ...sdkMetadata({
        requestId: call.requestId,
        now: host.now(),
        body: JSON.stringify(started),
        contentType: "application/x-amz-json-1.0",
        headers: { connection: "keep-alive" },
      }),
    });
  },

  async awaitJob(task) {
    const { host, invocation } = task;
    const { submitted, signal, suspended, pattern } = invocation;
    const executionArn = isObject(submitted) ? String(submitted.ExecutionArn) : "";
    await host.untilEnded(executionArn, AbortSignal.any([signal, suspended]));
    if (signal.aborted || suspended.aborted) {
      if (!suspended.aborted) await stop(task, executionArn);
      throw new TaskFailedError("States.TaskFailed", "The task is not waited for any more.");
    }
    const outcome = describe(
      await callStates(task, "DescribeExecution", { executionArn }),
      pattern,
    );
    if (outcome.Status !== "SUCCEEDED") {
      throw new TaskFailedError("States.TaskFailed", JSON.stringify(outcome));
    }
    return outcome;
  },
};

/** The execution that was begun for a task ends with the task, if the role may stop it. */
async function stop(task: IntegrationCall, executionArn: string): Promise<void> {
  // The task's own signal is aborted: this call is not to be.
  const call = { ...task.call, signal: new AbortController().signal };
  try {
    await callJson(task.host.services, "states", "StopExecution", { executionArn }, call);
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
  }
}

async function callStates(
  { host, call }: IntegrationCall,
  operation: string,
  input: object,
): Promise<Readonly<Record<string, Json>>> {
  try {
    return (await callJson(host.services, "states", operation, input, call)) as Record<
      string,
      Json
    >;
  } catch (error) {
    throw optimizedFailure(errors, requireService(host.services, "states"), error, { call, host });
  }
}

/** What `.sync` gives of the execution that has ended: its input and output as text, with `.sync:2` as JSON. */
function describe(
  execution: Readonly<Record<string, Json>>,
  pattern: JobInvocation["pattern"],
): Readonly<Record<string, Json>> {
  const { Input: input, Output: output, ...rest } = inPascalCase(execution);
  const read = (text: Json | undefined) =>
    pattern === "sync" || typeof text !== "string" ? text : parsedOrText(text);
  return sorted({ ...rest, Input: read(input), Output: read(output) });
}

/** Members with a capital, times (epoch seconds in the API's JSON) in milliseconds. */
function inPascalCase(result: Readonly<Record<string, Json>>): Record<string, Json> {
  return Object.fromEntries(
    Object.entries(result).map(([name, value]) => {
      const capital = name.charAt(0).toUpperCase() + name.slice(1);
      if (typeof value === "number" && /Date$/.test(name))
        return [capital, Math.round(value * 1000)];
      return [capital, isObject(value) ? inPascalCase(value) : value];
    }),
  );
}
