import type { BucketCall, Operation } from "../operation.ts";
import { authorizeBucket } from "../permissions.ts";
import { readDocument } from "../read-document.ts";
import { S3Error } from "../s3-error.ts";
import { checkBucketTags, taggingDocument, writeTagging } from "../tags.ts";
import { uploadChecksumHeaders } from "../upload-headers.ts";
import { writeBucket } from "../write-bucket.ts";
import { emptyResponse, xmlHeaders } from "../xml-response.ts";

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketTagging.html */
export const getBucketTagging: Operation<BucketCall> = {
  name: "GetBucketTagging",
  query: ["tagging"],
  run(call) {
    authorizeBucket(call, "s3:GetBucketTagging");
    const { tags, name } = call.bucket;
    if (tags.length === 0) {
      throw new S3Error("NoSuchTagSet", "The TagSet does not exist", {
        status: 404,
        fields: { BucketName: name },
      });
    }
    return { status: 200, headers: xmlHeaders, body: writeTagging(tags) };
  },
};

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketTagging.html */
export const putBucketTagging: Operation<BucketCall> = {
  name: "PutBucketTagging",
  query: ["tagging"],
  headers: uploadChecksumHeaders,
  async run(call, parts) {
    authorizeBucket(call, "s3:PutBucketTagging");
    const { TagSet } = await readDocument(call, "Tagging", taggingDocument, {
      needsChecksum: true,
    });
    const tags = checkBucketTags(TagSet);
    await writeBucket(call, parts, (bucket, { putDocument }) =>
      putDocument(bucket.id, "tags", tags),
    );
    return emptyResponse(204);
  },
};

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteBucketTagging.html */
export const deleteBucketTagging: Operation<BucketCall> = {
  name: "DeleteBucketTagging",
  query: ["tagging"],
  async run(call, parts) {
    authorizeBucket(call, "s3:PutBucketTagging");
    await writeBucket(call, parts, (bucket, { putDocument }) => putDocument(bucket.id, "tags", []));
    return emptyResponse(204);
  },
};
