import {
  DeleteObjectCommand,
  PutObjectCommand,
  paginateListObjectsV2,
  type S3Client,
} from "@aws-sdk/client-s3";
import { s3Error } from "@darkroom/lambda";

/** The bucket of runs, as far as the listing needs it. */
export interface RunStore {
  /** Writes an object, or replaces it. */
  put(key: string, text: string): Promise<void>;
  /** The keys under a prefix that stand behind `after`, in order. */
  keysAfter(prefix: string, after: string): AsyncIterable<string>;
  delete(key: string): Promise<void>;
}

/** The store throws what {@link s3Error} makes of S3's errors. */
export function runStore(s3: S3Client, bucket: string): RunStore {
  return {
    async put(key, text) {
      const command = new PutObjectCommand({
        Bucket: bucket,
        Key: key,
        Body: text,
        ContentType: "application/x-ndjson",
      });
      await named(s3.send(command), bucket, key);
    },
    async *keysAfter(prefix, after) {
      const request = { Bucket: bucket, Prefix: prefix, StartAfter: after };
      try {
        for await (const { Contents = [] } of paginateListObjectsV2({ client: s3 }, request)) {
          for (const { Key } of Contents) if (Key !== undefined) yield Key;
        }
      } catch (error) {
        throw s3Error(error, { bucket, key: prefix });
      }
    },
    async delete(key) {
      await named(s3.send(new DeleteObjectCommand({ Bucket: bucket, Key: key })), bucket, key);
    },
  };
}

async function named<T>(answer: Promise<T>, bucket: string, key: string): Promise<T> {
  try {
    return await answer;
  } catch (error) {
    throw s3Error(error, { bucket, key });
  }
}
