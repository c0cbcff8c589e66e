import type { ServiceRequest } from "../service.ts";
import { invalidArgument, notImplemented } from "./s3-error.ts";

/** Headers by lower-case name, with those that a presigned URL carries in its query. */
export type RequestHeaders = ReadonlyMap<string, string>;

/** The parameters of the signature itself (https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html). */
const signatureParameters = new Set([
  "x-amz-algorithm",
  "x-amz-credential",
  "x-amz-date",
  "x-amz-expires",
  "x-amz-signedheaders",
  "x-amz-signature",
  "x-amz-security-token",
  "x-amz-content-sha256",
  "x-amz-user-agent",
]);

/** `x-id` names the operation for logs; SDKs add it to every URL. */
export const isNoiseParameter = (name: string): boolean =>
  name === "x-id" || signatureParameters.has(name.toLowerCase());

/**
 * SDKs put the checksum of an empty body into URLs that they presign for an upload, and S3 takes no notice of it:
 * only a checksum in a header counts. `x-amz-checksum-mode` is no checksum.
 */
const isIgnoredWhenPresigned = (name: string): boolean =>
  name === "x-amz-sdk-checksum-algorithm" ||
  (name.startsWith("x-amz-checksum-") && name !== "x-amz-checksum-mode");

export function readHeaders(request: ServiceRequest): RequestHeaders {
  const headers = new Map<string, string>();
  if (request.query.has("X-Amz-Signature")) {
    for (const [parameter, value] of request.query) {
      const name = parameter.toLowerCase();
      if (!name.startsWith("x-amz-") || signatureParameters.has(name)) continue;
      if (!isIgnoredWhenPresigned(name)) headers.set(name, checkHeaderText(parameter, value));
    }
  }
  for (const [name, value] of Object.entries(request.headers)) {
    if (value !== undefined) headers.set(name, Array.isArray(value) ? value.join(",") : value);
  }
  return headers;
}

/** What comes in a query and goes out in a header must be able to stand there. */
export function checkHeaderText(parameter: string, value: string): string {
  if (/^[\t\x20-\x7e\x80-\xff]*$/.test(value)) return value;
  throw invalidArgument("Header value cannot be represented using ISO-8859-1.", parameter, value);
}

/** Headers that any request may have: the signature's own, and those that ask for nothing. */
const everywhere = new Set([
  ...signatureParameters,
  "x-amz-decoded-content-length",
  "x-amz-expected-bucket-owner",
  "x-amz-request-payer",
]);

/** Refuses an `x-amz-` header that the operation does not know: it would change what the caller expects to happen. */
export function checkHeaders(
  headers: RequestHeaders,
  known: ReadonlySet<string>,
  operation: string,
): void {
  for (const name of headers.keys()) {
    if (!name.startsWith("x-amz-") || everywhere.has(name) || known.has(name)) continue;
    if (name.startsWith("x-amz-meta-") && known.has("x-amz-meta-*")) continue;
    throw notImplemented(`the header ${name} of ${operation}`);
  }
}

/** The first query parameter that the operation does not know, such as a sub-resource. */
export function unknownParameter(
  query: URLSearchParams,
  known: ReadonlySet<string>,
): string | undefined {
  const presigned = query.has("X-Amz-Signature");
  for (const name of query.keys()) {
    if (known.has(name) || isNoiseParameter(name)) continue;
    if (presigned && name.toLowerCase().startsWith("x-amz-")) continue;
    return name;
  }
  return undefined;
}
