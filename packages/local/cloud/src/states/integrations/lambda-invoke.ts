import { type Json, TaskFailedError, type TaskInvocation } from "@darkroom/states";
import { AwsError } from "../../aws-error.ts";
import type { Call } from "../../service.ts";
import { requireService } from "./call-service.ts";
import { inProcessRequest } from "./in-process-request.ts";
import type { Integration, IntegrationCall, IntegrationHost } from "./integration.ts";
import { isObject, type JsonObject, parsedOrText, sorted } from "./json-value.ts";
import { sdkMetadata } from "./sdk-metadata.ts";
import { type ErrorNames, isModelledCode, optimizedFailure } from "./service-failure.ts";
import type { FunctionResult } from "./task-services.ts";

const errors: ErrorNames = {
  service: "Lambda",
  inCause: "AWSLambda",
  general: "AWSLambdaException",
  isModelled: (code) => code === "InvalidParameterValueException" || isModelledCode(code),
};

/** https://docs.aws.amazon.com/step-functions/latest/dg/connect-lambda.html */
export const lambdaInvoke: Integration = {
  patterns: ["waitForTaskToken"],
  rules: {
    required: ["FunctionName"],
    optional: ["InvocationType", "LogType", "Payload", "Qualifier"],
    missing: ["ClientContext"],
  },
  async run(task) {
    const { InvocationType: type = "RequestResponse" } = task.parameters;
    return type === "RequestResponse" ? invoke(task) : dispatch(task, String(type));
  },
};

/** A Task whose Resource is a function's own ARN: the state's input is the event, and what it returns the result. */
export async function invokeByArn(
  host: IntegrationHost,
  functionName: string,
  call: Call,
  invocation: TaskInvocation,
): Promise<Json> {
  const { parameters, onStarted } = invocation;
  const result = await invokeFunction(host, functionName, JSON.stringify(parameters), {
    call,
    onStarted,
    tail: false,
  });
  if (result.functionError !== undefined) throw functionFailure(result.payload, result.payload);
  return parsedOrText(result.payload);
}

async function invoke({
  host,
  call,
  parameters,
  invocation,
}: IntegrationCall & { invocation: TaskInvocation }): Promise<Json> {
  const { LogType: logType = "None", Payload: payload = {} } = parameters;
  if (logType !== "None" && logType !== "Tail") {
    throw optimizedFailure(errors, undefined, unknownLogType(logType), { call, host });
  }
  const result = await invokeFunction(host, qualifiedName(parameters), JSON.stringify(payload), {
    call,
    onStarted: invocation.onStarted,
    tail: logType === "Tail",
  });
  const answer = parsedOrText(result.payload);
  if (result.functionError !== undefined) {
    throw functionFailure(result.payload, JSON.stringify(answer));
  }
  const log =
    result.logTail === undefined ? undefined : Buffer.from(result.logTail).toString("base64");
  return sorted({
    ExecutedVersion: result.executedVersion,
    LogResult: log,
    Payload: answer,
    StatusCode: 200,
    ...sdkMetadata({
      requestId: call.requestId,
      now: host.now(),
      body: result.payload,
      contentType: "application/json",
      headers: {
        Connection: "keep-alive",
        "X-Amz-Executed-Version": result.executedVersion,
        "x-amzn-Remapped-Content-Length": "0",
        ...(log === undefined ? {} : { "X-Amz-Log-Result": log }),
      },
    }),
  });
}

/** The invocation types Event and DryRun, by the API's own Invoke: nothing is waited for. */
async function dispatch(
  { host, call, parameters, invocation }: IntegrationCall & { invocation: TaskInvocation },
  type: string,
): Promise<Json> {
  invocation.onStarted();
  const service = requireService(host.services, "lambda");
  const request = inProcessRequest(
    {
      method: "POST",
      rawPath: `/2015-03-31/functions/${encodeURIComponent(qualifiedName(parameters))}/invocations`,
      headers: { "x-amz-invocation-type": type },
      body: JSON.stringify(parameters.Payload ?? {}),
    },
    call,
  );
  const { status } = await service.handle(request).catch((error: unknown) => {
    throw optimizedFailure(errors, service, error, { call, host });
  });
  return sorted({
    Payload: "",
    StatusCode: status,
    ...sdkMetadata({
      requestId: call.requestId,
      now: host.now(),
      status,
      body: "",
      contentType: "application/json",
      headers: { Connection: "keep-alive", "x-amzn-Remapped-Content-Length": "0" },
    }),
  });
}

async function invokeFunction(
  host: IntegrationHost,
  functionName: string,
  payload: string,
  options: { call: Call; onStarted: () => void; tail: boolean },
): Promise<FunctionResult> {
  try {
    return await host.services.invokeFunction(functionName, payload, options);
  } catch (error) {
    const service = host.services.services.get("lambda");
    throw optimizedFailure(errors, service, error, { call: options.call, host });
  }
}

function qualifiedName({ FunctionName: name, Qualifier: qualifier }: JsonObject): string {
  return qualifier === undefined ? String(name) : `${name}:${qualifier}`;
}

/** The error that a function reports is that of the task; one that reports none by name is `Lambda.Unknown`. */
function functionFailure(payload: string, cause: string): TaskFailedError {
  const details = parsedOrText(payload);
  const type = isObject(details) ? details.errorType : undefined;
  return new TaskFailedError(typeof type === "string" ? type : "Lambda.Unknown", cause);
}

const unknownLogType = (value: Json): AwsError =>
  new AwsError(
    "ValidationException",
    `1 validation error detected: Value '${value}' at 'logType' failed to satisfy constraint: Member must satisfy enum value set: [None, Tail]`,
  );
