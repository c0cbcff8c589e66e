import { AwsError } from "../aws-error.ts";
import type { ServiceFailure, ServiceRequest, ServiceResponse } from "../service.ts";

/** SendMessageBatch is the largest: 1 MiB of messages, of which percent-encoding can make three times as much and more. */
const maximumBodyBytes = 8 * 1024 * 1024;
/** No operation nests deeper than `MetricDataQueries.member.1.MetricStat.Metric.Dimensions.member.1.Name`. */
const maximumDepth = 9;

type ScalarKind = "string" | "integer" | "double" | "boolean" | "timestamp";

/**
 * How a value is written in AWS's query protocol: flattened lists and maps as SQS and STS have them, or wrapped as in
 * CloudWatch. A timestamp is epoch seconds in the JSON protocol, and text of ISO 8601 here.
 */
export type QueryType =
  | { readonly kind: ScalarKind }
  | { readonly kind: "structure"; readonly members: QueryMembers }
  | { readonly kind: "list"; readonly of: QueryType; readonly wrapped?: true }
  | {
      readonly kind: "map";
      readonly keyName: string;
      readonly valueName: string;
      readonly of: QueryType;
      readonly wrapped?: true;
    };

/** The members of a structure by their name in the JSON protocol, each with its name on the wire. */
export type QueryMembers = Readonly<
  Record<string, { readonly name: string; readonly type: QueryType }>
>;

export interface QueryRequest {
  readonly action: string;
  /** What is left without Action, Version and the signature. */
  readonly parameters: ReadonlyMap<string, string>;
}

/** Reads a request of the query protocol, from its form body and its query string. @throws AwsError */
export async function readQueryRequest(
  request: ServiceRequest,
  version: string,
): Promise<QueryRequest> {
  const body = (await request.readBody(maximumBodyBytes)).toString("utf8");
  const parameters = new Map<string, string>();
  for (const [name, value] of [...request.query, ...new URLSearchParams(body)]) {
    if (name.startsWith("X-Amz-")) continue;
    if (parameters.has(name)) {
      throw new AwsError("MalformedQueryString", `The parameter ${name} is there more than once.`);
    }
    parameters.set(name, value);
  }
  const action = parameters.get("Action");
  if (action === undefined || action === "") {
    throw new AwsError("MissingAction", "The request must contain the parameter Action.");
  }
  if (parameters.get("Version") !== version) {
    throw new AwsError(
      "NoSuchVersion",
      `The requested version ( ${parameters.get("Version") ?? ""} ) is not valid.`,
    );
  }
  parameters.delete("Action");
  parameters.delete("Version");
  return { action, parameters };
}

/** The parameters as the JSON protocol would have them. @throws AwsError that names a parameter that is not known. */
export function readQueryInput(
  parameters: ReadonlyMap<string, string>,
  members: QueryMembers,
): Record<string, unknown> {
  return readStructure(toTree(parameters), members, "");
}

/** `<ActionResponse><ActionResult>…`; without members there is no result element. */
export function queryResponse(options: {
  action: string;
  namespace: string;
  requestId: string;
  output: unknown;
  members: QueryMembers | undefined;
}): ServiceResponse {
  const { action, members } = options;
  const result =
    members === undefined
      ? ""
      : `<${action}Result>${writeStructure(options.output, members)}</${action}Result>`;
  return {
    status: 200,
    headers: { "content-type": "text/xml" },
    body: `<?xml version="1.0"?><${action}Response xmlns="${options.namespace}">${result}<ResponseMetadata><RequestId>${options.requestId}</RequestId></ResponseMetadata></${action}Response>`,
  };
}

/** An error as the query protocol writes it; its code is the one that this protocol has for it. */
export function queryErrorResponse(
  error: Pick<ServiceFailure, "code" | "message" | "status">,
  namespace: string,
  requestId: string,
): ServiceResponse {
  const type = error.status >= 500 ? "Receiver" : "Sender";
  return {
    status: error.status,
    headers: { "content-type": "text/xml" },
    body: `<?xml version="1.0"?><ErrorResponse xmlns="${namespace}"><Error><Type>${type}</Type><Code>${escapeXml(error.code)}</Code><Message>${escapeXml(error.message)}</Message><Detail/></Error><RequestId>${requestId}</RequestId></ErrorResponse>`,
  };
}

interface Node {
  value?: string;
  readonly children: Map<string, Node>;
}

function toTree(parameters: ReadonlyMap<string, string>): Node {
  const root: Node = { children: new Map() };
  for (const [name, value] of parameters) {
    const path = name.split(".");
    if (path.length > maximumDepth) throw unknownParameter(name);
    let node = root;
    for (const part of path) {
      let child = node.children.get(part);
      if (child === undefined) {
        child = { children: new Map() };
        node.children.set(part, child);
      }
      node = child;
    }
    node.value = value;
  }
  return root;
}

