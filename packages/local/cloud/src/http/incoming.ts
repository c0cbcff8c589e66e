import type { IncomingMessage } from "node:http";
import { AwsError } from "../aws-error.ts";
import type { SignedRequest } from "../sigv4/canonical-request.ts";

/** More than any client sends (the largest: about thirty, and metadata); a signature need not be computed over thousands. */
const maximumHeaders = 256;

/** S3 takes no more of any request: https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObject.html */
export const maximumS3HeaderBytes = 8 * 1024;

/** What a request is, before its signature is known. */
export interface Incoming extends SignedRequest {
  /** Host name without port. */
  readonly host: string;
  /** Of all names and values. */
  readonly headerBytes: number;
}

/** The path of a request as it came, without the query. */
export function rawPathOf(url: string): string {
  const queryStart = url.indexOf("?");
  return queryStart < 0 ? url : url.slice(0, queryStart);
}

/** @throws AwsError, or URIError for a path that is not percent-encoded as it should be */
export function readIncoming(message: IncomingMessage, rawPath: string): Incoming {
  const { url = "/", method = "GET", headers } = message;
  const { rawHeaders } = message;
  if (rawHeaders.length > 2 * maximumHeaders) throw headersTooLarge();
  let headerBytes = 0;
  let hosts = 0;
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index] ?? "";
    headerBytes += name.length + (rawHeaders[index + 1] ?? "").length;
    if (name.length === 4 && name.toLowerCase() === "host") hosts += 1;
  }
  // Node takes the first of two Host headers; another reader of the same request could take the second (RFC 9112, 3.2).
  const host = checkedHost(hosts === 1 ? (headers.host ?? "") : "");
  checkPath(rawPath);
  const query = new URLSearchParams(url.slice(rawPath.length));
  return { method, rawPath, query, headers, host, headerBytes };
}

/** The words of S3, whose limit it is; others have one of their own, beyond which no client goes. */
export const headersTooLarge = (): AwsError =>
  new AwsError(
    "RequestHeaderSectionTooLarge",
    "Your request header section exceeds the maximum allowed size.",
    { fields: { MaxSizeAllowed: maximumS3HeaderBytes } },
  );

/** A page in a browser that points a name of its own at 127.0.0.1 must get nothing: DNS rebinding. */
function checkedHost(sent: string): string {
  const host = sent.replace(/:\d{1,5}$/, "").toLowerCase();
  if (host === "127.0.0.1" || host === "localhost") return host;
  if (host.endsWith(".localhost") && /^[a-z0-9._-]+$/.test(host)) return host;
  throw new AwsError("InvalidRequest", `The Host header "${sent}" is not this machine's.`, {
    status: 403,
  });
}

const plainPath = /^\/[A-Za-z0-9\-._~/]*$/;

function checkPath(rawPath: string): void {
  if (plainPath.test(rawPath)) return;
  if (!rawPath.startsWith("/")) {
    throw new AwsError("InvalidURI", "The request's path does not start with a slash.");
  }
  decodeURIComponent(rawPath);
}
