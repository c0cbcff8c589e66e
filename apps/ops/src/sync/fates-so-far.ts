import type { FateLine } from "@darkroom/sync-workflow";
import { type FateCounts, noFates } from "./run-progress.ts";

/** A file of fates: one for each shard, written when the shard is done, and again when it had to go on. */
interface FatesFile {
  readonly key: string;
  readonly etag: string;
}

export interface FatesFiles {
  /** The first page of those after a key, in order; 1,000 at most. */
  listAfter(key: string, signal: AbortSignal): Promise<readonly FatesFile[]>;
  read(key: string, signal: AbortSignal): Promise<readonly FateLine[]>;
}

/** Fates that are read at a time: a run that was long unwatched is caught up with over a few looks. */
const readsPerLook = 100;
const readsAtOnce = 8;
/**
 * Shards end in any order, but the map begins them in order, 20 at a time: this far behind the newest
 * one, a shard that has no fates will hardly get any. One page of S3's listing holds as many.
 */
const longestWindow = 900;

/**
 * Counts the fates of a run's shards as they come: each look is one listing request and a read of each
 * file that is new or was written again, however many millions of objects there are.
 * Invariant: every file up to `settled` is in `before`; what may still change or come is in `window`.
 */
export class FatesSoFar {
  readonly #files: FatesFiles;
  readonly #folder: string;
  /** The last key that isn't looked at any more; "" at the beginning. */
  #settled = "";
  #before: FateCounts = noFates;
  readonly #window = new Map<string, { etag: string; counts: FateCounts; open: boolean }>();

  /** @param folder of the fates, such as `runs/<name>/fates/copy/` */
  constructor(files: FatesFiles, folder: string) {
    this.#files = files;
    this.#folder = folder;
  }

  get counts(): FateCounts {
    return [...this.#window.values()].reduce((sum, { counts }) => add(sum, counts), this.#before);
  }

  async look(signal: AbortSignal): Promise<void> {
    const listed = await this.#files.listAfter(
      this.#settled === "" ? this.#folder : this.#settled,
      signal,
    );
    const news = listed
      .filter(({ key, etag }) => this.#window.get(key)?.etag !== etag)
      .slice(0, readsPerLook);
    for (let from = 0; from < news.length; from += readsAtOnce) {
      await Promise.all(
        news.slice(from, from + readsAtOnce).map((file) => this.#take(file, signal)),
      );
    }
    this.#settle(listed);
  }

  async #take({ key, etag }: FatesFile, signal: AbortSignal): Promise<void> {
    const fates = await this.#files.read(key, signal);
    this.#window.set(key, {
      etag,
      counts: fates.reduce(count, noFates),
      // Of copy-objects: the function's time was over, and the machine lets it go on.
      open: fates.some(({ error }) => error === "OutOfTime"),
    });
  }

  /** Moves on over the shards at the beginning that are done without a gap. */
  #settle(listed: readonly FatesFile[]): void {
    for (const [at, { key }] of listed.entries()) {
      const read = this.#window.get(key);
      if (read === undefined) return;
      const gap = shardOf(key) !== shardOf(this.#settled) + 1;
      if ((gap || read.open) && listed.length - at < longestWindow) return;
      this.#before = add(this.#before, read.counts);
      this.#window.delete(key);
      this.#settled = key;
    }
  }
}

/** 7 of `…/00000007.jsonl`; 0 before the first. */
function shardOf(key: string): number {
  return Number(/(\d+)\.jsonl$/.exec(key)?.[1] ?? 0);
}

function count(sum: FateCounts, { fate, bytes }: FateLine): FateCounts {
  return { ...sum, [fate]: sum[fate] + 1, bytes: sum.bytes + (fate === "copied" ? bytes : 0) };
}

export function add(one: FateCounts, other: FateCounts): FateCounts {
  return {
    copied: one.copied + other.copied,
    deleted: one.deleted + other.deleted,
    vanished: one.vanished + other.vanished,
    archived: one.archived + other.archived,
    failed: one.failed + other.failed,
    bytes: one.bytes + other.bytes,
  };
}
