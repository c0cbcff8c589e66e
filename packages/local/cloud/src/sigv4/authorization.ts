import { AwsError } from "../aws-error.ts";
import type { CredentialScope, SignedRequest } from "./canonical-request.ts";

/** What a request says about its own signature, in its headers or (presigned) in its query. */
export interface Authorization {
  readonly presigned: boolean;
  readonly accessKeyId: string;
  readonly scope: CredentialScope;
  readonly signedHeaders: readonly string[];
  readonly signature: string;
  /** YYYYMMDDTHHMMSSZ */
  readonly amzDate: string;
  /** How long a presigned URL is good, in seconds. */
  readonly expiresSeconds?: number;
  readonly securityToken?: string;
}

const header = (request: SignedRequest, name: string): string | undefined => {
  const value = request.headers[name];
  return Array.isArray(value) ? value.join(",") : value;
};

/** Reads the authorization; undefined when the request is not signed, `malformed` when it can't be understood. */
export function readAuthorization(request: SignedRequest): Authorization | undefined | "malformed" {
  const text = header(request, "authorization");
  const presigned = request.query.has("X-Amz-Algorithm");
  if (text === undefined) return presigned ? fromQuery(request.query) : undefined;
  if (!presigned) return fromHeader(text, request);
  throw new AwsError(
    "InvalidArgument",
    "Only one auth mechanism allowed; only the X-Amz-Algorithm query parameter, Signature query string parameter or the Authorization header should be specified",
  );
}

function fromHeader(text: string, request: SignedRequest): Authorization | "malformed" {
  const fields =
    /^AWS4-HMAC-SHA256\s+Credential=([^,\s]+),\s*SignedHeaders=([^,\s]+),\s*Signature=([0-9a-f]{64})$/.exec(
      text.trim(),
    );
  const amzDate = header(request, "x-amz-date");
  const credential = readCredential(fields?.[1]);
  if (!fields || !credential || !isAmzDate(amzDate)) return "malformed";
  const securityToken = header(request, "x-amz-security-token");
  return {
    presigned: false,
    ...credential,
    signedHeaders: (fields[2] ?? "").split(";"),
    signature: fields[3] ?? "",
    amzDate,
    ...(securityToken === undefined ? {} : { securityToken }),
  };
}

function fromQuery(query: URLSearchParams): Authorization | "malformed" {
  const credential = readCredential(query.get("X-Amz-Credential") ?? undefined);
  const amzDate = query.get("X-Amz-Date") ?? undefined;
  const expires = Number(query.get("X-Amz-Expires"));
  const signature = query.get("X-Amz-Signature") ?? "";
  if (
    query.get("X-Amz-Algorithm") !== "AWS4-HMAC-SHA256" ||
    !credential ||
    !isAmzDate(amzDate) ||
    !/^[0-9a-f]{64}$/.test(signature) ||
    !Number.isInteger(expires) ||
    expires < 1 ||
    expires > 604_800
  ) {
    return "malformed";
  }
  const securityToken = query.get("X-Amz-Security-Token");
  return {
    presigned: true,
    ...credential,
    signedHeaders: (query.get("X-Amz-SignedHeaders") ?? "").split(";"),
    signature,
    amzDate,
    expiresSeconds: expires,
    ...(securityToken === null ? {} : { securityToken }),
  };
}

function readCredential(text: string | undefined) {
  const parts = text?.split("/") ?? [];
  const [accessKeyId, date, region, service, terminator] = parts;
  if (parts.length !== 5 || terminator !== "aws4_request") return undefined;
  if (!accessKeyId || !date || !region || !service) return undefined;
  return { accessKeyId, scope: { date, region, service } };
}

const isAmzDate = (text: string | undefined): text is string =>
  text !== undefined && /^\d{8}T\d{6}Z$/.test(text);

let lastDate = "";
let lastMs = Number.NaN;

/** Milliseconds since the epoch of a date in the basic format that SigV4 uses. Many requests are of one second. */
export function parseAmzDate(text: string): number {
  if (text !== lastDate) {
    lastMs = Date.parse(
      text.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, "$1-$2-$3T$4:$5:$6Z"),
    );
    lastDate = text;
  }
  return lastMs;
}
