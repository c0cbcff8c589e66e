import { timingSafeEqual } from "node:crypto";
import { AwsError } from "../aws-error.ts";
import { type Authorization, parseAmzDate } from "./authorization.ts";
import {
  canonicalRequest,
  hmac,
  type SignedRequest,
  signingKey,
  stringToSign,
} from "./canonical-request.ts";

/** https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-authenticating-requests.html: 15 minutes. */
const maximumSkewMs = 15 * 60 * 1000;

export interface Secret {
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

/**
 * Checks all that can be known of a signature before the body has come: key, token, time, and that it covers what it must.
 * @throws AwsError in the words of S3 or of the JSON services.
 */
export function checkBeforeBody<Known extends Secret>(
  request: SignedRequest,
  authorization: Authorization,
  secret: Known | undefined,
  nowMs: number,
): asserts secret is Known {
  const { service } = authorization.scope;
  if (secret === undefined) {
    throw service === "s3"
      ? new AwsError(
          "InvalidAccessKeyId",
          "The AWS Access Key Id you provided does not exist in our records.",
          { status: 403, fields: { AWSAccessKeyId: authorization.accessKeyId } },
        )
      : unknownClient(service);
  }
  if (!isSameToken(secret.sessionToken, authorization.securityToken)) {
    throw service === "s3"
      ? new AwsError("InvalidToken", "The provided token is malformed or otherwise invalid.")
      : unknownClient(service);
  }
  checkTime(authorization, nowMs);
  checkCovered("host", authorization);
  for (const name in request.headers) {
    if (mustBeSigned(name)) checkCovered(name, authorization);
  }
}

/**
 * Checks one signature, after {@link checkBeforeBody}; returns when it is right.
 * @throws AwsError in the words of S3 or of the JSON services.
 */
export function verifySignature(
  request: SignedRequest,
  authorization: Authorization,
  secret: Secret,
  payloadHash: string,
): void {
  const { amzDate, scope, signedHeaders } = authorization;
  const canonical = canonicalRequest(request, scope.service, signedHeaders, payloadHash);
  const expected = hmac(
    signingKey(secret.secretAccessKey, scope),
    stringToSign(amzDate, scope, canonical),
  );
  const given = Buffer.from(authorization.signature, "hex");
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) {
    throw mismatch(scope.service);
  }
}

export function isSameToken(known: string | undefined, given: string | undefined): boolean {
  if (known === undefined || given === undefined) return known === given;
  const [one, other] = [Buffer.from(known), Buffer.from(given)];
  return one.length === other.length && timingSafeEqual(one, other);
}

function checkCovered(name: string, { signedHeaders, scope }: Authorization): void {
  if (signedHeaders.includes(name)) return;
  throw scope.service === "s3"
    ? new AwsError(
        "AccessDenied",
        "There were headers present in the request which were not signed",
        { status: 403, fields: { HeadersNotSigned: name } },
      )
    : mismatch(scope.service);
}

/** An x-amz header that is not covered by the signature could have been added by anyone on the way. */
const mustBeSigned = (name: string): boolean =>
  name.startsWith("x-amz-") && name !== "x-amz-content-sha256";

/** Those that speak JSON say 400, but for Lambda; the others, whose protocol also changes the code, 403. */
const statusFor = (service: string): number =>
  service === "lambda" || service === "sts" || service === "iam" ? 403 : 400;

function unknownClient(service: string): AwsError {
  return new AwsError(
    "UnrecognizedClientException",
    "The security token included in the request is invalid.",
    { status: statusFor(service) },
  );
}

function badSignature(service: string, message: string): AwsError {
  return new AwsError("InvalidSignatureException", message, { status: statusFor(service) });
}

function mismatch(service: string): AwsError {
  return service === "s3"
    ? new AwsError(
        "SignatureDoesNotMatch",
        "The request signature we calculated does not match the signature you provided. Check your key and signing method.",
        { status: 403 },
      )
    : badSignature(
        service,
        "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.",
      );
}

function checkTime(authorization: Authorization, nowMs: number): void {
  const { amzDate, expiresSeconds, scope } = authorization;
  const signedMs = parseAmzDate(amzDate);
  if (!amzDate.startsWith(scope.date) || Number.isNaN(signedMs)) throw mismatch(scope.service);
  if (expiresSeconds !== undefined) {
    checkExpiry(signedMs, expiresSeconds, nowMs);
    return;
  }
  if (Math.abs(nowMs - signedMs) <= maximumSkewMs) return;
  if (scope.service === "s3") {
    throw new AwsError(
      "RequestTimeTooSkewed",
      "The difference between the request time and the current time is too large.",
      {
        status: 403,
        fields: {
          RequestTime: amzDate,
          ServerTime: isoSecond(nowMs),
          MaxAllowedSkewMilliseconds: maximumSkewMs,
        },
      },
    );
  }
  const now = formatAmzDate(nowMs);
  throw badSignature(
    scope.service,
    signedMs < nowMs
      ? `Signature expired: ${amzDate} is now earlier than ${formatAmzDate(nowMs - maximumSkewMs)} (${now} - 15 min.)`
      : `Signature not yet current: ${amzDate} is still later than ${formatAmzDate(nowMs + maximumSkewMs)} (${now} + 15 min.)`,
  );
}

function checkExpiry(signedMs: number, expiresSeconds: number, nowMs: number): void {
  if (nowMs < signedMs - maximumSkewMs) {
    throw new AwsError("AccessDenied", "Request is not valid yet", { status: 403 });
  }
  const expiresMs = signedMs + expiresSeconds * 1000;
  if (nowMs <= expiresMs) return;
  throw new AwsError("AccessDenied", "Request has expired", {
    status: 403,
    fields: {
      "X-Amz-Expires": expiresSeconds,
      Expires: isoSecond(expiresMs),
      ServerTime: isoSecond(nowMs),
    },
  });
}

const isoSecond = (ms: number): string => new Date(ms).toISOString().replace(/\.\d+/, "");
const formatAmzDate = (ms: number): string => isoSecond(ms).replace(/[-:]/g, "");
