import { GetObjectCommand, PutObjectCommand, type S3Client } from "@aws-sdk/client-s3";
import { InvalidInputError, parseJson, s3Error } from "@darkroom/lambda";
import { type FateLine, type OrphanLine, orphanLine, type SyncRun } from "@darkroom/sync-workflow";

/** A shard and what became of its orphans, in the bucket of runs. */
export interface ShardFiles {
  readShard(): Promise<OrphanLine[]>;
  /** Replaces what was there. */
  writeFates(fates: readonly FateLine[]): Promise<void>;
}

/**
 * @param shard the key of one under `<run>orphans/`
 * @throws {InvalidInputError} it is none
 */
export function shardFiles(s3: S3Client, bucket: string, run: SyncRun, shard: string): ShardFiles {
  const folder = `${run.prefix}orphans/`;
  const name = shard.slice(folder.length);
  if (!shard.startsWith(folder) || !/^[^/]+\.jsonl$/.test(name)) {
    throw new InvalidInputError(`shard: is no manifest under ${folder} (value: "${shard}")`);
  }
  const fates = `${run.prefix}fates/orphans/${name}`;
  return {
    async readShard() {
      try {
        const { Body } = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: shard }));
        const text = (await Body?.transformToString()) ?? "";
        return text
          .split("\n")
          .filter((line) => line !== "")
          .map((line) => parseJson(orphanLine, line));
      } catch (error) {
        throw s3Error(error, { bucket, key: shard });
      }
    },

    async writeFates(lines) {
      const body = lines.map((line) => `${JSON.stringify(line)}\n`).join("");
      try {
        await s3.send(
          new PutObjectCommand({
            Bucket: bucket,
            Key: fates,
            Body: Buffer.from(body),
            ContentType: "application/jsonl",
          }),
        );
      } catch (error) {
        throw s3Error(error, { bucket, key: fates });
      }
    },
  };
}
