import { z } from "zod";
import { parsePolicy } from "../../iam/policy.ts";
import type { BucketCall, Operation } from "../operation.ts";
import { authorizeBucket, bucketArn } from "../permissions.ts";
import { readText } from "../read-document.ts";
import { notImplemented, S3Error } from "../s3-error.ts";
import type { BucketSettings } from "../store/bucket-store.ts";
import { uploadChecksumHeaders } from "../upload-headers.ts";
import { writeBucket } from "../write-bucket.ts";
import { emptyResponse } from "../xml-response.ts";

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketPolicy.html */
export const getBucketPolicy: Operation<BucketCall> = {
  name: "GetBucketPolicy",
  query: ["policy"],
  run(call) {
    authorizeBucket(call, "s3:GetBucketPolicy");
    const { policy, name } = call.bucket;
    if (policy === undefined) {
      throw new S3Error("NoSuchBucketPolicy", "The bucket policy does not exist", {
        status: 404,
        fields: { BucketName: name },
      });
    }
    return { status: 200, headers: { "content-type": "application/json" }, body: policy };
  },
};

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/BucketRestrictions.html */
const maximumPolicyBytes = 20 * 1024;

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketPolicy.html */
export const putBucketPolicy: Operation<BucketCall> = {
  name: "PutBucketPolicy",
  query: ["policy"],
  headers: uploadChecksumHeaders,
  async run(call, parts) {
    authorizeBucket(call, "s3:PutBucketPolicy");
    const policy = await readText(call, maximumPolicyBytes);
    checkPolicy(policy, call.bucket.name);
    await writeBucket(call, parts, (bucket, buckets) =>
      buckets.update(bucket.id, { ...bucket, policy }),
    );
    return emptyResponse(204);
  },
};

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteBucketPolicy.html */
export const deleteBucketPolicy: Operation<BucketCall> = {
  name: "DeleteBucketPolicy",
  query: ["policy"],
  async run(call, parts) {
    authorizeBucket(call, "s3:DeleteBucketPolicy");
    await writeBucket(call, parts, (bucket, buckets) => {
      const { policy: _, ...settings }: BucketSettings = bucket;
      buckets.update(bucket.id, settings);
    });
    return emptyResponse(204);
  },
};

const statement = z.looseObject({
  Principal: z.unknown().optional(),
  NotPrincipal: z.unknown().optional(),
  Resource: z.union([z.string().transform((one) => [one]), z.array(z.string())]).optional(),
});

const document = z.looseObject({
  Statement: z.union([statement.transform((one) => [one]), z.array(statement)]),
});

/** What the evaluation doesn't know is refused by its name: kept and not held, it would be a hole. */
function checkPolicy(text: string, bucket: string): void {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw malformed("This policy contains invalid Json");
  }
  const { success, data } = document.safeParse(json);
  if (!success) throw malformed("Missing required field Statement");
  const arn = bucketArn(bucket);
  for (const { Principal, NotPrincipal, Resource = [] } of data.Statement) {
    if (Principal === undefined && NotPrincipal === undefined) {
      throw malformed("Missing required field Principal");
    }
    const foreign = Resource.some((one) => one !== arn && !one.startsWith(`${arn}/`));
    if (foreign) throw malformed("Policy has invalid resource");
  }
  try {
    parsePolicy(text, "PutBucketPolicy");
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw notImplemented(`this policy: ${why}`);
  }
}

const malformed = (message: string): S3Error => new S3Error("MalformedPolicy", message);
