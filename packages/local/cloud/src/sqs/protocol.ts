import { operationNotSupported } from "../aws-error.ts";
import { type JsonService, jsonService } from "../http/json-service.ts";
import {
  queryErrorResponse,
  queryResponse,
  readQueryInput,
  readQueryRequest,
} from "../http/query-protocol.ts";
import type { FailedRequest, Operation, ServiceFailure, ServiceRequest } from "../service.ts";
import { jsonType, queryCode } from "./errors.ts";
import { queryShapes } from "./query-shapes.ts";

const version = "2012-11-05";
const namespace = `http://queue.amazonaws.com/doc/${version}/`;

/**
 * SQS on the wire: the JSON protocol of today's SDKs, and the query protocol of older ones.
 * Which one a request speaks is told by its header X-Amz-Target, for its answer and for its error.
 */
export function sqsProtocol(operations: Readonly<Record<string, Operation>>): JsonService {
  const json = jsonService({ name: "sqs", jsonVersion: "1.0", operations });

  async function handleQuery(request: ServiceRequest) {
    const { action, parameters } = await readQueryRequest(request, version);
    const shape = Object.hasOwn(queryShapes, action) ? queryShapes[action] : undefined;
    if (shape === undefined) throw operationNotSupported("sqs", action);
    const input = readQueryInput(parameters, shape.input);
    // A request that is sent to a queue's own URL may leave it out.
    if (input.QueueUrl === undefined && "QueueUrl" in shape.input && request.rawPath !== "/") {
      input.QueueUrl = request.rawPath;
    }
    return queryResponse({
      action,
      namespace,
      requestId: request.requestId,
      output: await json.call(action, input, request),
      members: shape.output,
    });
  }

  return {
    ...json,
    operationOf: async (request) =>
      speaksJson(request)
        ? json.operationOf(request)
        : (await readQueryRequest(request, version)).action,
    handle: (request) => (speaksJson(request) ? json.handle(request) : handleQuery(request)),
    errorResponse: (error, request) =>
      speaksJson(request) ? jsonError(error) : queryError(error, request),
  };
}

const speaksJson = ({ headers }: Pick<FailedRequest, "headers">): boolean =>
  headers["x-amz-target"] !== undefined;

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
