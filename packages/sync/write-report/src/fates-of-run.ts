import { fatesOfRun, type RunStore, type ShardKind } from "@darkroom/run-files";
import type { FateLine, SyncRun } from "@darkroom/sync-workflow";

/**
 * The fate of each object in a run's shards, shard by shard. Where a shard's task failed before it could
 * write any, each of its objects has failed; in a run that didn't come to its end nobody may have begun
 * with the shard, and nothing is said of it.
 */
export async function* fatesOf(
  store: RunStore,
  run: SyncRun,
  kind: ShardKind,
  { now, isWhole }: { now: Date; isWhole: boolean },
): AsyncGenerator<readonly FateLine[]> {
  for await (const { shard, fates, lines } of fatesOfRun(store, run, kind)) {
    if (fates !== undefined) {
      yield fates;
    } else if (isWhole) {
      yield (await lines()).map(({ key }) => ({
        key,
        fate: "failed",
        bytes: 0,
        error: "NoFate",
        message: `the task of ${shard} failed before it wrote what became of its objects: see the Map Run`,
        at: now.toISOString(),
      }));
    }
  }
}
