import { AccessDeniedError, InvalidInputError, ObjectNotFoundError } from "@darkroom/lambda";
import { concurrently } from "@darkroom/lambda/concurrently";
import type { ShardFiles } from "@darkroom/run-files";
import type {
  CopyLine,
  FateLine,
  ShardInput,
  ShardOutput,
  SyncRequest,
} from "@darkroom/sync-workflow";
import { ShardUnfinishedError } from "./errors.ts";
import type { ObjectCopier } from "./object-copier.ts";
import { isThrottling, nameOf } from "./retrying-calls.ts";

/**
 * A copy waits for S3 and takes nothing of the function. More than this from each of the machine's
 * children would meet S3's 3,500 writes a second and prefix
 * (https://docs.aws.amazon.com/AmazonS3/latest/userguide/optimizing-performance.html) soon.
 */
const copiesAtOnce = 16;

export interface ShardParts {
  files: ShardFiles<CopyLine>;
  copier: ObjectCopier;
  /** Ends before the function does, with time left to write the fates. */
  signal: AbortSignal;
  now?: () => Date;
  /** Of S3, so far. */
  requests(): number;
}

/**
 * Copies the objects of one shard and writes each one's fate. An object's own failure is its fate and no
 * error of the shard. Run again, it copies what isn't copied yet.
 *
 * @throws {InvalidInputError} a dry run changes nothing
 * @throws {ShardUnfinishedError} the time was over before the last object; the fates say which are left
 * @throws {AccessDeniedError} not one object could be copied for want of a permission
 * @throws {ObjectNotFoundError} a bucket is not there
 */
export async function copyShard({ sync }: ShardInput, parts: ShardParts): Promise<ShardOutput> {
  if (sync.dryRun) throw new InvalidInputError("sync.dryRun: nothing is copied (value: true)");
  const { files, signal, requests } = parts;
  const [lines, before] = await Promise.all([files.readShard(), files.readFates()]);
  const settled = new Map(
    before.filter(({ fate }) => fate !== "failed").map((fate) => [fate.key, fate]),
  );

  const fates = await concurrently(
    lines,
    copiesAtOnce,
    async (line) => settled.get(line.key) ?? (await fateOf(line, parts)),
  );
  await files.writeFates(fates);

  const unfinished = fates.filter(({ error }) => error === outOfTime || isThrottlingName(error));
  if (signal.aborted && unfinished.length > 0) {
    throw new ShardUnfinishedError(
      `the time was over with ${unfinished.length} of ${lines.length} objects left`,
    );
  }
  refuseHopeless(fates, sync);
  return { ...summed(fates), requests: requests() };
}

const outOfTime = "OutOfTime";

async function fateOf(
  line: CopyLine,
  { copier, signal, now = () => new Date() }: ShardParts,
): Promise<FateLine> {
  const fate = (what: Omit<FateLine, "key" | "at">): FateLine => ({
    key: line.key,
    ...what,
    at: now().toISOString(),
  });
  try {
    return fate({ fate: "copied", ...(await copier.copy(line)) });
  } catch (error) {
    switch (nameOf(error)) {
      case "NoSuchKey":
        return fate({ fate: "vanished", bytes: 0 });
      case "InvalidObjectState":
        return fate({
          fate: "archived",
          bytes: 0,
          error: "InvalidObjectState",
          message: "the object is in an archive: restore it and run the sync again",
        });
    }
    if (signal.aborted && !isThrottling(error)) {
      const message = "the function's time was over before the object was copied";
      return fate({ fate: "failed", bytes: 0, error: outOfTime, message });
    }
    const message = error instanceof Error ? error.message : String(error);
    return fate({ fate: "failed", bytes: 0, error: nameOf(error) || "Error", message });
  }
}

const isThrottlingName = (name: string | undefined): boolean =>
  isThrottling(Object.assign(new Error(), { name }));

/** What is wrong with a role or a bucket is no fault of the objects, and no later shard fares better. */
function refuseHopeless(fates: readonly FateLine[], { source, destination }: SyncRequest): void {
  const [first] = fates;
  if (first?.error === undefined || fates.some(({ error }) => error !== first.error)) return;
  const { error, message } = first;
  if (error === "AccessDenied") {
    throw new AccessDeniedError(
      `no object of s3://${source} could be copied to s3://${destination} (${message}): check the function's role and the buckets' policies`,
    );
  }
  if (error === "NoSuchBucket") {
    throw new ObjectNotFoundError(`the bucket ${source} or ${destination} does not exist`);
  }
}

function summed(fates: readonly FateLine[]): Omit<ShardOutput, "requests"> {
  const sums = { copied: 0, deleted: 0, vanished: 0, archived: 0, failed: 0, bytes: 0 };
  for (const { fate, bytes } of fates) {
    sums[fate] += 1;
    sums.bytes += bytes;
  }
  return sums;
}
