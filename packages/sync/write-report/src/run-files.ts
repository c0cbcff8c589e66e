import {
  GetObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  type S3Client,
} from "@aws-sdk/client-s3";
import { s3Error } from "@darkroom/lambda";
import { type ObjectWriter, objectWriter } from "./object-writer.ts";

/** What a run keeps in the bucket of runs. */
export interface RunFiles {
  /** The keys that begin so, in order. */
  keysUnder(prefix: string): AsyncIterable<string>;
  /** @returns undefined where there is none */
  read(key: string): Promise<string | undefined>;
  write(key: string, text: string, contentType: string): Promise<void>;
  /** For what is too large to hold. */
  writer(key: string, contentType: string): ObjectWriter;
  /** `s3://bucket/key` */
  locationOf(key: string): string;
}

/** @throws {AccessDeniedError} by each: the role lacks a permission */
export function runFiles(s3: S3Client, bucket: string): RunFiles {
  return {
    async *keysUnder(prefix) {
      let token: string | undefined;
      do {
        const page = await s3
          .send(
            new ListObjectsV2Command({ Bucket: bucket, Prefix: prefix, ContinuationToken: token }),
          )
          .catch((error) => Promise.reject(s3Error(error, { bucket, key: prefix })));
        for (const { Key } of page.Contents ?? []) if (Key !== undefined) yield Key;
        token = page.NextContinuationToken;
      } while (token !== undefined);
    },

    async read(key) {
      try {
        const { Body } = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
        return (await Body?.transformToString()) ?? "";
      } catch (error) {
        if (error instanceof Error && error.name === "NoSuchKey") return undefined;
        throw s3Error(error, { bucket, key });
      }
    },

    async write(key, text, contentType) {
      try {
        await s3.send(
          new PutObjectCommand({
            Bucket: bucket,
            Key: key,
            Body: Buffer.from(text),
            ContentType: contentType,
          }),
        );
      } catch (error) {
        throw s3Error(error, { bucket, key });
      }
    },

    writer: (key, contentType) => objectWriter(s3, { bucket, key, contentType }),

    locationOf: (key) => `s3://${bucket}/${key}`,
  };
}
