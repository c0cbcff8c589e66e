import { S3Bucket } from "@cdktf/provider-aws/lib/s3-bucket/index.js";
import { S3BucketOwnershipControls } from "@cdktf/provider-aws/lib/s3-bucket-ownership-controls/index.js";
import { S3BucketPolicy } from "@cdktf/provider-aws/lib/s3-bucket-policy/index.js";
import { S3BucketPublicAccessBlock } from "@cdktf/provider-aws/lib/s3-bucket-public-access-block/index.js";
import { S3BucketServerSideEncryptionConfigurationA } from "@cdktf/provider-aws/lib/s3-bucket-server-side-encryption-configuration/index.js";
import { Construct } from "constructs";
import type { Deployment } from "./deployment.ts";
import { denyPlainHttp, policyDocument } from "./policy.ts";

export interface PrivateBucketProps {
  readonly deployment: Deployment;
  /** e.g. `landing`, in the bucket's name. */
  readonly name: string;
}

/** A bucket that is its owner's alone, encrypted, and gives and takes nothing over plain HTTP. */
export class PrivateBucket extends Construct {
  readonly bucket: S3Bucket;

  constructor(scope: Construct, id: string, { deployment, name }: PrivateBucketProps) {
    super(scope, id);
    this.bucket = new S3Bucket(this, "bucket", {
      // A bucket's name is unique in all of AWS.
      bucket: deployment.name(`${name}-${deployment.accountId}-${deployment.region}`),
      forceDestroy: !deployment.isProduction,
    });
    const bucket = this.bucket.id;
    const privacy = new S3BucketPublicAccessBlock(this, "public_access_block", {
      bucket,
      blockPublicAcls: true,
      blockPublicPolicy: true,
      ignorePublicAcls: true,
      restrictPublicBuckets: true,
    });
    new S3BucketOwnershipControls(this, "ownership", {
      bucket,
      rule: { objectOwnership: "BucketOwnerEnforced" },
    });
    new S3BucketServerSideEncryptionConfigurationA(this, "encryption", {
      bucket,
      rule: [{ applyServerSideEncryptionByDefault: { sseAlgorithm: "AES256" } }],
    });
    new S3BucketPolicy(this, "policy", {
      bucket,
      policy: policyDocument([denyPlainHttp("s3", [this.bucket.arn, `${this.bucket.arn}/*`])]),
      // S3 refuses two changes of a bucket's access at once.
      dependsOn: [privacy],
    });
  }
}
