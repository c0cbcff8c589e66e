import { createHash } from "node:crypto";
import { crc32 } from "node:zlib";
import type { Json } from "@darkroom/states";
import { invalidArgument, notImplemented } from "../../../s3/s3-error.ts";
import type { inProcessRequest } from "../in-process-request.ts";
import { asText, isObject, type JsonObject } from "../json-value.ts";
import { type S3Action, s3Actions } from "./s3-actions.ts";
import { writeS3Xml } from "./s3-xml.ts";

type Body = NonNullable<S3Action["body"]>;

/**
 * A call of S3 by its parameters as a request.
 * @param name e.g. `getObject`
 * @param bytes the body as it is, where a parameter would be written as JSON
 * @throws AwsError that names a parameter that isn't supported
 */
export function s3Request(
  name: string,
  parameters: JsonObject,
  bytes?: Buffer,
): Parameters<typeof inProcessRequest>[0] {
  const action = s3Actions[name];
  if (action === undefined) throw notImplemented(name);
  const { rawPath, rest } = readAddress(action, parameters);
  const query: Record<string, string> = { ...action.names };
  const headers: Record<string, string> = {};
  let body: string | Buffer | undefined = bytes;
  for (const [member, value] of Object.entries(rest)) {
    const parameter = action.query?.[member];
    const header = action.headers?.[member];
    if (parameter !== undefined) query[parameter] = String(value);
    else if (header !== undefined) headers[header] = headerText(member, value);
    else if (member === "Metadata" && action.metadata === true && isObject(value)) {
      Object.assign(headers, metadataHeaders(value));
    } else if (action.body !== undefined && member === action.body.member) {
      body = bodyText(action.body, value);
    } else {
      throw notImplemented(`the parameter ${member} of ${name} in a state machine`);
    }
  }
  if (action.body !== undefined) Object.assign(headers, checksumHeaders(action.body, body ?? ""));
  return { method: action.method, rawPath, query, headers, body };
}

function readAddress(
  { of }: S3Action,
  parameters: JsonObject,
): { rawPath: string; rest: JsonObject } {
  if (of === "service") return { rawPath: "/", rest: parameters };
  const { Bucket: bucket, ...ofBucket } = parameters;
  const bucketPath = `/${encodeURIComponent(required("Bucket", bucket))}`;
  if (of === "bucket") return { rawPath: bucketPath, rest: ofBucket };
  const { Key: key, ...rest } = ofBucket;
  return { rawPath: `${bucketPath}/${encodeURIComponent(required("Key", key))}`, rest };
}

function required(name: string, value: Json | undefined): string {
  if (typeof value === "string" && value !== "") return value;
  throw invalidArgument(`${name} must be a text that is not empty.`, name, String(value));
}

/** Times are ISO text in a definition; a header has them as HTTP does. */
const headerText = (member: string, value: Json): string =>
  /^Expires$|Since$/.test(member) && typeof value === "string" && !Number.isNaN(Date.parse(value))
    ? new Date(value).toUTCString()
    : String(value);

/** Values go as UTF-8, whose bytes a header has as Latin-1. */
const metadataHeaders = (metadata: JsonObject): Record<string, string> =>
  Object.fromEntries(
    Object.entries(metadata).map(([key, value]) => [
      `x-amz-meta-${key.toLowerCase()}`,
      Buffer.from(asText(value)).toString("latin1"),
    ]),
  );

/** An object's content is the JSON of what is given: a text is written with its quotes. */
function bodyText({ member, kind, root }: Body, value: Json): string {
  if (kind === "xml") return writeS3Xml(root ?? member, value);
  return kind === "json" ? JSON.stringify(value) : asText(value);
}

function checksumHeaders({ checksum }: Body, body: string | Buffer): Record<string, string> {
  if (checksum === "MD5") {
    return { "content-md5": createHash("md5").update(body).digest("base64") };
  }
  const digest = Buffer.alloc(4);
  digest.writeUInt32BE(crc32(body));
  return {
    "x-amz-sdk-checksum-algorithm": "CRC32",
    "x-amz-checksum-crc32": digest.toString("base64"),
  };
}
