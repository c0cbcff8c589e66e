import { HeadBucketCommand, type HeadBucketCommandOutput, type S3Client } from "@aws-sdk/client-s3";
import { AccessDeniedError, ObjectNotFoundError } from "@darkroom/lambda";
import type { BucketRegion } from "@darkroom/sync-workflow";
import { ServiceUnavailableError } from "./errors.ts";

/**
 * Finds the region of a bucket, also of one in another region than the client's.
 * @throws {ObjectNotFoundError} there is no such bucket
 * @throws {AccessDeniedError} the role lacks s3:ListBucket for it
 * @throws {ServiceUnavailableError} an outage, or throttling
 */
export async function findBucketRegion(s3: S3Client, bucket: string): Promise<BucketRegion> {
  let answer: HeadBucketCommandOutput;
  try {
    answer = await s3.send(new HeadBucketCommand({ Bucket: bucket }));
  } catch (error) {
    const elsewhere = regionOfRedirect(error);
    if (elsewhere !== undefined) return { bucket, region: elsewhere };
    throw namedBucketError(error, bucket);
  }
  // S3 names the region in every answer, and the bucket is known to be in the client's otherwise.
  return { bucket, region: answer.BucketRegion ?? (await s3.config.region()) };
}

/**
 * HEAD has no body that could name an error: the SDK goes by the status.
 * See https://docs.aws.amazon.com/AmazonS3/latest/API/API_HeadBucket.html
 */
function namedBucketError(error: unknown, bucket: string): unknown {
  const status = statusOf(error);
  switch (status) {
    case 403:
      return new AccessDeniedError(
        `no access to the bucket ${bucket}: check the function's role and the bucket's policy`,
        { cause: error },
      );
    case 404:
      return new ObjectNotFoundError(`the bucket ${bucket} does not exist`, { cause: error });
    default:
      if (status === undefined || status < 500) return error;
      return new ServiceUnavailableError(`S3 answered ${status} for the bucket ${bucket}`, {
        cause: error,
      });
  }
}

/** S3 answers 301 where a bucket is in another region, and says in which. */
function regionOfRedirect(error: unknown): string | undefined {
  if (statusOf(error) !== 301 || !(error instanceof Error && "$response" in error)) return;
  const { headers } = error.$response as { headers?: Readonly<Record<string, string>> };
  return headers?.["x-amz-bucket-region"];
}

function statusOf(error: unknown): number | undefined {
  if (!(error instanceof Error && "$metadata" in error)) return;
  return (error.$metadata as { httpStatusCode?: number }).httpStatusCode;
}
