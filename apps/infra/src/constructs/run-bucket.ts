import { S3BucketLifecycleConfiguration } from "@cdktf/provider-aws/lib/s3-bucket-lifecycle-configuration/index.js";
import type { Construct } from "constructs";
import type { Deployment } from "./deployment.ts";
import { PrivateBucket } from "./private-bucket.ts";

/** In days: so long one can look up what a run did. */
const runDays = 90;
/** In days: no run's upload takes longer than its function. */
const unfinishedUploadDays = 1;

/** Where the runs of the sync machine keep their manifests, fates and reports. */
export class RunBucket extends PrivateBucket {
  constructor(scope: Construct, id: string, { deployment }: { readonly deployment: Deployment }) {
    super(scope, id, { deployment, name: "runs" });
    new S3BucketLifecycleConfiguration(this, "lifecycle", {
      bucket: this.bucket.id,
      rule: [
        {
          id: "runs",
          status: "Enabled",
          // Not what later syncs look up under manifests/.
          filter: [{ prefix: "runs/" }],
          expiration: [{ days: runDays }],
        },
        {
          id: "unfinished-uploads",
          status: "Enabled",
          filter: [{ prefix: "" }],
          abortIncompleteMultipartUpload: [{ daysAfterInitiation: unfinishedUploadDays }],
        },
      ],
    });
  }
}
