import { GetObjectCommand, PutObjectCommand, type S3Client } from "@aws-sdk/client-s3";
import { InvalidInputError, parse, parseJson, s3Error } from "@darkroom/lambda";
import {
  type CopyLine,
  copyLine,
  type FateLine,
  fateLine,
  type SyncRun,
} from "@darkroom/sync-workflow";
import type * as z from "zod";
import type { RetryingCalls } from "./retrying-calls.ts";

/** A shard and what became of its objects, in the bucket of runs. */
export interface ShardFiles {
  readShard(): Promise<CopyLine[]>;
  /** @returns nothing before the first time that fates were written */
  readFates(): Promise<FateLine[]>;
  /** Replaces what was there. */
  writeFates(fates: readonly FateLine[]): Promise<void>;
}

/**
 * @param shard the key of one under `<run>copy/`
 * @throws {InvalidInputError} it is none
 */
export function shardFiles(
  s3: S3Client,
  calls: RetryingCalls,
  bucket: string,
  run: SyncRun,
  shard: string,
): ShardFiles {
  const folder = `${run.prefix}copy/`;
  const name = shard.slice(folder.length);
  if (!shard.startsWith(folder) || !/^[^/]+\.jsonl$/.test(name)) {
    throw new InvalidInputError(`shard: is no manifest under ${folder} (value: "${shard}")`);
  }
  const fates = `${run.prefix}fates/copy/${name}`;

  const read = async <T>(key: string, schema: z.ZodType<T>): Promise<T[]> => {
    const text = await calls.call(async (options) => {
      const { Body } = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: key }), options);
      return (await Body?.transformToString()) ?? "";
    });
    return text
      .split("\n")
      .filter((line) => line !== "")
      .map((line) => parseJson(schema, line));
  };

  return {
    async readShard() {
      try {
        return await read(shard, copyLine);
      } catch (error) {
        throw s3Error(error, { bucket, key: shard });
      }
    },

    async readFates() {
      try {
        return await read(fates, fateLine);
      } catch (error) {
        if (error instanceof Error && error.name === "NoSuchKey") return [];
        throw s3Error(error, { bucket, key: fates });
      }
    },

    async writeFates(lines) {
      const body = lines.map((line) => `${JSON.stringify(parse(fateLine, line))}\n`).join("");
      try {
        await calls.call((options) =>
          s3.send(
            new PutObjectCommand({
              Bucket: bucket,
              Key: fates,
              Body: body,
              ContentType: "application/jsonl",
            }),
            options,
          ),
        );
      } catch (error) {
        throw s3Error(error, { bucket, key: fates });
      }
    },
  };
}
