import { findPackageJSON } from "node:module";
import { incomingPrefix } from "@darkroom/workflow";
import type { Construct } from "constructs";
import type { Deployment } from "../constructs/deployment.ts";
import { lambdaArchive } from "../constructs/lambda-archive.ts";
import type { LandingBucket } from "../constructs/landing-bucket.ts";
import { PipelineFunction } from "../constructs/pipeline-function.ts";
import { allow, type Statement } from "../constructs/policy.ts";
import type { RunBucket } from "../constructs/run-bucket.ts";

/** What a sync may touch: it copies from any of the sources, and only into what comes in. */
export interface SyncSurroundings {
  readonly deployment: Deployment;
  readonly landing: LandingBucket;
  readonly runs: RunBucket;
  /** ARNs of buckets. */
  readonly sources: readonly string[];
}

const here = import.meta.url;

/** In seconds, the longest there is: a function goes on where it was when its time is up. */
const longest = 900;

export function syncFunctions(
  scope: Construct,
  { deployment, landing, runs, sources }: SyncSurroundings,
): PipelineFunction[] {
  const destination = landing.bucket.arn;
  const incoming = `${destination}/${incomingPrefix}*`;
  const runFiles = `${runs.bucket.arn}/runs/*`;
  /** What runs copied, for those after them. */
  const copied = `${runs.bucket.arn}/manifests/*`;
  const sourceObjects = sources.map((arn) => `${arn}/*`);
  const environment = { RUN_BUCKET: runs.bucket.bucket };

  const make = (
    id: string,
    name: string,
    packageJson: string | undefined,
    description: string,
    size: { memoryMb: number; timeoutSeconds: number },
    permissions: readonly Statement[],
    variables?: Readonly<Record<string, string>>,
  ) =>
    new PipelineFunction(scope, id, {
      deployment,
      name,
      archive: lambdaArchive(packageJson),
      description,
      ...size,
      permissions,
      ...(variables === undefined ? {} : { environment: variables }),
    });

  return [
    make(
      "find_bucket_region",
      "FindBucketRegion",
      findPackageJSON("@darkroom/find-bucket-region", here),
      "Where a bucket is",
      { memoryMb: 512, timeoutSeconds: 30 },
      [allow("FindBuckets", ["s3:ListBucket"], [...sources, destination])],
    ),
    make(
      "list_differences",
      "ListDifferences",
      findPackageJSON("@darkroom/list-differences", here),
      "What differs between two buckets",
      { memoryMb: 1024, timeoutSeconds: longest },
      [
        allow("ListBuckets", ["s3:ListBucket"], [...sources, destination, runs.bucket.arn]),
        allow("CompareObjects", ["s3:GetObject"], [...sourceObjects, incoming]),
        allow("ReadCopied", ["s3:GetObject"], [copied]),
        allow("WriteShards", ["s3:PutObject", "s3:DeleteObject"], [runFiles]),
      ],
      environment,
    ),
    make(
      "copy_objects",
      "CopyObjects",
      findPackageJSON("@darkroom/copy-objects", here),
      "A shard of objects, from one bucket to the other",
      { memoryMb: 512, timeoutSeconds: longest },
      [
        allow("ReadSources", ["s3:GetObject", "s3:GetObjectTagging"], sourceObjects),
        allow(
          "TellMissingFromForbidden",
          ["s3:ListBucket"],
          [...sources, destination, runs.bucket.arn],
        ),
        // A copy is for what the listing saw: S3 asks for this where a write has a condition on the object there.
        allow("CompareCopies", ["s3:GetObject"], [incoming]),
        allow(
          "WriteCopies",
          ["s3:PutObject", "s3:PutObjectTagging", "s3:AbortMultipartUpload"],
          [incoming],
        ),
        allow("KeepFates", ["s3:GetObject", "s3:PutObject", "s3:DeleteObject"], [runFiles]),
      ],
      environment,
    ),
    make(
      "delete_orphans",
      "DeleteOrphans",
      findPackageJSON("@darkroom/delete-orphans", here),
      "A shard of objects that the source doesn't have",
      { memoryMb: 512, timeoutSeconds: longest },
      [
        allow("DeleteOrphans", ["s3:DeleteObject"], [incoming]),
        allow("ConfirmCopied", ["s3:ListBucket"], [runs.bucket.arn]),
        allow("KeepFates", ["s3:GetObject", "s3:PutObject"], [runFiles]),
      ],
      environment,
    ),
    make(
      "write_report",
      "WriteReport",
      findPackageJSON("@darkroom/write-report", here),
      "What became of every object of a run",
      { memoryMb: 1024, timeoutSeconds: longest },
      [
        allow("ListFates", ["s3:ListBucket"], [runs.bucket.arn]),
        allow(
          "WriteReport",
          ["s3:GetObject", "s3:PutObject", "s3:AbortMultipartUpload"],
          [runFiles],
        ),
        allow(
          "RememberCopied",
          ["s3:GetObject", "s3:PutObject", "s3:AbortMultipartUpload"],
          [copied],
        ),
      ],
      environment,
    ),
  ];
}
