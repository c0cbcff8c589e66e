import { PutObjectCommand, type S3Client } from "@aws-sdk/client-s3";
import { getSignedUrl } from "@aws-sdk/s3-request-presigner";

/** Path and query that anyone may PUT an object to, for clients that do what the SDK would not. */
export async function presignedPut(s3: S3Client, bucket: string, key: string): Promise<string> {
  const url = new URL(await getSignedUrl(s3, new PutObjectCommand({ Bucket: bucket, Key: key })));
  return url.pathname + url.search;
}
