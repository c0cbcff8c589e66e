import { jsonAndQueryService } from "../http/json-and-query-service.ts";
import { type JsonService, jsonService } from "../http/json-service.ts";
import { queryErrorResponse } from "../http/query-protocol.ts";
import type { FailedRequest, Operation, ServiceFailure } from "../service.ts";
import { jsonType, queryCode } from "./errors.ts";
import { queryShapes } from "./query-shapes.ts";

const version = "2012-11-05";
const namespace = `http://queue.amazonaws.com/doc/${version}/`;

/** SQS on the wire, in both of its protocols. */
export function sqsProtocol(operations: Readonly<Record<string, Operation>>): JsonService {
  return jsonAndQueryService({
    json: jsonService({ name: "sqs", jsonVersion: "1.0", operations }),
    version,
    namespace,
    shapes: queryShapes,
    complete(input, request, action) {
      // A request that is sent to a queue's own URL may leave it out.
      const takesUrl = "QueueUrl" in (queryShapes[action]?.input ?? {});
      if (input.QueueUrl === undefined && takesUrl && request.rawPath !== "/") {
        input.QueueUrl = request.rawPath;
      }
    },
    jsonError,
    queryError,
  });
}

/** SQS refuses with 403 what other JSON services refuse with 400. */
const statusOf = (error: ServiceFailure): number =>
  error.code === "AccessDeniedException" ? 403 : error.status;

/** `x-amzn-query-error` tells SDKs the code by which the error was known before the JSON protocol. */
function jsonError(error: ServiceFailure) {
  const status = statusOf(error);
  return {
    status,
    headers: {
      "content-type": "application/x-amz-json-1.0",
      "x-amzn-query-error": `${queryCode(error.code)};${status >= 500 ? "Receiver" : "Sender"}`,
    },
    body: JSON.stringify({
      __type: jsonType(error.code),
      message: error.message,
      ...error.fields,
    }),
  };
}

function queryError(error: ServiceFailure, { requestId }: FailedRequest) {
  // The older protocol has an older text for this one.
  const message =
    error.code === "QueueDoesNotExist"
      ? "The specified queue does not exist for this wsdl version."
      : error.message;
  return queryErrorResponse(
    { code: queryCode(error.code), message, status: statusOf(error) },
    namespace,
    requestId,
  );
}
