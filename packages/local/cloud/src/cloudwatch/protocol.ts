import { gunzipSync } from "node:zlib";
import { AwsError, operationNotSupported } from "../aws-error.ts";
import { type JsonService, jsonService } from "../http/json-service.ts";
import {
  queryErrorResponse,
  queryResponse,
  readQueryInput,
  readQueryRequest,
} from "../http/query-protocol.ts";
import type { FailedRequest, Operation, ServiceFailure, ServiceRequest } from "../service.ts";
import { queryCode } from "./errors.ts";
import { queryShapes } from "./query-shapes.ts";

const version = "2010-08-01";
const namespace = `http://monitoring.amazonaws.com/doc/${version}/`;

/**
 * CloudWatch on the wire: the JSON protocol of today's SDKs (`GraniteServiceVersion20100801.PutMetricData`), and the query
 * protocol of older ones. Which one a request speaks is told by its header X-Amz-Target.
 */
export function cloudWatchProtocol(operations: Readonly<Record<string, Operation>>): JsonService {
  const json = jsonService({ name: "monitoring", jsonVersion: "1.0", operations });

  async function handleQuery(request: ServiceRequest) {
    const { action, parameters } = await readQueryRequest(request, version);
    const shape = Object.hasOwn(queryShapes, action) ? queryShapes[action] : undefined;
    if (shape === undefined) throw operationNotSupported("monitoring", action);
    const input = readQueryInput(parameters, shape.input);
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
        : (await readQueryRequest(unpacked(request), version)).action,
    handle: (request) =>
      speaksJson(request) ? json.handle(unpacked(request)) : handleQuery(unpacked(request)),
    errorResponse: (error, request) =>
      speaksJson(request) ? jsonError(error) : queryError(error, request),
  };
}

const speaksJson = ({ headers }: Pick<FailedRequest, "headers">): boolean =>
  headers["x-amz-target"] !== undefined;

/** SDKs send a PutMetricData of more than 10 KB compressed. */
function unpacked(request: ServiceRequest): ServiceRequest {
  const encoding = request.headers["content-encoding"];
  if (encoding === undefined) return request;
  return {
    ...request,
    async readBody(limit) {
      if (encoding !== "gzip") {
        throw new AwsError(
          "SerializationException",
          `The local cloud does not support the content encoding ${encoding}.`,
        );
      }
      const body = await request.readBody(limit);
      try {
        return gunzipSync(body, { maxOutputLength: limit });
      } catch (cause) {
        throw new AwsError("SerializationException", "The request body can't be unpacked.", {
          cause,
        });
      }
    },
  };
}

/** `x-amzn-query-error` tells SDKs the code by which the error was known before the JSON protocol. */
function jsonError(error: ServiceFailure) {
  return {
    status: error.status,
    headers: {
      "content-type": "application/x-amz-json-1.0",
      "x-amzn-query-error": `${queryCode(error.code)};${error.status >= 500 ? "Receiver" : "Sender"}`,
    },
    body: JSON.stringify({ __type: error.code, message: error.message, ...error.fields }),
  };
}

const queryError = (error: ServiceFailure, { requestId }: FailedRequest) =>
  queryErrorResponse(
    {
      code: queryCode(error.code),
      message: error.message,
      // The query protocol refuses with 403 what AWS JSON refuses with 400.
      status: error.code === "AccessDeniedException" ? 403 : error.status,
    },
    namespace,
    requestId,
  );
