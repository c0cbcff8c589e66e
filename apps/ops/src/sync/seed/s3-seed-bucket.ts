import {
  type BucketLocationConstraint,
  CreateBucketCommand,
  PutObjectCommand,
  paginateListObjectsV2,
  type S3Client,
} from "@aws-sdk/client-s3";
import { seedPrefix } from "./seed-plan.ts";
import type { SeedBucket } from "./seed-source.ts";

/** @param retry makes a call again while the cloud is away for a moment */
export function s3SeedBucket(
  s3: S3Client,
  { bucket, region }: { bucket: string; region: string },
  retry: <T>(call: () => Promise<T>) => Promise<T>,
): SeedBucket {
  return {
    async ensure() {
      try {
        await retry(() =>
          s3.send(
            new CreateBucketCommand({
              Bucket: bucket,
              // This region alone has none to name: https://docs.aws.amazon.com/AmazonS3/latest/API/API_CreateBucket.html
              ...(region === "us-east-1"
                ? {}
                : {
                    CreateBucketConfiguration: {
                      LocationConstraint: region as BucketLocationConstraint,
                    },
                  }),
            }),
          ),
        );
      } catch (error) {
        if (!(error instanceof Error) || error.name !== "BucketAlreadyOwnedByYou") throw error;
      }
    },

    async etags() {
      const pages = paginateListObjectsV2({ client: s3 }, { Bucket: bucket, Prefix: seedPrefix });
      const etags = new Map<string, string>();
      for await (const { Contents = [] } of pages) {
        for (const { Key = "", ETag = "" } of Contents) etags.set(Key, ETag.replaceAll('"', ""));
      }
      return etags;
    },

    async put(Key, { body, contentType, metadata }) {
      await retry(() =>
        s3.send(
          new PutObjectCommand({
            Bucket: bucket,
            Key,
            Body: body,
            ContentType: contentType,
            Metadata: metadata,
          }),
        ),
      );
    },
  };
}
