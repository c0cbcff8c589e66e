import type { BucketCall, Operation } from "../operation.ts";
import { authorizeBucket } from "../permissions.ts";
import { noSuchBucket, S3Error } from "../s3-error.ts";
import { emptyResponse } from "../xml-response.ts";

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteBucket.html. Uploads that are under way end with the bucket. */
export const deleteBucket: Operation<BucketCall> = {
  name: "DeleteBucket",
  async run(call, { store, write }) {
    authorizeBucket(call, "s3:DeleteBucket");
    const { name } = call.bucket;
    await write((effects) => {
      const bucket = store.buckets.find(name);
      if (bucket === undefined) throw noSuchBucket(name);
      if (!store.buckets.isEmpty(bucket.id)) {
        throw new S3Error(
          "BucketNotEmpty",
          bucket.versioning === ""
            ? "The bucket you tried to delete is not empty"
            : "The bucket you tried to delete is not empty. You must delete all versions in the bucket.",
          { status: 409, fields: { BucketName: name } },
        );
      }
      effects.discarded.push(...store.uploads.removeAll(bucket.id));
      store.buckets.remove(bucket.id);
    });
    return emptyResponse(204);
  },
};