function readStructure(node: Node, members: QueryMembers, path: string): Record<string, unknown> {
  const result: Record<string, unknown> = {};
  for (const [name, child] of node.children) {
    const found = Object.entries(members).find(([, member]) => member.name === name);
    if (found === undefined) throw unknownParameter(path + name);
    result[found[0]] = readValue(child, found[1].type, path + name);
  }
  return result;
}

function readValue(node: Node, type: QueryType, path: string): unknown {
  switch (type.kind) {
    case "structure":
      return readStructure(node, type.members, `${path}.`);
    case "list": {
      const elements = type.wrapped ? unwrapped(node, path) : node;
      return numbered(elements, path).map(([index, child]) =>
        readValue(child, type.of, `${path}.${index}`),
      );
    }
    case "map": {
      const entry: QueryMembers = {
        key: { name: type.keyName, type: { kind: "string" } },
        value: { name: type.valueName, type: type.of },
      };
      return Object.fromEntries(
        numbered(node, path).map(([index, child]) => {
          const { key, value } = readStructure(child, entry, `${path}.${index}.`);
          return [String(key), value];
        }),
      );
    }
    default:
      for (const child of node.children.keys()) throw unknownParameter(`${path}.${child}`);
      if (node.value === undefined) throw unknownParameter(path);
      return readScalar(node.value, type.kind, path);
  }
}

/** `Dimensions.member.1` for an element; `Dimensions=` for a list without any. */
function unwrapped(node: Node, path: string): Node {
  for (const name of node.children.keys()) {
    if (name !== "member") throw unknownParameter(`${path}.${name}`);
  }
  if (node.value !== undefined && node.value !== "") throw unknownParameter(path);
  return node.children.get("member") ?? { children: new Map() };
}

function numbered(node: Node, path: string): [string, Node][] {
  for (const index of node.children.keys()) {
    if (!/^[1-9]\d{0,4}$/.test(index)) throw unknownParameter(`${path}.${index}`);
  }
  return [...node.children].sort(([one], [other]) => Number(one) - Number(other));
}

function readScalar(text: string, kind: ScalarKind, path: string): unknown {
  if (kind === "string") return text;
  if (kind === "integer" && /^-?\d{1,10}$/.test(text)) return Number(text);
  if (kind === "double" && decimal.test(text)) return Number(text);
  if (kind === "timestamp" && isoTime.test(text)) {
    const milliseconds = Date.parse(text);
    if (!Number.isNaN(milliseconds)) return milliseconds / 1000;
  }
  if (kind === "boolean" && (text === "true" || text === "false")) return text === "true";
  throw new AwsError("MalformedInput", `The value ${text} of ${path} is not of type ${kind}.`);
}

const decimal = /^-?\d+(\.\d+)?([eE][+-]?\d{1,3})?$/;
const isoTime = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:?\d\d)$/;

const unknownParameter = (name: string): AwsError =>
  new AwsError("InvalidParameterValue", `The local cloud does not support the parameter ${name}.`);

function writeStructure(value: unknown, members: QueryMembers): string {
  const fields = value as Readonly<Record<string, unknown>>;
  let text = "";
  for (const [member, { name, type }] of Object.entries(members)) {
    const field = fields[member];
    if (field !== undefined) text += writeMember(name, field, type);
  }
  return text;
}

function writeMember(name: string, value: unknown, type: QueryType): string {
  switch (type.kind) {
    case "structure":
      return `<${name}>${writeStructure(value, type.members)}</${name}>`;
    case "list": {
      const element = type.wrapped ? "member" : name;
      const elements = (value as readonly unknown[]).map((one) =>
        writeMember(element, one, type.of),
      );
      return type.wrapped ? `<${name}>${elements.join("")}</${name}>` : elements.join("");
    }
    case "map": {
      const entry = type.wrapped ? "entry" : name;
      const entries = Object.entries(value as object).map(
        ([key, one]) =>
          `<${entry}><${type.keyName}>${escapeXml(key)}</${type.keyName}>${writeMember(type.valueName, one, type.of)}</${entry}>`,
      );
      return type.wrapped ? `<${name}>${entries.join("")}</${name}>` : entries.join("");
    }
    case "timestamp":
      return `<${name}>${new Date(Number(value) * 1000).toISOString()}</${name}>`;
    default:
      return `<${name}>${escapeXml(String(value))}</${name}>`;
  }
}

/** A carriage return would be read as a line feed if it weren't written as a reference. */
function escapeXml(text: string): string {
  return text.replace(/[&<>"\r]/g, (character) => {
    const named = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" }[character];
    return named ?? "&#xD;";
  });
}
