import { TaskFailedError } from "@darkroom/states";
import { AwsError } from "../../aws-error.ts";
import { asFailure } from "../../http/endpoint.ts";
import type { Service } from "../../service.ts";
import type { IntegrationCall } from "./integration.ts";

/** How a service's errors are named. */
export interface ErrorNames {
  /** Before the dot, e.g. `DynamoDB`. */
  readonly service: string;
  /** The error of every code that the service's model does not have, such as a refused permission. */
  readonly general: string;
  readonly isModelled: (code: string) => boolean;
  /** What the SDK calls the service in the cause; the same as `service` if not given. */
  readonly inCause?: string;
  /** The code as it stands in the cause. */
  readonly codeInCause?: (code: string) => string;
}

/** Codes that come from before a service's own model. */
const unmodelled = new Set([
  "AccessDenied",
  "AccessDeniedException",
  "InternalError",
  "InternalFailure",
  "InvalidParameterValueException",
  "MissingRequiredParameterException",
  "NotImplemented",
  "SerializationException",
  "ServiceUnavailable",
  "UnrecognizedClientException",
  "ValidationException",
]);

export const isModelledCode = (code: string): boolean => !unmodelled.has(code);

const errorName = ({ service, general, isModelled }: ErrorNames, code: string): string => {
  const name = /Exception$/.test(code) ? code : `${code}Exception`;
  return `${service}.${isModelled(code) ? name : general}`;
};

interface Failing {
  readonly call: Pick<IntegrationCall["call"], "requestId" | "signal">;
  readonly host: Pick<IntegrationCall["host"], "onFault">;
}

/** What is no error of AWS's is a fault of ours, unless nobody waits for the call any more. */
function failureOf(error: unknown, { call, host }: Failing): AwsError {
  const failure = asFailure(error);
  if (!(error instanceof AwsError) && !call.signal.aborted) {
    host.onFault(error, "a task of a state machine");
  }
  return failure;
}

/** The status that the service answers with on the wire. */
function statusOf(service: Service | undefined, error: AwsError, requestId: string): number {
  return (
    service?.errorResponse(error, { requestId, rawPath: "/", headers: {} }).status ?? error.status
  );
}

/**
 * A service's error as an optimized integration reports it: in the words of version 1 of the SDK for Java.
 */
export function optimizedFailure(
  names: ErrorNames,
  service: Service | undefined,
  error: unknown,
  task: Failing,
): TaskFailedError {
  if (error instanceof TaskFailedError) return error;
  const failure = failureOf(error, task);
  const { code, message } = failure;
  const { requestId } = task.call;
  const details = [
    `Service: ${names.inCause ?? names.service}`,
    `Status Code: ${statusOf(service, failure, requestId)}`,
    `Error Code: ${names.codeInCause?.(code) ?? code}`,
    `Request ID: ${requestId}`,
    "Proxy: null",
  ];
  return new TaskFailedError(errorName(names, code), `${message} (${details.join("; ")})`);
}

/** The same as an aws-sdk integration reports it: in the words of version 2 of the SDK for Java. */
export function sdkFailure(
  names: ErrorNames,
  service: Service | undefined,
  error: unknown,
  task: Failing,
  extendedRequestId?: string,
): TaskFailedError {
  if (error instanceof TaskFailedError) return error;
  const failure = failureOf(error, task);
  const { requestId } = task.call;
  const details = [
    `Service: ${names.inCause ?? names.service}`,
    `Status Code: ${statusOf(service, failure, requestId)}`,
    `Request ID: ${requestId}`,
    ...(extendedRequestId === undefined ? [] : [`Extended Request ID: ${extendedRequestId}`]),
  ];
  return new TaskFailedError(
    errorName(names, failure.code),
    `${failure.message} (${details.join(", ")})`,
  );
}
