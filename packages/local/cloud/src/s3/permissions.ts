import type { Authorize } from "../service.ts";
import type { BucketCall, ObjectCall } from "./operation.ts";
import type { Bucket } from "./store/bucket-store.ts";

export const bucketArn = (bucket: string): string => `arn:aws:s3:::${bucket}`;
const objectArn = (bucket: string, key: string): string => `arn:aws:s3:::${bucket}/${key}`;

/** Actions: https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazons3.html */
export function authorizeBucket(
  call: BucketCall,
  action: string,
  context: Readonly<Record<string, string>> = {},
): void {
  const { bucket, request } = call;
  request.authorize(action, bucketArn(bucket.name), { context, resourcePolicy: bucket.policy });
}

export function authorizeObject(call: ObjectCall, action: string): void {
  authorizeKey(call.request.authorize, call.bucket, call.key, action);
}

export function authorizeKey(
  authorize: Authorize,
  bucket: Bucket,
  key: string,
  action: string,
): void {
  authorize(action, objectArn(bucket.name, key), { resourcePolicy: bucket.policy });
}

/**
 * Who may not list a bucket is not told that a key is not there: the answer is then AccessDenied for s3:ListBucket
 * (https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html). A condition on s3:prefix sees the key.
 */
export function authorizeToMiss(authorize: Authorize, bucket: Bucket, key: string): void {
  const context = { "s3:prefix": key };
  authorize("s3:ListBucket", bucketArn(bucket.name), { context, resourcePolicy: bucket.policy });
}

/** The condition keys of a listing: those of its parameters that the request has. */
export function listingContext(query: URLSearchParams): Record<string, string> {
  const context: Record<string, string> = {};
  for (const parameter of ["prefix", "delimiter", "max-keys"]) {
    const value = query.get(parameter);
    if (value !== null) context[`s3:${parameter}`] = value;
  }
  return context;
}
