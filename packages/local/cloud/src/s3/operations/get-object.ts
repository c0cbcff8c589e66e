import type { Readable } from "node:stream";
import { readBody } from "../blobs/read-body.ts";
import { type ByteRange, contentRange, readRange } from "../byte-range.ts";
import type { Checksum } from "../checksum.ts";
import { bareEtag, mayRead } from "../conditions.ts";
import { readPartNumber } from "../find-upload.ts";
import { findVersion, readVersionId } from "../find-version.ts";
import { checksumHeaders, objectHeaders } from "../object-headers.ts";
import type { ObjectCall, Operation, S3Parts } from "../operation.ts";
import { authorizeObject } from "../permissions.ts";
import { checkHeaderText, type RequestHeaders } from "../request-headers.ts";
import { invalidRequest, S3Error } from "../s3-error.ts";
import type { ObjectVersion } from "../store/version-store.ts";

/** Parameters that put other values into the answer's headers. */
const overrides = new Map([
  ["response-cache-control", "cache-control"],
  ["response-content-disposition", "content-disposition"],
  ["response-content-encoding", "content-encoding"],
  ["response-content-language", "content-language"],
  ["response-content-type", "content-type"],
  ["response-expires", "expires"],
]);

const read = {
  query: ["versionId", "partNumber", ...overrides.keys()],
  headers: ["x-amz-checksum-mode"],
};

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html */
export const getObject: Operation<ObjectCall> = {
  ...read,
  name: "GetObject",
  run(call, parts) {
    const version = authorizedVersion(call, parts, "GET");
    const { status, headers, range } = answerFor(call, parts, version);
    if (range === undefined) return { status, headers };
    return { status, headers, body: readVersion(parts, version, range) };
  },
};

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_HeadObject.html */
export const headObject: Operation<ObjectCall> = {
  ...read,
  name: "HeadObject",
  run(call, parts) {
    const version = authorizedVersion(call, parts, "HEAD");
    const { status, headers } = answerFor(call, parts, version);
    return { status, headers };
  },
};

interface Answer {
  readonly status: 200 | 206 | 304;
  readonly headers: Record<string, string>;
  /** What is sent; undefined when the caller has it already. */
  readonly range: ByteRange | undefined;
}

function answerFor(call: ObjectCall, parts: S3Parts, version: ObjectVersion): Answer {
  const { bucket, headers, query } = call;
  const showsChecksum = readChecksumMode(headers);
  const answer = objectHeaders(bucket, version);
  if (!mayRead(headers, version, parts.clock.now())) {
    const { etag = "", "last-modified": modified = "" } = answer;
    return { status: 304, headers: { etag, "last-modified": modified }, range: undefined };
  }
  const part = readPart(call, parts, version);
  const wanted =
    part?.range ??
    (isRangeWanted(headers, version) ? readRange(headers.get("range"), version.size) : undefined);
  const range = wanted ?? { start: 0, length: version.size };
  for (const [parameter, header] of overrides) {
    const value = query.get(parameter);
    if (value !== null) answer[header] = checkHeaderText(parameter, value);
  }
  answer["content-length"] = String(range.length);
  if (wanted !== undefined) answer["content-range"] = contentRange(wanted, version.size);
  if (version.partCount !== undefined && part !== undefined) {
    answer["x-amz-mp-parts-count"] = String(version.partCount);
  }
  // A checksum of the whole object says nothing of a range of it.
  if (showsChecksum && part?.checksum !== undefined) {
    Object.assign(answer, checksumHeaders(part.checksum));
  } else if (showsChecksum && range.length === version.size) {
    Object.assign(answer, checksumHeaders(version.checksum));
  }
  if (version.tags.length > 0 && mayReadTags(call)) {
    answer["x-amz-tagging-count"] = String(version.tags.length);
  }
  return { status: wanted === undefined ? 200 : 206, headers: answer, range };
}

interface AskedPart {
  /** undefined: all of an object that is empty. */
  readonly range: ByteRange | undefined;
  /** Known of the parts that the object's own is made of. */
  readonly checksum?: Checksum;
}

/** The part that a read asks for, counted from 1; what was uploaded at once is one part. */
function readPart(
  { query, headers }: ObjectCall,
  { store }: S3Parts,
  version: ObjectVersion,
): AskedPart | undefined {
  if (!query.has("partNumber")) return undefined;
  const number = readPartNumber(query);
  if (headers.has("range")) {
    throw invalidRequest("Cannot specify both Range header and partNumber query parameter");
  }
  const count = version.partCount ?? 1;
  if (number > count) {
    throw new S3Error("InvalidPartNumber", "The requested partnumber is not satisfiable", {
      status: 416,
      fields: { ActualPartCount: count, PartNumberRequested: number },
    });
  }
  const { size, checksum } = version;
  if (size === 0) return { range: undefined };
  if (version.partCount === undefined) return { range: { start: 0, length: size } };
  const parts = store.versions.parts(version);
  const start = parts.slice(0, number - 1).reduce((sum, part) => sum + part.size, 0);
  const part = parts[number - 1];
  if (part === undefined) throw new Error("an object has as many parts as it says");
  return {
    range: { start, length: part.size },
    ...(checksum?.type === "COMPOSITE" ? { checksum: { ...checksum, value: part.checksum } } : {}),
  };
}

function authorizedVersion(call: ObjectCall, { store }: S3Parts, method: string): ObjectVersion {
  const versionId = readVersionId(call.query);
  authorizeObject(call, versionId === undefined ? "s3:GetObject" : "s3:GetObjectVersion");
  return findVersion(
    store,
    { bucket: call.bucket, key: call.key, versionId },
    call.request.authorize,
    method,
  );
}

/** The bytes of a version: a small run as it is, a larger one as a stream. */
export function readVersion(
  { store, blobs }: S3Parts,
  version: ObjectVersion,
  range: ByteRange,
): Uint8Array | Readable {
  if (version.partCount === undefined && version.blob === undefined) {
    const data = version.size === 0 ? new Uint8Array() : store.versions.smallBody(version);
    return data.subarray(range.start, range.start + range.length);
  }
  const segments =
    version.blob === undefined
      ? store.versions.parts(version)
      : [{ blob: version.blob, size: version.size }];
  return readBody(blobs, segments, range);
}

function readChecksumMode(headers: RequestHeaders): boolean {
  const mode = headers.get("x-amz-checksum-mode");
  if (mode === undefined) return false;
  if (mode.toUpperCase() === "ENABLED") return true;
  throw invalidRequest("Value for x-amz-checksum-mode header is invalid.");
}

/** If-Range: the range only when the object is still the one that the caller has the rest of (RFC 9110, section 13.1.5). */
function isRangeWanted(headers: RequestHeaders, version: ObjectVersion): boolean {
  const ifRange = headers.get("if-range");
  if (ifRange === undefined || bareEtag(ifRange) === version.etag) return true;
  return Date.parse(ifRange) === Math.floor(version.modified / 1000) * 1000;
}

/** How many tags there are is told to those who may see them. */
function mayReadTags(call: ObjectCall): boolean {
  try {
    authorizeObject(
      call,
      call.query.has("versionId") ? "s3:GetObjectVersionTagging" : "s3:GetObjectTagging",
    );
    return true;
  } catch {
    return false;
  }
}
