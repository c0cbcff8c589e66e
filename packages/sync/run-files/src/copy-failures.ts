import type { SyncRun } from "@darkroom/sync-workflow";
import { fatesFolder, shardFolder } from "./run-layout.ts";
import type { RunStore } from "./run-store.ts";

/**
 * Whether every shard of a run has its fates, and none of them is a failure: what must hold before orphans
 * are deleted. Three listings, each of a request per 1,000 shards.
 */
export async function isAllCopied(
  store: Pick<RunStore, "keysAfter">,
  run: Pick<SyncRun, "prefix">,
): Promise<boolean> {
  for await (const _ of store.keysAfter(failedFolder(run), "")) return false;
  const [shards, fates] = await Promise.all(
    [shardFolder(run, "copy"), fatesFolder(run, "copy")].map((folder) =>
      countOf(store.keysAfter(folder, "")),
    ),
  );
  return shards === fates;
}

/** Has an empty object of a shard's name for each shard that has failures. */
const failedFolder = ({ prefix }: Pick<SyncRun, "prefix">): string => `${prefix}failed/copy/`;

/** Says of a shard, for {@link isAllCopied}, whether there is a failure among its fates. */
export async function markFailures(
  store: Pick<RunStore, "put" | "delete">,
  run: Pick<SyncRun, "prefix">,
  shard: string,
  are: { now: boolean; before: boolean },
): Promise<void> {
  const key = failedFolder(run) + shard.slice(shardFolder(run, "copy").length);
  if (are.now) await store.put(key, "");
  else if (are.before) await store.delete(key);
}

async function countOf(keys: AsyncIterable<string>): Promise<number> {
  let count = 0;
  for await (const _ of keys) count += 1;
  return count;
}
