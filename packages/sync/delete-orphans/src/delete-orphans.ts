import { AccessDeniedError, InvalidInputError } from "@darkroom/lambda";
import { compareKeys, type ShardFiles } from "@darkroom/run-files";
import type { FateLine, OrphanLine, ShardInput, ShardOutput } from "@darkroom/sync-workflow";
import { CopiesFailedError } from "./errors.ts";
import type { ObjectDeleter } from "./object-deleter.ts";

export interface DeletionParts {
  files: ShardFiles<OrphanLine>;
  /** Whether the run copied all that differed. */
  isAllCopied(): Promise<boolean>;
  deleter: ObjectDeleter;
  /** Of S3, so far. */
  requests(): number;
  now?: () => Date;
}

/**
 * Deletes the orphans of one shard at the destination and writes each one's fate. An object that can't
 * be deleted is a fate and no error of the shard. Run again, it deletes what is still there.
 *
 * @returns how many; bytes are those deleted
 * @throws {InvalidInputError} the request doesn't ask for it, or a key is outside its prefix: nothing is deleted
 * @throws {CopiesFailedError} not all could be copied: nothing is deleted
 * @throws {AccessDeniedError} not one orphan could be deleted for want of a permission
 * @throws {ObjectNotFoundError} the bucket is not there
 */
export async function deleteOrphans(
  { sync }: ShardInput,
  { files, isAllCopied, deleter, requests, now = () => new Date() }: DeletionParts,
): Promise<ShardOutput> {
  if (!sync.deleteOrphans || sync.dryRun) {
    throw new InvalidInputError(
      `sync: nothing is to be deleted (value: {"deleteOrphans":${sync.deleteOrphans},"dryRun":${sync.dryRun}})`,
    );
  }
  const [orphans, allCopied] = await Promise.all([files.readShard(), isAllCopied()]);
  if (!allCopied) {
    throw new CopiesFailedError(
      `not all that differs could be copied to s3://${sync.destination}, so that its orphans stay`,
    );
  }
  refuseOutside(orphans, sync.prefix, sync.startAfter);

  const failures = await deleter.delete(orphans.map(({ key }) => key));
  const at = now().toISOString();
  const fates = orphans.map(({ key, size }): FateLine => {
    const failure = failures.get(key);
    return failure === undefined
      ? { key, fate: "deleted", bytes: size, at }
      : { key, fate: "failed", bytes: 0, ...failure, at };
  });
  await files.writeFates(fates);

  if (fates.length > 0 && fates.every(({ error }) => error === "AccessDenied")) {
    throw new AccessDeniedError(
      `no orphan of s3://${sync.destination} could be deleted (${fates[0]?.message}): check the function's role and the bucket's policy`,
    );
  }
  return {
    copied: 0,
    deleted: orphans.length - failures.size,
    vanished: 0,
    archived: 0,
    failed: failures.size,
    bytes: fates.reduce((sum, { bytes }) => sum + bytes, 0),
    requests: requests(),
  };
}

/** What the run didn't look at is none of its orphans, whatever a manifest says. */
function refuseOutside(orphans: readonly OrphanLine[], prefix: string, startAfter: string): void {
  for (const { key } of orphans) {
    if (!key.startsWith(prefix)) {
      throw new InvalidInputError(
        `shard: a key is not under the prefix "${prefix}", so that nothing of the shard is deleted (value: "${key}")`,
      );
    }
    if (startAfter !== "" && compareKeys(key, startAfter) <= 0) {
      throw new InvalidInputError(
        `shard: a key is not after "${startAfter}", so that nothing of the shard is deleted (value: "${key}")`,
      );
    }
  }
}
