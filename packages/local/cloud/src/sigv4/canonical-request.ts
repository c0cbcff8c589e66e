import { createHmac, createSecretKey, hash, type KeyObject } from "node:crypto";
import type { IncomingHttpHeaders } from "node:http";

/**
 * Signature Version 4, as the signer defines it:
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
 */
export interface CredentialScope {
  /** YYYYMMDD */
  readonly date: string;
  readonly region: string;
  readonly service: string;
}

export interface SignedRequest {
  readonly method: string;
  /** Percent-encoded, as sent. */
  readonly rawPath: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
}

export const sha256Hex = (data: string | Uint8Array): string => hash("sha256", data, "hex");

export const hmac = (key: string | Uint8Array | KeyObject, data: string): Buffer =>
  createHmac("sha256", key).update(data, "utf8").digest();

const signingKeys = new Map<string, KeyObject>();

/** The key of one secret for one day, region and service; derived once, since every request needs it. */
export function signingKey(secret: string, scope: CredentialScope): KeyObject {
  const id = `${secret}/${scope.date}/${scope.region}/${scope.service}`;
  const known = signingKeys.get(id);
  if (known !== undefined) return known;
  if (signingKeys.size > 1000) signingKeys.clear();
  const derived = [scope.region, scope.service, "aws4_request"].reduce(
    (parent, part) => hmac(parent, part),
    hmac(`AWS4${secret}`, scope.date),
  );
  const key = createSecretKey(derived);
  signingKeys.set(id, key);
  return key;
}

/** Percent-encodes all but RFC 3986's unreserved characters, as SigV4 asks. */
export function uriEncode(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

const unreserved = /^[A-Za-z0-9\-._~/]*$/;

/**
 * S3 signs the path encoded once, every other service encodes the encoded path again. Those normalize it before
 * (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html), which is not done here: no
 * operation has a path with anything to normalize, and so a signature stands for one path only.
 */
function canonicalPath(rawPath: string, service: string): string {
  if (unreserved.test(rawPath)) return rawPath;
  return rawPath
    .split("/")
    .map((segment) => uriEncode(service === "s3" ? decodeURIComponent(segment) : segment))
    .join("/");
}

function canonicalQuery(query: URLSearchParams): string {
  if (query.size === 0) return "";
  return [...query]
    .filter(([name]) => name !== "X-Amz-Signature")
    .map(([name, value]) => [uriEncode(name), uriEncode(value)] as const)
    .sort(([a, x], [b, y]) => (a < b ? -1 : a > b ? 1 : x < y ? -1 : x > y ? 1 : 0))
    .map(([name, value]) => `${name}=${value}`)
    .join("&");
}

export function canonicalRequest(
  request: SignedRequest,
  service: string,
  signedHeaders: readonly string[],
  payloadHash: string,
): string {
  let headers = "";
  for (const name of signedHeaders) {
    // A name such as `constructor` is no header.
    const value = Object.hasOwn(request.headers, name) ? request.headers[name] : undefined;
    const text = (Array.isArray(value) ? value.join(",") : (value ?? "")).trim();
    headers += `${name}:${text.includes("  ") ? text.replace(/ +/g, " ") : text}\n`;
  }
  const path = canonicalPath(request.rawPath, service);
  const query = canonicalQuery(request.query);
  return `${request.method}\n${path}\n${query}\n${headers}\n${signedHeaders.join(";")}\n${payloadHash}`;
}

export function stringToSign(amzDate: string, scope: CredentialScope, canonical: string): string {
  const { date, region, service } = scope;
  return `AWS4-HMAC-SHA256\n${amzDate}\n${date}/${region}/${service}/aws4_request\n${sha256Hex(canonical)}`;
}
