import { AwsError } from "../aws-error.ts";
import type { ServiceRequest, ServiceResponse } from "../service.ts";
import type { InvocationResult } from "./execution-environment.ts";
import { latestVersion } from "./function-name.ts";
import type { DeployedFunction } from "./functions.ts";

/** https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html: 6 MB, and 1 MB for an asynchronous one. */
const maximumPayloadBytes = 6 * 1024 * 1024;
const maximumEventBytes = 1024 * 1024;

/** https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html: 3,583 bytes of base64. */
const maximumClientContextLength = 3583;

const knownHeaders = new Set([
  "x-amz-client-context",
  "x-amz-content-sha256",
  "x-amz-date",
  "x-amz-invocation-type",
  "x-amz-log-type",
  "x-amz-security-token",
  "x-amz-user-agent",
]);

export interface InvokeTargets {
  require(name: string, qualifier: string | undefined, request: ServiceRequest): DeployedFunction;
  run(
    deployed: DeployedFunction,
    payload: string,
    options: { request: ServiceRequest; clientContext: unknown; tail: boolean },
  ): Promise<InvocationResult>;
  enqueue(deployed: DeployedFunction, payload: string, request: ServiceRequest): void;
}

/** The API's Invoke: RequestResponse, Event and DryRun. */
export async function invokeOperation(
  name: string,
  request: ServiceRequest,
  targets: InvokeTargets,
): Promise<ServiceResponse> {
  const type = oneOf(request, "x-amz-invocation-type", ["RequestResponse", "Event", "DryRun"]);
  const log = oneOf(request, "x-amz-log-type", ["None", "Tail"]);
  const unknown =
    Object.keys(request.headers).find(
      (one) => one.startsWith("x-amz-") && !knownHeaders.has(one),
    ) ?? [...request.query.keys()].find((one) => one !== "Qualifier");
  if (unknown !== undefined) {
    throw new AwsError(
      "InvalidParameterValueException",
      `The local cloud does not support ${unknown} of Invoke.`,
    );
  }
  const clientContext = readClientContext(request);
  const deployed = targets.require(name, request.query.get("Qualifier") ?? undefined, request);
  if (type === "DryRun") return { status: 204, headers: {} };
  const body = await request.readBody(Number.POSITIVE_INFINITY);
  const payload = checkPayload(body.toString("utf8"), type === "Event");
  checkJson(payload);
  if (type === "Event") {
    targets.enqueue(deployed, payload, request);
    return { status: 202, headers: {} };
  }
  const result = await targets.run(deployed, payload, {
    request,
    clientContext,
    tail: log === "Tail",
  });
  return {
    status: 200,
    headers: {
      "content-type": "application/json",
      "x-amz-executed-version": latestVersion,
      ...(result.functionError === undefined
        ? {}
        : { "x-amz-function-error": result.functionError }),
      ...(result.logTail === undefined
        ? {}
        : { "x-amz-log-result": Buffer.from(result.logTail).toString("base64") }),
    },
    body: result.payload,
  };
}

/**
 * @returns the payload, which is an empty object when there is none
 * @throws AwsError when it is too large; on the wire Lambda calls it by this name, not by the one of its documentation
 */
export function checkPayload(payload: string, isEvent: boolean): string {
  const limit = isEvent ? maximumEventBytes : maximumPayloadBytes;
  if (payload.length > limit / 4 && Buffer.byteLength(payload) > limit) {
    throw new AwsError(
      "RequestEntityTooLargeException",
      `Request must be smaller than ${limit} bytes for the InvokeFunction operation`,
      { status: 413 },
    );
  }
  return payload === "" ? "{}" : payload;
}

function checkJson(payload: string): void {
  try {
    JSON.parse(payload);
  } catch (error) {
    throw new AwsError(
      "InvalidRequestContentException",
      `Could not parse request body into json: Could not parse payload into json: ${error instanceof Error ? error.message : error}`,
      { cause: error },
    );
  }
}

function oneOf(request: ServiceRequest, header: string, values: readonly string[]): string {
  const value = request.headers[header] ?? values[0];
  if (typeof value === "string" && values.includes(value)) return value;
  throw new AwsError(
    "ValidationException",
    `1 validation error detected: Value '${value}' at '${header}' failed to satisfy constraint: Member must satisfy enum value set: [${values.join(", ")}]`,
  );
}

function readClientContext(request: ServiceRequest): unknown {
  const text = request.headers["x-amz-client-context"];
  if (typeof text !== "string") return undefined;
  try {
    if (text.length > maximumClientContextLength) throw new Error("too long");
    return JSON.parse(Buffer.from(text, "base64").toString("utf8"));
  } catch (error) {
    throw new AwsError(
      "InvalidRequestContentException",
      "Client context must be a valid Base64-encoded JSON object.",
      { cause: error },
    );
  }
}
