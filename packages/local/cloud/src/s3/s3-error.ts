import { AwsError } from "../aws-error.ts";

/** An error of S3, with the response headers that S3 sends along, e.g. `x-amz-delete-marker`. */
export class S3Error extends AwsError {
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    code: string,
    message: string,
    options: {
      status?: number;
      fields?: Record<string, unknown>;
      headers?: Record<string, string>;
    } = {},
  ) {
    super(code, message, options);
    this.headers = options.headers ?? {};
  }
}

/** Codes, texts and statuses: https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html */
export const noSuchBucket = (bucket: string): S3Error =>
  new S3Error("NoSuchBucket", "The specified bucket does not exist", {
    status: 404,
    fields: { BucketName: bucket },
  });

export const invalidBucketName = (bucket: string): S3Error =>
  new S3Error("InvalidBucketName", "The specified bucket is not valid.", {
    fields: { BucketName: bucket },
  });

export const noSuchKey = (key: string, headers: Record<string, string> = {}): S3Error =>
  new S3Error("NoSuchKey", "The specified key does not exist.", {
    status: 404,
    fields: { Key: key },
    headers,
  });

export const noSuchVersion = (key: string, versionId: string): S3Error =>
  new S3Error("NoSuchVersion", "The specified version does not exist.", {
    status: 404,
    fields: { Key: key, VersionId: versionId },
  });

export const noSuchUpload = (uploadId: string): S3Error =>
  new S3Error(
    "NoSuchUpload",
    "The specified upload does not exist. The upload ID may be invalid, or the upload may have been aborted or completed.",
    { status: 404, fields: { UploadId: uploadId } },
  );

export const preconditionFailed = (condition: string): S3Error =>
  new S3Error(
    "PreconditionFailed",
    "At least one of the pre-conditions you specified did not hold",
    { status: 412, fields: { Condition: condition } },
  );

export const methodNotAllowed = (
  method: string,
  resourceType: string,
  headers: Record<string, string>,
): S3Error =>
  new S3Error("MethodNotAllowed", "The specified method is not allowed against this resource.", {
    status: 405,
    fields: { Method: method, ResourceType: resourceType },
    headers,
  });

export const invalidArgument = (message: string, name: string, value: string): S3Error =>
  new S3Error("InvalidArgument", message, {
    fields: { ArgumentName: name, ArgumentValue: value },
  });

/** `how` is the checksum as S3 calls it in this message, e.g. `CRC32` or `Content-MD5`. */
export const badDigest = (how: string): S3Error =>
  new S3Error(
    "BadDigest",
    how === "Content-MD5"
      ? "The Content-MD5 you specified did not match what we received."
      : `The ${how} you specified did not match the calculated checksum.`,
  );

export const entityTooLarge = (size: number, limit: number): S3Error =>
  new S3Error("EntityTooLarge", "Your proposed upload exceeds the maximum allowed size", {
    fields: { ProposedSize: size, MaxSizeAllowed: limit },
  });

export const entityTooSmall = (
  size: number,
  limit: number,
  fields: Record<string, unknown> = {},
): S3Error =>
  new S3Error("EntityTooSmall", "Your proposed upload is smaller than the minimum allowed size", {
    fields: { ProposedSize: size, MinSizeAllowed: limit, ...fields },
  });

/** What S3 answers to a header that it has, with a value that this call doesn't take. */
export const headerNotImplemented = (header: string, why: string): S3Error =>
  new S3Error(
    "NotImplemented",
    "A header you provided implies functionality that is not implemented",
    { status: 501, fields: { Header: header, additionalMessage: why } },
  );

export const invalidRequest = (message: string): S3Error => new S3Error("InvalidRequest", message);

export const malformedXml = (why: string): S3Error =>
  new S3Error(
    "MalformedXML",
    `The XML you provided was not well-formed or did not validate against our published schema: ${why}`,
  );

export const notImplemented = (what: string): S3Error =>
  new S3Error("NotImplemented", `The local cloud's S3 does not support ${what}.`, { status: 501 });
