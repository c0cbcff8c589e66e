import {
  type Json,
  TaskFailedError,
  type TaskInvocation,
  type TaskInvoker,
} from "@darkroom/states";
import { AwsError } from "../aws-error.ts";
import type { Caller } from "../caller.ts";
import { roleSession } from "../credentials.ts";

/** What Lambda answers to an invocation. */
export interface FunctionResult {
  /** JSON text. */
  readonly payload: string;
  /** Set when the function failed: the payload is the error then. */
  readonly functionError?: string | undefined;
  readonly executedVersion: string;
}

export interface TaskServices {
  invokeFunction(
    functionArn: string,
    payload: string,
    options: { caller: Caller; signal: AbortSignal; onStarted: () => void },
  ): Promise<FunctionResult>;
  /** One DynamoDB operation by its API name. */
  dynamodb(operation: string, input: unknown, caller: Caller): Promise<unknown>;
}

const functionArn = /^arn:aws:lambda:[^:]+:\d+:function:/;
const lambdaInvoke = "arn:aws:states:::lambda:invoke";
const dynamodbCall = /^arn:aws:states:::dynamodb:(getItem|putItem|updateItem|deleteItem)$/;

/** Whether there is something here that runs a Task with this Resource. */
export function isTaskResource(resource: string): boolean {
  return functionArn.test(resource) || resource === lambdaInvoke || dynamodbCall.test(resource);
}

/**
 * Runs the tasks of state machines by the local cloud's own services, each with the machine's role.
 * Names of errors are those that Step Functions reports:
 * https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html
 */
export function createTaskInvoker(services: TaskServices): TaskInvoker {
  return {
    async invoke(invocation) {
      const caller = roleSession(
        invocation.roleArn,
        invocation.executionArn.split(":").at(-1) ?? "",
      );
      const { resource } = invocation;
      if (functionArn.test(resource)) {
        const result = await invokeFunction(
          services,
          resource,
          invocation.parameters,
          invocation,
          caller,
        );
        return result.payload;
      }
      if (resource === lambdaInvoke) {
        return invokeByParameters(services, invocation, caller);
      }
      const dynamodb = dynamodbCall.exec(resource);
      if (dynamodb?.[1] !== undefined) {
        return callDynamoDb(services, dynamodb[1], invocation, caller);
      }
      throw new Error(
        `CreateStateMachine let the resource ${resource} pass, which nothing here runs`,
      );
    },
  };
}

async function invokeByParameters(
  services: TaskServices,
  invocation: TaskInvocation,
  caller: Caller,
): Promise<Json> {
  const { parameters } = invocation;
  const fields = isObject(parameters) ? parameters : {};
  const unsupported = Object.keys(fields).find(
    (name) => name !== "FunctionName" && name !== "Payload",
  );
  if (unsupported !== undefined) {
    throw new TaskFailedError(
      "States.Runtime",
      `The field '${unsupported}' of lambda:invoke is not supported by the local cloud.`,
    );
  }
  if (typeof fields.FunctionName !== "string") {
    throw new TaskFailedError("States.Runtime", "lambda:invoke needs the parameter FunctionName.");
  }
  const result = await invokeFunction(
    services,
    fields.FunctionName,
    fields.Payload ?? {},
    invocation,
    caller,
  );
  return { ExecutedVersion: result.executedVersion, Payload: result.payload, StatusCode: 200 };
}

async function invokeFunction(
  services: TaskServices,
  functionName: string,
  payload: Json,
  invocation: TaskInvocation,
  caller: Caller,
): Promise<{ payload: Json; executedVersion: string }> {
  let result: FunctionResult;
  try {
    result = await services.invokeFunction(functionName, JSON.stringify(payload), {
      caller,
      signal: invocation.signal,
      onStarted: invocation.onStarted,
    });
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    // Step Functions reports a refused call of its own to Lambda under this name.
    const name = error.code === "AccessDeniedException" ? "AWSLambdaException" : error.code;
    throw new TaskFailedError(
      `Lambda.${name}`,
      `${error.message} (Service: Lambda, Status Code: ${error.status})`,
    );
  }
  if (result.functionError === undefined) {
    return { payload: JSON.parse(result.payload), executedVersion: result.executedVersion };
  }
  const details: unknown = JSON.parse(result.payload);
  const errorType =
    typeof details === "object" && details !== null && "errorType" in details
      ? String(details.errorType)
      : "Lambda.Unknown";
  throw new TaskFailedError(errorType, result.payload);
}

async function callDynamoDb(
  services: TaskServices,
  action: string,
  invocation: TaskInvocation,
  caller: Caller,
): Promise<Json> {
  invocation.onStarted();
  try {
    const operation = action[0]?.toUpperCase() + action.slice(1);
    return (await services.dynamodb(operation, invocation.parameters, caller)) as Json;
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    throw new TaskFailedError(
      `DynamoDB.${error.code}`,
      `${error.message} (Service: AmazonDynamoDBv2; Status Code: ${error.status}; Error Code: ${error.code})`,
    );
  }
}

const isObject = (value: Json): value is { readonly [key: string]: Json } =>
  typeof value === "object" && value !== null && !Array.isArray(value);
