import { AwsError } from "../aws-error.ts";

/**
 * The status with which AWS sends an error, which SDKs read beside its name: 5xx and 429 they take as passing.
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Programming.Errors.html and
 * https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html; what is not here is the caller's fault, 400.
 */
const statuses: Readonly<Record<string, number>> = {
  AccessDenied: 403,
  BucketAlreadyExists: 409,
  InternalError: 500,
  InternalFailure: 500,
  InternalServerError: 500,
  NoSuchBucket: 404,
  NoSuchKey: 404,
  OperationAborted: 409,
  PreconditionFailed: 412,
  ServiceException: 500,
  ServiceUnavailable: 503,
  ServiceUnavailableException: 503,
  SlowDown: 503,
  TooManyRequestsException: 429,
};

/** Lambda and S3 are REST: their missing things are 404, where the JSON services say 400. */
const restStatuses: Readonly<Record<string, number>> = {
  ResourceNotFoundException: 404,
  ResourceConflictException: 409,
};

export const injectedMessage = (id: number): string =>
  `Fault ${id} of the local cloud: see \`darkroom faults list\`.`;

/** The error that a fault puts in the place of a call's answer. */
export function injectedError(serviceName: string, code: string, faultId: number): AwsError {
  const rest = serviceName === "lambda" ? restStatuses[code] : undefined;
  return new AwsError(code, injectedMessage(faultId), {
    status: rest ?? statuses[code] ?? 400,
  });
}
