import { timingSafeEqual } from "node:crypto";
import { AwsError } from "../aws-error.ts";
import { hmac, signingKey } from "./canonical-request.ts";
import { isSameToken, type Secret } from "./verify.ts";

/** What a form says of the signature of its policy; https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-post-example.html */
export interface PolicySignature {
  /** `key/YYYYMMDD/region/s3/aws4_request` */
  readonly credential: string;
  readonly algorithm: string;
  readonly signature: string;
  readonly securityToken: string | undefined;
}

/**
 * Checks who signed the policy of a form. When it is good until is said by the policy itself.
 * @param policy in base64, as it stands in the form
 * @throws AwsError in S3's words
 */
export function verifyPolicy<Key extends Secret>(
  policy: string,
  given: PolicySignature,
  findKey: (accessKeyId: string) => Key | undefined,
): Key {
  const [accessKeyId = "", date = "", region = "", service = "", end, ...more] =
    given.credential.split("/");
  if (given.algorithm !== "AWS4-HMAC-SHA256") {
    throw new AwsError("InvalidArgument", "Only AWS4-HMAC-SHA256 is supported as x-amz-algorithm.");
  }
  if (service !== "s3" || end !== "aws4_request" || more.length > 0) {
    throw new AwsError(
      "InvalidArgument",
      `The x-amz-credential "${given.credential}" is not of the form key/date/region/s3/aws4_request.`,
    );
  }
  const key = findKey(accessKeyId);
  if (key === undefined) {
    throw new AwsError(
      "InvalidAccessKeyId",
      "The AWS Access Key Id you provided does not exist in our records.",
      { status: 403, fields: { AWSAccessKeyId: accessKeyId } },
    );
  }
  if (!isSameToken(key.sessionToken, given.securityToken)) {
    throw new AwsError("InvalidToken", "The provided token is malformed or otherwise invalid.");
  }
  const expected = hmac(signingKey(key.secretAccessKey, { date, region, service }), policy);
  const signature = Buffer.from(given.signature, "hex");
  if (signature.length !== expected.length || !timingSafeEqual(signature, expected)) {
    throw new AwsError(
      "SignatureDoesNotMatch",
      "The request signature we calculated does not match the signature you provided. Check your key and signing method.",
      { status: 403 },
    );
  }
  return key;
}
