import type { BucketCall, S3Parts } from "./operation.ts";
import { noSuchBucket } from "./s3-error.ts";
import type { Bucket, BucketStore } from "./store/bucket-store.ts";

/** Changes what a bucket is set to, as it is in the transaction: it may have changed, or gone, while the document came in. */
export const writeBucket = (
  call: BucketCall,
  { store, write }: S3Parts,
  change: (bucket: Bucket, buckets: BucketStore) => void,
): Promise<void> =>
  write(() => {
    const bucket = store.buckets.find(call.bucket.name);
    if (bucket === undefined) throw noSuchBucket(call.bucket.name);
    change(bucket, store.buckets);
  });
