import {
  type CopyLine,
  type ListDifferencesInput,
  type ListDifferencesOutput,
  type ListingProgress,
  type OrphanLine,
  orphansRefused,
} from "@darkroom/sync-workflow";
import { boundedTasks } from "./bounded-tasks.ts";
import { type ListedObject, reasonToCopy } from "./difference.ts";
import { compareKeys } from "./key-order.ts";
import { listingCursor } from "./listing-cursor.ts";
import type { ObjectPages } from "./object-pages.ts";
import type { RunStore } from "./run-store.ts";
import type { ByteComparison } from "./same-checksum.ts";
import { shardKey, shardWriter } from "./shard-writer.ts";

export interface ListingPlace {
  pages: ObjectPages;
  store: RunStore;
  /** Asked of objects with equal sizes and other ETags. */
  haveSameBytes: ByteComparison;
  /** Whether the time is used up that a call has. */
  isTimeUp(): boolean;
}

/** Pairs that are looked at more closely at once: two HEADs each, within what one prefix answers a second. */
const mostDoubts = 32;

const beginning: ListingProgress = {
  after: "",
  copyShards: 0,
  orphanShards: 0,
  listed: 0,
  listedBytes: 0,
  destinationListed: 0,
  differing: 0,
  differingBytes: 0,
  unchanged: 0,
  orphans: 0,
  listRequests: 0,
  headRequests: 0,
};

/**
 * Merges the listings of two buckets by key, and writes what is to be copied (and, when asked, what the
 * source doesn't have) into shards of the run. Two requests per 1,000 keys, and two more for each object of
 * the same size whose ETags don't tell.
 *
 * Stops when the time is up, after at least one page; called again with the progress that it gave, it goes
 * on behind the last key. A call that is repeated with the same progress writes the same shards again; what
 * an attempt that broke off left beyond the last shard is deleted at the end, since the Map reads every
 * shard that it finds.
 */
export async function listDifferences(
  { run, sync, progress }: ListDifferencesInput,
  { pages, store, haveSameBytes, isTimeUp }: ListingPlace,
): Promise<ListDifferencesOutput> {
  const now: ListingProgress = { ...(progress ?? beginning) };
  const begin = now.after;
  const stop = new AbortController();
  const cursorOf = (bucket: string) =>
    listingCursor(
      bucket,
      pages({
        bucket,
        prefix: sync.prefix,
        after: now.after === "" ? sync.startAfter : now.after,
        signal: stop.signal,
        onRequest: () => {
          now.listRequests += 1;
        },
      }),
    );
  const source = cursorOf(sync.source);
  const destination = cursorOf(sync.destination);
  const copies = shardWriter(store, `${run.prefix}copy/`, now.copyShards);
  const orphans = shardWriter(store, `${run.prefix}orphans/`, now.orphanShards);
  const doubts = boundedTasks(mostDoubts);

  let done = false;
  try {
    while (!done) {
      if (source.needsPage || destination.needsPage) {
        if (now.after !== begin && isTimeUp()) break;
        await Promise.all([source.fill(), destination.fill()]);
      }
      const [wanted, found] = [source.current, destination.current];
      const order = orderOf(wanted, found);
      if (order === undefined) {
        done = true;
      } else if (wanted !== undefined && order <= 0) {
        const full = countWanted(wanted, order === 0 ? found : undefined);
        if (full !== undefined) await full;
        source.advance();
        if (order === 0) destination.advance();
        now.after = wanted.key;
      } else if (found !== undefined) {
        const full = countOrphan(found);
        if (full !== undefined) await full;
        destination.advance();
        now.after = found.key;
      }
    }
    await doubts.end();
    await Promise.all([copies.end(), orphans.end()]);
  } finally {
    stop.abort();
  }
  now.copyShards = copies.shards;
  now.orphanShards = orphans.shards;
  if (done) await deleteLeftovers(store, run.prefix, now);
  return { done, progress: now, orphansRefused: orphansRefused(sync, now) };

  /** @returns a promise only where there is something to wait for */
  function countWanted(wanted: ListedObject, found: ListedObject | undefined) {
    now.listed += 1;
    now.listedBytes += wanted.size;
    if (found !== undefined) now.destinationListed += 1;
    const reason = reasonToCopy(wanted, found);
    if (reason === "etag") return doubts.add(() => settleDoubt(wanted));
    if (reason !== undefined) return writeCopy(wanted, reason);
    now.unchanged += 1;
    return;
  }

  async function settleDoubt(wanted: ListedObject): Promise<void> {
    const options = {
      signal: stop.signal,
      onRequest: () => {
        now.headRequests += 1;
      },
    };
    if (await haveSameBytes(sync, wanted.key, options)) now.unchanged += 1;
    else await writeCopy(wanted, "etag");
  }

  function writeCopy({ key, size, etag, storageClass }: ListedObject, reason: CopyLine["reason"]) {
    now.differing += 1;
    now.differingBytes += size;
    const line: CopyLine = { key, size, etag, reason };
    return copies.write(storageClass === "STANDARD" ? line : { ...line, storageClass });
  }

  function countOrphan({ key, size }: ListedObject) {
    now.destinationListed += 1;
    now.orphans += 1;
    const line: OrphanLine = { key, size };
    return sync.deleteOrphans ? orphans.write(line) : undefined;
  }
}

/** Which of two objects comes first; undefined when there is neither. */
function orderOf(a: ListedObject | undefined, b: ListedObject | undefined): number | undefined {
  if (a === undefined) return b === undefined ? undefined : 1;
  return b === undefined ? -1 : compareKeys(a.key, b.key);
}

/** One request, as a rule: the shards of orphans stand right behind those of copies. */
async function deleteLeftovers(store: RunStore, prefix: string, now: ListingProgress) {
  const copies = `${prefix}copy/`;
  const orphans = `${prefix}orphans/`;
  const lastOrphans = shardKey(orphans, now.orphanShards);
  for await (const key of store.keysAfter(prefix, shardKey(copies, now.copyShards))) {
    const isLeft = key.startsWith(copies) || (key.startsWith(orphans) && key > lastOrphans);
    if (isLeft) await store.delete(key);
  }
}
