import { gunzipSync } from "node:zlib";
import { AwsError } from "../aws-error.ts";
import { jsonAndQueryService } from "../http/json-and-query-service.ts";
import { type JsonService, jsonService } from "../http/json-service.ts";
import { queryErrorResponse } from "../http/query-protocol.ts";
import type { FailedRequest, Operation, ServiceFailure, ServiceRequest } from "../service.ts";
import { queryCode } from "./errors.ts";
import { queryShapes } from "./query-shapes.ts";

const version = "2010-08-01";
const namespace = `http://monitoring.amazonaws.com/doc/${version}/`;

/** CloudWatch on the wire, in both of its protocols; the JSON one has targets as `GraniteServiceVersion20100801.PutMetricData`. */
export function cloudWatchProtocol(operations: Readonly<Record<string, Operation>>): JsonService {
  const service = jsonAndQueryService({
    json: jsonService({ name: "monitoring", jsonVersion: "1.0", operations }),
    version,
    namespace,
    shapes: queryShapes,
    jsonError,
    queryError,
  });
  return {
    ...service,
    operationOf: (request) => service.operationOf(unpacked(request)),
    handle: (request) => service.handle(unpacked(request)),
  };
}

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
