import { S3Client } from "@aws-sdk/client-s3";
import { createLogger, plainTaskHandler } from "@darkroom/lambda";
import { findBucketRegionInput } from "@darkroom/sync-workflow";
import { findBucketRegion } from "./find-bucket-region.ts";

// One attempt a call: how often and how long to try again is the machine's Retry to say.
const s3 = new S3Client({ maxAttempts: 1 });

export const handler = plainTaskHandler({
  input: findBucketRegionInput,
  logger: createLogger("find-bucket-region"),
  logKeys: ({ run }) => ({ run: run.prefix }),
  run: ({ sync, bucket }) => findBucketRegion(s3, sync[bucket]),
});
