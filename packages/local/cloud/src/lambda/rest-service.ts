import { AwsError, operationNotSupported } from "../aws-error.ts";
import type {
  FailedRequest,
  NamedService,
  ServiceFailure,
  ServiceRequest,
  ServiceResponse,
} from "../service.ts";

/** What an operation gets of its request. */
interface RestInput {
  /** The function's name, or the id of what else the path names; decoded. */
  readonly name: string;
  readonly query: Readonly<Record<string, string>>;
  /** The JSON body; undefined when there is none. */
  readonly body: unknown;
  readonly request: ServiceRequest;
}

/** One operation: takes the parsed request, validates it, answers with the JSON output. */
export type RestOperation = (input: RestInput) => unknown;

/** Configurations are small; only Invoke takes more, and reads its body itself. */
const maximumBodyBytes = 64 * 1024;

const functionPath = "/2015-03-31/functions/";
const mappingPath = "/2015-03-31/event-source-mappings";

/** https://docs.aws.amazon.com/lambda/latest/api/API_Operations.html; `*` stands for the resource's name. */
const routes: readonly (readonly [method: string, path: string, operation: string])[] = [
  ["POST", `${functionPath}*/invocations`, "Invoke"],
  ["GET", "/2015-03-31/functions", "ListFunctions"],
  ["GET", `${functionPath}*`, "GetFunction"],
  ["GET", `${functionPath}*/configuration`, "GetFunctionConfiguration"],
  ["PUT", `${functionPath}*/configuration`, "UpdateFunctionConfiguration"],
  ["GET", `${functionPath}*/policy`, "GetPolicy"],
  ["GET", `${functionPath}*/versions`, "ListVersionsByFunction"],
  ["GET", mappingPath, "ListEventSourceMappings"],
  ["GET", `${mappingPath}/*`, "GetEventSourceMapping"],
  // Those that people try, so that they are refused by their name.
  ["POST", "/2015-03-31/functions", "CreateFunction"],
  ["DELETE", `${functionPath}*`, "DeleteFunction"],
  ["PUT", `${functionPath}*/code`, "UpdateFunctionCode"],
  ["POST", `${functionPath}*/policy`, "AddPermission"],
  ["POST", `${functionPath}*/versions`, "PublishVersion"],
  ["GET", `${functionPath}*/aliases`, "ListAliases"],
  ["POST", `${functionPath}*/aliases`, "CreateAlias"],
  ["POST", mappingPath, "CreateEventSourceMapping"],
  ["PUT", `${mappingPath}/*`, "UpdateEventSourceMapping"],
  ["DELETE", `${mappingPath}/*`, "DeleteEventSourceMapping"],
  ["GET", "/2017-03-31/tags/*", "ListTags"],
  ["POST", "/2017-03-31/tags/*", "TagResource"],
  ["PUT", "/2017-10-31/functions/*/concurrency", "PutFunctionConcurrency"],
  ["GET", "/2019-09-30/functions/*/concurrency", "GetFunctionConcurrency"],
  ["GET", "/2019-09-25/functions/*/event-invoke-config", "GetFunctionEventInvokeConfig"],
  ["PUT", "/2019-09-25/functions/*/event-invoke-config", "PutFunctionEventInvokeConfig"],
  ["POST", "/2021-11-15/functions/*/response-streaming-invocations", "InvokeWithResponseStream"],
  ["GET", "/2016-08-19/account-settings", "GetAccountSettings"],
  ["GET", "/2018-10-31/layers", "ListLayers"],
];

const patterns = routes.map(
  ([method, path, operation]) =>
    [method, new RegExp(`^${path.replaceAll("*", "([^/]+)")}/?$`), operation] as const,
);

/** Lambda on the wire: REST, JSON in and out. */
export function restService(options: {
  operations: Readonly<Record<string, RestOperation>>;
  invoke: (name: string, request: ServiceRequest) => Promise<ServiceResponse>;
  /** Answers a request that follows a link to a function's code; undefined when it is another. */
  download: (request: ServiceRequest) => ServiceResponse | undefined;
}): NamedService {
  return {
    name: "lambda",
    operations: ["Invoke", ...Object.keys(options.operations)],
    operationOf: async ({ method, rawPath }) => find(method, rawPath)?.operation,
    async handle(request) {
      const archive = options.download(request);
      if (archive !== undefined) return archive;
      const { operation, name } = route(request.method, request.rawPath);
      if (operation === "Invoke") return options.invoke(name, request);
      const run = options.operations[operation];
      if (run === undefined) throw operationNotSupported("lambda", operation);
      const query = Object.fromEntries(request.query);
      const output = await run({ name, query, body: await readJson(request), request });
      return {
        status: 200,
        headers: { "content-type": "application/json" },
        body: JSON.stringify(output),
      };
    },
    errorResponse,
  };
}

interface Route {
  readonly operation: string;
  readonly name: string;
}

function find(method: string, rawPath: string): Route | undefined {
  for (const [of, pattern, operation] of patterns) {
    const match = of === method ? pattern.exec(rawPath) : null;
    if (match !== null) return { operation, name: decodeURIComponent(match[1] ?? "") };
  }
  return undefined;
}

function route(method: string, rawPath: string): Route {
  const found = find(method, rawPath);
  if (found !== undefined) return found;
  throw new AwsError("NotImplemented", `The local cloud does not support ${method} ${rawPath}.`, {
    status: 501,
  });
}

async function readJson(request: ServiceRequest): Promise<unknown> {
  const body = await request.readBody(maximumBodyBytes);
  if (body.length === 0) return undefined;
  try {
    return JSON.parse(body.toString("utf8"));
  } catch (error) {
    throw new AwsError(
      "InvalidRequestContentException",
      `Could not parse request body into json: ${error instanceof Error ? error.message : error}`,
      { cause: error },
    );
  }
}

/** Errors whose shape writes `Message` large; all others write it small (see the API's model). */
const largeMessage = new Set([
  "AccessDeniedException",
  "ResourceNotFoundException",
  "ServiceException",
]);

/** What is the caller's fault before Lambda looks at the request is 403 in a REST API, not 400. */
const forbidden = new Set(["AccessDeniedException", "UnrecognizedClientException"]);

function errorResponse(error: ServiceFailure, _request: FailedRequest): ServiceResponse {
  const status = forbidden.has(error.code) ? 403 : error.status;
  return {
    status,
    headers: { "content-type": "application/json", "x-amzn-errortype": error.code },
    body: JSON.stringify({
      Type: status >= 500 ? "Service" : "User",
      [largeMessage.has(error.code) ? "Message" : "message"]: error.message,
      ...error.fields,
    }),
  };
}
