import type { Json } from "@darkroom/states";
import { AwsError } from "../../../aws-error.ts";
import { requireService } from "../call-service.ts";
import { inProcessRequest } from "../in-process-request.ts";
import type { IntegrationCall } from "../integration.ts";
import { asText, type JsonObject } from "../json-value.ts";
import { isModelledCode } from "../service-failure.ts";
import { convert, secondsAsIso } from "./convert.ts";
import { responseText } from "./response-text.ts";
import type { SdkService } from "./sdk-service.ts";

/** How a call is written as a request. */
interface LambdaAction {
  readonly method: "GET" | "POST" | "PUT";
  /** With the member that stands in it in braces. */
  readonly path: string;
  /** Members that go into the query. */
  readonly query?: readonly string[];
  /** Members that go into the JSON body; all others are refused. */
  readonly body?: readonly string[];
}

const functions = "/2015-03-31/functions";
const mappings = "/2015-03-31/event-source-mappings";
const page = ["Marker", "MaxItems"];

const actions: Readonly<Record<string, LambdaAction>> = {
  listFunctions: { method: "GET", path: functions, query: page },
  getFunction: { method: "GET", path: `${functions}/{FunctionName}`, query: ["Qualifier"] },
  getFunctionConfiguration: {
    method: "GET",
    path: `${functions}/{FunctionName}/configuration`,
    query: ["Qualifier"],
  },
  updateFunctionConfiguration: {
    method: "PUT",
    path: `${functions}/{FunctionName}/configuration`,
    body: ["Description", "Environment", "MemorySize", "RevisionId", "Timeout"],
  },
  getPolicy: { method: "GET", path: `${functions}/{FunctionName}/policy`, query: ["Qualifier"] },
  listVersionsByFunction: {
    method: "GET",
    path: `${functions}/{FunctionName}/versions`,
    query: page,
  },
  listEventSourceMappings: {
    method: "GET",
    path: mappings,
    query: [...page, "EventSourceArn", "FunctionName"],
  },
  getEventSourceMapping: { method: "GET", path: `${mappings}/{UUID}` },
};

const invokeHeaders = new Map([
  ["ClientContext", "x-amz-client-context"],
  ["InvocationType", "x-amz-invocation-type"],
  ["LogType", "x-amz-log-type"],
]);

export const lambda: SdkService = {
  signingName: "lambda",
  errors: {
    service: "Lambda",
    general: "LambdaException",
    isModelled: (code) => code === "InvalidParameterValueException" || isModelledCode(code),
  },
  actions: new Set(["invoke", ...Object.keys(actions)]),
  call(action, task) {
    const of = actions[action];
    return of === undefined ? invoke(task) : request(of, task);
  },
};

async function request(action: LambdaAction, task: IntegrationCall): Promise<Json> {
  const { host, call } = task;
  const { rawPath, rest } = fillPath(action.path, task.parameters);
  const { query = [], body } = action;
  const unknown = Object.keys(rest).find((name) => ![...query, ...(body ?? [])].includes(name));
  if (unknown !== undefined) throw unknownParameter(unknown);
  const response = await requireService(host.services, "lambda").handle(
    inProcessRequest(
      {
        method: action.method,
        rawPath,
        ...(body === undefined
          ? { query: mapValues(rest, String) }
          : { body: JSON.stringify(rest) }),
      },
      call,
    ),
  );
  const text = await responseText(response);
  return convert(JSON.parse(text) as Json, (name, value) => [
    name,
    name === "LastModified" ? secondsAsIso(value) : value,
  ]);
}

/** The API's own Invoke: a function that fails is told by FunctionError, and no failure of the task. */
async function invoke({ host, call, parameters }: IntegrationCall): Promise<Json> {
  const { rawPath, rest } = fillPath(`${functions}/{FunctionName}/invocations`, parameters);
  const { Payload: payload, Qualifier: qualifier, ...others } = rest;
  const headers = Object.entries(others).map(([name, value]) => {
    const header = invokeHeaders.get(name);
    if (header === undefined) throw unknownParameter(name);
    return [header, String(value)] as const;
  });
  const response = await requireService(host.services, "lambda").handle(
    inProcessRequest(
      {
        method: "POST",
        rawPath,
        query: qualifier === undefined ? {} : { Qualifier: String(qualifier) },
        headers: Object.fromEntries(headers),
        body: payload === undefined ? undefined : asText(payload),
      },
      call,
    ),
  );
  const answer = response.headers;
  return {
    ...header("ExecutedVersion", answer["x-amz-executed-version"]),
    ...header("FunctionError", answer["x-amz-function-error"]),
    ...header("LogResult", answer["x-amz-log-result"]),
    Payload: await responseText(response, Number.POSITIVE_INFINITY),
    StatusCode: response.status,
  };
}

const header = (name: string, value: string | undefined): JsonObject =>
  value === undefined ? {} : { [name]: value };

function fillPath(path: string, parameters: JsonObject): { rawPath: string; rest: JsonObject } {
  const [, name] = /\{(\w+)\}/.exec(path) ?? [];
  if (name === undefined) return { rawPath: path, rest: parameters };
  const { [name]: value, ...rest } = parameters;
  if (typeof value !== "string" || value === "") {
    throw new AwsError("InvalidParameterValueException", `The parameter ${name} is missing.`);
  }
  return { rawPath: path.replace(`{${name}}`, encodeURIComponent(value)), rest };
}

const unknownParameter = (name: string): AwsError =>
  new AwsError(
    "InvalidParameterValueException",
    `The local cloud's Lambda does not support the parameter ${name}.`,
  );

const mapValues = (object: JsonObject, read: (value: Json) => string): Record<string, string> =>
  Object.fromEntries(Object.entries(object).map(([name, value]) => [name, read(value)]));
