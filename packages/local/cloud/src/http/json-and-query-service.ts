import { operationNotSupported } from "../aws-error.ts";
import type { FailedRequest, ServiceFailure, ServiceRequest } from "../service.ts";
import type { JsonService } from "./json-service.ts";
import { queryResponse, readQueryInput, readQueryRequest } from "./query-protocol.ts";

type Errors = NonNullable<JsonService["errorResponse"]>;
type QueryInput = ReturnType<typeof readQueryInput>;

export interface JsonAndQueryOptions {
  /** Serves the operations, and those who speak JSON. */
  readonly json: JsonService;
  /** Of the query protocol, e.g. `2012-11-05`. */
  readonly version: string;
  /** Of the query protocol's answers. */
  readonly namespace: string;
  readonly shapes: Readonly<
    Record<
      string,
      {
        readonly input: Parameters<typeof readQueryInput>[1];
        readonly output?: Parameters<typeof queryResponse>[0]["members"];
      }
    >
  >;
  /** Completes the input of a query. */
  complete?(input: QueryInput, request: ServiceRequest, action: string): void;
  jsonError(error: ServiceFailure): ReturnType<Errors>;
  queryError(error: ServiceFailure, request: FailedRequest): ReturnType<Errors>;
}

/**
 * A service of two protocols: the JSON protocol of today's SDKs, and the query protocol of older ones. Which
 * one a request speaks is told by its header X-Amz-Target, for its answer and for its error.
 */
export function jsonAndQueryService(options: JsonAndQueryOptions): JsonService {
  const { json, version, namespace, shapes, complete } = options;

  async function handleQuery(request: ServiceRequest) {
    const { action, parameters } = await readQueryRequest(request, version);
    const shape = Object.hasOwn(shapes, action) ? shapes[action] : undefined;
    if (shape === undefined) throw operationNotSupported(json.name, action);
    const input = readQueryInput(parameters, shape.input);
    complete?.(input, request, action);
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
      speaksJson(request) ? options.jsonError(error) : options.queryError(error, request),
  };
}

const speaksJson = ({ headers }: Pick<FailedRequest, "headers">): boolean =>
  headers["x-amz-target"] !== undefined;
