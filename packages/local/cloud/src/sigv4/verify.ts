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
 * Checks one signature; returns when it is right.
 * @throws AwsError in the words of S3 or of the JSON services.
 */
export function verifySignature(
  request: SignedRequest,
  authorization: Authorization,
  secret: Secret | undefined,
  payloadHash: string,
  nowMs: number,
): void {
  const isS3 = authorization.scope.service === "s3";
  if (secret === undefined) {
    throw isS3
      ? new AwsError(
          "InvalidAccessKeyId",
          "The AWS Access Key Id you provided does not exist in our records.",
          { status: 403, fields: { AWSAccessKeyId: authorization.accessKeyId } },
        )
      : new AwsError(
          "UnrecognizedClientException",
          "The security token included in the request is invalid.",
          { status: isQueryService(authorization.scope.service) ? 403 : 400 },
        );
  }
  if (secret.sessionToken !== authorization.securityToken) {
    throw new AwsError(
      isS3 ? "InvalidToken" : "UnrecognizedClientException",
      "The security token included in the request is invalid.",
      { status: 400 },
    );
  }
  checkTime(authorization, isS3, nowMs);
  for (const required of ["host", ...Object.keys(request.headers)].filter(mustBeSigned)) {
    if (!authorization.signedHeaders.includes(required)) {
      throw isS3
        ? new AwsError(
            "AccessDenied",
            "There were headers present in the request which were not signed",
            {
              status: 403,
              fields: { HeadersNotSigned: required },
            },
          )
        : mismatch(false);
    }
  }
  const expected = hmac(
    signingKey(secret.secretAccessKey, authorization.scope),
    stringToSign(
      authorization.amzDate,
      authorization.scope,
      canonicalRequest(
        request,
        authorization.scope.service,
        authorization.signedHeaders,
        payloadHash,
      ),
    ),
  );
  const given = Buffer.from(authorization.signature, "hex");
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) throw mismatch(isS3);
}

/** An x-amz header that is not covered by the signature could have been added by anyone on the way. */
const mustBeSigned = (name: string): boolean =>
  name === "host" || (name.startsWith("x-amz-") && name !== "x-amz-content-sha256");

const isQueryService = (service: string): boolean => service === "sts" || service === "iam";

function checkTime(authorization: Authorization, isS3: boolean, nowMs: number): void {
  const signedMs = parseAmzDate(authorization.amzDate);
  if (!authorization.amzDate.startsWith(authorization.scope.date) || Number.isNaN(signedMs)) {
    throw mismatch(isS3);
  }
  if (authorization.expiresSeconds !== undefined) {
    if (nowMs > signedMs + authorization.expiresSeconds * 1000) {
      throw new AwsError("AccessDenied", "Request has expired", { status: 403 });
    }
    if (nowMs < signedMs - maximumSkewMs) {
      throw new AwsError("AccessDenied", "Request is not valid yet", { status: 403 });
    }
    return;
  }
  if (Math.abs(nowMs - signedMs) <= maximumSkewMs) return;
  throw isS3
    ? new AwsError(
        "RequestTimeTooSkewed",
        "The difference between the request time and the current time is too large.",
        { status: 403 },
      )
    : new AwsError(
        "InvalidSignatureException",
        `Signature expired: ${authorization.amzDate} is not within 15 minutes of the local clock.`,
        { status: 403 },
      );
}

function mismatch(isS3: boolean): AwsError {
  return isS3
    ? new AwsError(
        "SignatureDoesNotMatch",
        "The request signature we calculated does not match the signature you provided. Check your key and signing method.",
        { status: 403 },
      )
    : new AwsError(
        "InvalidSignatureException",
        "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.",
        { status: 403 },
      );
}
