import { S3Client } from "@aws-sdk/client-s3";
import { type StartedCloud, startTestCloud } from "./start-test-cloud.ts";

/** The local cloud's S3, as a user has it. */
export interface LocalS3 extends Pick<StartedCloud, "environment" | "close"> {
  s3: S3Client;
}

export async function startLocalS3(...buckets: string[]): Promise<LocalS3> {
  const { client, environment, close } = await startTestCloud({
    aws_s3_bucket: Object.fromEntries(buckets.map((bucket) => [bucket, { bucket }])),
  });
  const s3 = new S3Client({ ...client, forcePathStyle: true });
  return {
    s3,
    environment,
    async close() {
      s3.destroy();
      await close();
    },
  };
}
