import type { RequestHeaders } from "./request-headers.ts";
import { headerNotImplemented, noSuchKey, preconditionFailed } from "./s3-error.ts";

/** What conditions are held against. */
interface Validators {
  /** Without quotes. */
  readonly etag: string;
  /** Milliseconds since the epoch. */
  readonly modified: number;
}

const copyPrefix = "x-amz-copy-source-";
const conditionNames = ["if-match", "if-unmodified-since", "if-none-match", "if-modified-since"];

/** The headers that a copy may put on its source. */
export const copyConditionHeaders = conditionNames.map((name) => copyPrefix + name);

/**
 * The conditions of a read, in the order of RFC 9110, section 13.2.2, as S3 holds them too
 * (https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-reads.html).
 * @returns false for what is answered with 304
 * @throws S3Error PreconditionFailed
 */
export function mayRead(headers: RequestHeaders, object: Validators, nowMs: number): boolean {
  const failed = failedCondition((name) => headers.get(name), object, nowMs);
  if (failed === undefined) return true;
  if (failed === "If-None-Match" || failed === "If-Modified-Since") return false;
  throw preconditionFailed(failed);
}

/** The conditions that a copy puts on its source; each one that doesn't hold is PreconditionFailed. */
export function checkCopyConditions(
  headers: RequestHeaders,
  source: Validators,
  nowMs: number,
): void {
  const failed = failedCondition((name) => headers.get(copyPrefix + name), source, nowMs);
  if (failed !== undefined) throw preconditionFailed(copyPrefix + failed);
}

function failedCondition(
  header: (name: string) => string | undefined,
  object: Validators,
  nowMs: number,
): "If-Match" | "If-Unmodified-Since" | "If-None-Match" | "If-Modified-Since" | undefined {
  const modified = Math.floor(object.modified / 1000) * 1000;
  const ifMatch = header("if-match");
  const ifUnmodifiedSince = parseDate(header("if-unmodified-since"));
  if (ifMatch !== undefined) {
    if (!matches(ifMatch, object.etag)) return "If-Match";
  } else if (ifUnmodifiedSince !== undefined && modified > ifUnmodifiedSince) {
    return "If-Unmodified-Since";
  }
  const ifNoneMatch = header("if-none-match");
  const ifModifiedSince = parseDate(header("if-modified-since"));
  if (ifNoneMatch !== undefined) {
    if (matches(ifNoneMatch, object.etag)) return "If-None-Match";
  } else if (
    ifModifiedSince !== undefined &&
    // A date in the future is none that a client can have got from here.
    ifModifiedSince <= nowMs &&
    modified <= ifModifiedSince
  ) {
    return "If-Modified-Since";
  }
  return undefined;
}

/** A date that can't be read makes no condition (RFC 9110, section 13.1.3). */
function parseDate(text: string | undefined): number | undefined {
  const time = text === undefined ? Number.NaN : Date.parse(text);
  return Number.isNaN(time) ? undefined : time;
}

function matches(list: string, etag: string): boolean {
  return list.split(",").some((one) => {
    const tag = bareEtag(one.trim());
    return tag === "*" || tag === etag;
  });
}

/** S3 takes entity tags with and without quotes. */
export const bareEtag = (text: string): string => text.replace(/^(?:W\/)?"?(.*?)"?$/s, "$1");

/** A condition on a write: that the key is free, or that its object is the one the caller knows. */
export type WriteCondition =
  | { readonly kind: "free" }
  | { readonly kind: "unchanged"; readonly etag: string };

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html */
export function readWriteCondition(headers: RequestHeaders): WriteCondition | undefined {
  const ifMatch = headers.get("if-match");
  const ifNoneMatch = headers.get("if-none-match");
  if (ifMatch !== undefined && ifNoneMatch !== undefined) {
    throw headerNotImplemented(
      "If-Match,If-None-Match",
      "Multiple conditional request headers present in the request",
    );
  }
  const refused = (name: string): Error =>
    headerNotImplemented(name, `We don't accept the provided value of ${name} header for this API`);
  if (ifNoneMatch !== undefined) {
    if (ifNoneMatch !== "*") throw refused("If-None-Match");
    return { kind: "free" };
  }
  if (ifMatch === undefined) return undefined;
  if (ifMatch === "*") throw refused("If-Match");
  return { kind: "unchanged", etag: bareEtag(ifMatch) };
}

/**
 * @param current the object that the key has now; a delete marker is none
 * @throws S3Error PreconditionFailed, or NoSuchKey when there is nothing to compare with
 */
export function checkWriteCondition(
  condition: WriteCondition | undefined,
  key: string,
  current: Validators | undefined,
): void {
  if (condition === undefined) return;
  if (condition.kind === "free") {
    if (current !== undefined) throw preconditionFailed("If-None-Match");
    return;
  }
  if (current === undefined) throw noSuchKey(key);
  if (current.etag !== condition.etag) throw preconditionFailed("If-Match");
}
