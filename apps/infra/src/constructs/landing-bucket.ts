import { S3BucketLifecycleConfiguration } from "@cdktf/provider-aws/lib/s3-bucket-lifecycle-configuration/index.js";
import { S3BucketVersioningA } from "@cdktf/provider-aws/lib/s3-bucket-versioning/index.js";
import { derivedPrefixes, incomingPrefix, quarantinePrefix } from "@darkroom/workflow";
import type { Construct } from "constructs";
import type { Deployment } from "./deployment.ts";
import { allow, type Statement } from "./policy.ts";
import { PrivateBucket } from "./private-bucket.ts";

/**
 * In days: an execution that ended can be redriven for 14 days
 * (https://docs.aws.amazon.com/step-functions/latest/dg/redrive-executions.html) and reads the version
 * that it was started for; the rest is for second thoughts of the owner.
 */
const oldVersionDays = 30;
/** In days: an upload of a laptop that was closed on Friday goes on on Monday. */
const unfinishedUploadDays = 7;
/** In days: as long as somebody may object to a rejection. */
const quarantineDays = 90;

/** Where photos come in, and where what is derived from them is kept: versioned. */
export class LandingBucket extends PrivateBucket {
  constructor(scope: Construct, id: string, { deployment }: { readonly deployment: Deployment }) {
    super(scope, id, { deployment, name: "landing" });
    const bucket = this.bucket.id;
    const versioning = new S3BucketVersioningA(this, "versioning", {
      bucket,
      versioningConfiguration: { status: "Enabled" },
    });
    new S3BucketLifecycleConfiguration(this, "lifecycle", {
      bucket,
      rule: [
        {
          id: "old-versions",
          status: "Enabled",
          filter: [{ prefix: "" }],
          noncurrentVersionExpiration: [{ noncurrentDays: oldVersionDays }],
          // A delete marker whose versions are all gone says nothing any more.
          expiration: [{ expiredObjectDeleteMarker: true }],
        },
        {
          id: "unfinished-uploads",
          status: "Enabled",
          filter: [{ prefix: "" }],
          abortIncompleteMultipartUpload: [{ daysAfterInitiation: unfinishedUploadDays }],
        },
        {
          id: "quarantine",
          status: "Enabled",
          filter: [{ prefix: quarantinePrefix }],
          expiration: [{ days: quarantineDays }],
        },
      ],
      dependsOn: [versioning],
    });
  }

  /** Read any version of what came in. */
  readPhotos(): Statement[] {
    const { arn } = this.bucket;
    return [
      // Two actions: a version is asked for by its id, and an object that landed before the bucket's versioning had
      // taken hold has none, which may be for minutes
      // (https://docs.aws.amazon.com/AmazonS3/latest/userguide/manage-versioning-examples.html).
      allow("ReadPhotos", ["s3:GetObject", "s3:GetObjectVersion"], [`${arn}/${incomingPrefix}*`]),
      this.#tellMissingFromForbidden("TellMissingFromForbidden", incomingPrefix),
    ];
  }

  /** List what came in, with its versions: a listing of objects doesn't say of which version each is. */
  listPhotos(): Statement[] {
    return [this.#under("ListPhotos", "s3:ListBucketVersions", incomingPrefix)];
  }

  /** Move a version of what came in to quarantine, with its metadata and tags, and delete it where it was. */
  quarantinePhotos(): Statement[] {
    const { arn } = this.bucket;
    const [incoming, quarantined] = [`${arn}/${incomingPrefix}*`, `${arn}/${quarantinePrefix}*`];
    return [
      this.#tellMissingFromForbidden("TellMissingFromForbidden", incomingPrefix),
      this.#tellMissingFromForbidden("TellMissingInQuarantine", quarantinePrefix),
      // The actions of a copy (https://docs.aws.amazon.com/AmazonS3/latest/API/API_CopyObject.html); the
      // last is for an answer that got lost: whether the copy is there.
      allow("ReadRejected", ["s3:GetObjectVersion", "s3:GetObjectVersionTagging"], [incoming]),
      allow(
        "WriteQuarantine",
        ["s3:PutObject", "s3:PutObjectTagging", "s3:GetObject"],
        [quarantined],
      ),
      allow("DeleteRejected", ["s3:DeleteObjectVersion"], [incoming]),
    ];
  }

  /**
   * Only who may list is told that an object isn't there (404); anyone else is told that access is denied,
   * and a deleted photo would look like a missing permission. S3 asks this with the object's key as the
   * prefix (https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html).
   */
  #tellMissingFromForbidden(sid: string, prefix: string): Statement {
    return this.#under(sid, "s3:ListBucket", prefix);
  }

  #under(
    sid: string,
    action: "s3:ListBucket" | "s3:ListBucketVersions",
    prefix: string,
  ): Statement {
    return allow(sid, [action], [this.bucket.arn], {
      Condition: { StringLike: { "s3:prefix": `${prefix}*` } },
    });
  }

  /** Write what is derived from photos, and nothing that could start an execution. */
  writeDerived(): Statement[] {
    const prefixes = Object.values(derivedPrefixes);
    return [
      allow(
        "WriteDerived",
        ["s3:PutObject"],
        prefixes.map((prefix) => `${this.bucket.arn}/${prefix}*`),
      ),
    ];
  }
}
