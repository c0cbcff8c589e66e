import { concurrently } from "@darkroom/lambda/concurrently";
import {
  compareKeys,
  copiedBefore,
  type RunStore,
  shardFolder,
  shardKey,
} from "@darkroom/run-files";
import {
  type CopyLine,
  type ListDifferencesInput,
  type ListDifferencesOutput,
  type ListingProgress,
  noProgress,
  type OrphanLine,
  orphansRefused,
  type SyncRun,
} from "@darkroom/sync-workflow";
import { type ListedObject, reasonToCopy } from "./difference.ts";
import type { ObjectComparison } from "./head-of.ts";
import { listingCursor } from "./listing-cursor.ts";
import type { ObjectPages } from "./object-pages.ts";
import { orderedResults } from "./ordered-results.ts";
import { shardWriter } from "./shard-writer.ts";

export interface ListingPlace {
  pages: ObjectPages;
  store: Pick<RunStore, "put" | "blocks" | "keysAfter" | "delete">;
  /** Asked of objects with equal sizes and other ETags that no earlier run remembers. */
  haveSameBytes: ObjectComparison;
  /** Asked of objects with the same bytes, where the request wants it. */
  haveSameMetadata: ObjectComparison;
  /** Whether the time is used up that a call has. */
  isTimeUp(): boolean;
}

/** Pairs that are looked at more closely at once: two HEADs each, within what one prefix answers a second. */
const mostDoubts = 32;
/** Lines that wait for a doubt before them: a few shards. */
const mostHeld = 2000;

/**
 * Merges the listings of two buckets by key, and writes what is to be copied (and, when asked, what the
 * source doesn't have) into shards of the run, in the order of keys. Two requests per 1,000 keys, two more
 * for each object of the same size whose ETags don't tell and that no earlier run copied, and with
 * `compareMetadata` two for each whose bytes are the same.
 *
 * Stops when the time is up, after at least one page; called again with the progress that it gave, it goes
 * on behind the last key. A call that is repeated with the same progress writes the same shards again; what
 * an attempt that broke off left beyond the last shard is deleted at the end, since the Map reads every
 * shard that it finds.
 */
export async function listDifferences(
  { run, sync, progress }: ListDifferencesInput,
  { pages, store, haveSameBytes, haveSameMetadata, isTimeUp }: ListingPlace,
): Promise<ListDifferencesOutput> {
  const now: ListingProgress = { ...(progress ?? noProgress) };
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
  const copies = shardWriter(store, run, "copy", now.copyShards);
  const orphans = shardWriter(store, run, "orphans", now.orphanShards);
  const remembered = copiedBefore(store, sync);
  const differences = orderedResults(copies.write, { running: mostDoubts, held: mostHeld });

  let done = false;
  try {
    while (!done) {
      if (source.needsPage || destination.needsPage) {
        if (now.after !== begin && isTimeUp()) break;
        await concurrently([source, destination], 2, (listing) => listing.fill());
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
    await differences.end();
    await concurrently([copies, orphans], 2, (shards) => shards.end());
  } finally {
    stop.abort();
  }
  now.copyShards = copies.shards;
  now.orphanShards = orphans.shards;
  if (done) await deleteLeftovers(store, run, now);
  return { done, progress: now, orphansRefused: orphansRefused(sync, now) };

  /** @returns a promise only where there is something to wait for */
  function countWanted(wanted: ListedObject, found: ListedObject | undefined) {
    now.listed += 1;
    now.listedBytes += wanted.size;
    if (found !== undefined) now.destinationListed += 1;
    const reason = reasonToCopy(wanted, found);
    const isLookedAt = reason === "etag" || (reason === undefined && sync.compareMetadata);
    if (found !== undefined && isLookedAt) {
      return differences.addLater(() => lookCloser(wanted, found));
    }
    if (reason !== undefined) return differences.add(copyOf(wanted, found, reason));
    now.unchanged += 1;
    return;
  }

  async function lookCloser(
    wanted: ListedObject,
    found: ListedObject,
  ): Promise<CopyLine | undefined> {
    const options = {
      signal: stop.signal,
      onRequest: () => {
        now.headRequests += 1;
      },
    };
    const isSame =
      wanted.etag === found.etag ||
      (await wasCopied(wanted, found)) ||
      (await haveSameBytes(sync, wanted.key, options));
    if (!isSame) return copyOf(wanted, found, "etag");
    if (sync.compareMetadata && !(await haveSameMetadata(sync, wanted.key, options))) {
      return copyOf(wanted, found, "metadata");
    }
    now.unchanged += 1;
    return undefined;
  }

  async function wasCopied(wanted: ListedObject, found: ListedObject): Promise<boolean> {
    const line = await remembered.find(wanted.key);
    return (
      line !== undefined &&
      line.size === wanted.size &&
      line.source === wanted.etag &&
      line.destination === found.etag
    );
  }

  function copyOf(
    { key, size, etag, storageClass }: ListedObject,
    found: ListedObject | undefined,
    reason: CopyLine["reason"],
  ): CopyLine {
    now.differing += 1;
    now.differingBytes += size;
    const line: CopyLine = { key, size, etag, reason };
    if (found !== undefined) line.replaces = found.etag;
    if (storageClass !== "STANDARD") line.storageClass = storageClass;
    return line;
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
async function deleteLeftovers(
  store: ListingPlace["store"],
  run: SyncRun,
  now: ListingProgress,
): Promise<void> {
  const lastCopies = shardKey(run, "copy", now.copyShards);
  const lastOrphans = shardKey(run, "orphans", now.orphanShards);
  for await (const key of store.keysAfter(run.prefix, lastCopies)) {
    const isLeft =
      key.startsWith(shardFolder(run, "copy")) ||
      (key.startsWith(shardFolder(run, "orphans")) && key > lastOrphans);
    if (isLeft) await store.delete(key);
  }
}
