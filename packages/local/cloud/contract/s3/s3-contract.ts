import {
  AbortMultipartUploadCommand,
  CreateBucketCommand,
  type CreateBucketConfiguration,
  DeleteBucketCommand,
  DeleteObjectCommand,
  ListMultipartUploadsCommand,
  ListObjectVersionsCommand,
  PutBucketVersioningCommand,
  S3Client,
  type S3ClientConfig,
} from "@aws-sdk/client-s3";
import { openTarget, type Target } from "../target.ts";

/** S3 as these tests see it, with buckets of their own. */
export interface S3Contract {
  readonly target: Target;
  readonly s3: S3Client;
  /** Another client, with options that differ. */
  client(options: Partial<S3ClientConfig>): S3Client;
  /** Makes a bucket; it is removed with all that is in it at the end. */
  makeBucket(purpose: string, versioning?: "Enabled"): Promise<string>;
  /** Where a bucket or an object is for those who don't come with the SDK. */
  url(bucket: string, key?: string): URL;
  close(): Promise<void>;
}

export async function openS3(): Promise<S3Contract> {
  const target = await openTarget();
  const clients: S3Client[] = [];
  const buckets: string[] = [];
  const client = (options: Partial<S3ClientConfig>): S3Client => {
    const made = new S3Client({ ...target.client, forcePathStyle: !target.aws, ...options });
    clients.push(made);
    return made;
  };
  const s3 = client({});
  const { region, endpoint } = target.client;
  return {
    target,
    s3,
    client,
    async makeBucket(purpose, versioning) {
      const Bucket = target.uniqueName(purpose);
      const LocationConstraint = region as NonNullable<
        CreateBucketConfiguration["LocationConstraint"]
      >;
      await s3.send(
        new CreateBucketCommand({
          Bucket,
          ...(region === "us-east-1" ? {} : { CreateBucketConfiguration: { LocationConstraint } }),
        }),
      );
      buckets.push(Bucket);
      if (versioning !== undefined) {
        const VersioningConfiguration = { Status: versioning };
        await s3.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration }));
      }
      return Bucket;
    },
    url(bucket, key = "") {
      const path = key.split("/").map(encodeURIComponent).join("/");
      return new URL(
        endpoint === undefined
          ? `https://${bucket}.s3.${region}.amazonaws.com/${path}`
          : `${endpoint}/${bucket}/${path}`,
      );
    },
    async close() {
      // What is local goes with its folder.
      if (target.aws) for (const bucket of buckets) await removeBucket(s3, bucket);
      for (const one of clients) one.destroy();
      await target.close();
    },
  };
}

async function removeBucket(s3: S3Client, Bucket: string): Promise<void> {
  const { Uploads = [] } = await s3.send(new ListMultipartUploadsCommand({ Bucket }));
  for (const { Key, UploadId } of Uploads) {
    await s3.send(new AbortMultipartUploadCommand({ Bucket, Key, UploadId }));
  }
  for (;;) {
    const page = await s3.send(new ListObjectVersionsCommand({ Bucket, EncodingType: "url" }));
    const found = [...(page.Versions ?? []), ...(page.DeleteMarkers ?? [])];
    await Promise.all(
      found.map(({ Key = "", VersionId }) =>
        s3.send(new DeleteObjectCommand({ Bucket, Key: decodeKey(Key), VersionId })),
      ),
    );
    if (!page.IsTruncated) break;
  }
  await s3.send(new DeleteBucketCommand({ Bucket }));
}

const decodeKey = (key: string): string => decodeURIComponent(key.replaceAll("+", " "));
