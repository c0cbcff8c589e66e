import { randomBytes } from "node:crypto";
import {
  closeSync,
  fdatasync,
  fsync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  unlinkSync,
  writevSync,
  writev as writevWithCallback,
} from "node:fs";
import { readdir, unlink } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { type BlobCache, createBlobCache } from "./blob-cache.ts";
import { sharedSync } from "./shared-sync.ts";

const writev = promisify(writevWithCallback);
const syncData = promisify(fdatasync);
const syncAll = promisify(fsync);

/**
 * So many empty files are made at once, with one sync of their folder. A body then takes one sync, of its file
 * (measured: a tenth less time for a PUT with 8 others, a quarter less when alone).
 */
const sparesAtOnce = 32;

/** One folder gets so many files, then another one its turn. */
const blobsPerFolder = 32 * sparesAtOnce;

/** Up to so much of a file is written on the spot: it goes to the page cache, and to hand it to another thread takes longer. */
const promptBytes = 1024 * 1024;

/** A file that is being written; nobody knows it until `finish` and a row that names it. */
export interface BlobWriter {
  readonly name: string;
  write(parts: readonly Uint8Array[]): Promise<void>;
  /** Resolves when the bytes and the name are on disk. */
  finish(): Promise<void>;
  /** Removes what was written; also after a `finish` that failed. */
  abandon(): void;
}

/**
 * Files with random names: nothing of a key ever becomes part of a path. A file is written under its final name, for
 * only a row of the database makes it one of an object; what no row names is removed by `sweep`.
 */
export interface BlobStore {
  readonly cache: BlobCache;
  create(): Promise<BlobWriter>;
  /** A second name for the same bytes, on disk when it resolves. */
  duplicate(name: string): Promise<string>;
  /** @returns a file descriptor, to be closed by the caller */
  open(name: string): number;
  /** Keeps files from being removed while they are read; the returned function lets go of them. */
  pin(names: readonly string[]): () => void;
  /** Removes files, as soon as nobody reads them. */
  remove(names: readonly string[]): void;
  /** Removes the files of earlier processes that `isKnown` doesn't know. */
  sweep(isKnown: (name: string) => boolean): Promise<void>;
  /** Resolves when nothing is under way any more. */
  close(): Promise<void>;
}

interface Folder {
  readonly name: string;
  readonly descriptor: number;
  /** Resolves when all names that were made in it before the call are on disk. */
  readonly sync: () => Promise<void>;
}

/** An empty file whose name is on disk. */
interface Spare {
  readonly name: string;
  readonly file: number;
}

export function createBlobStore(
  folder: string,
  onFault: (error: unknown, where: string) => void,
): BlobStore {
  // All names that this process makes have this in them, so that a sweep leaves alone what is being written.
  const process = randomBytes(4).toString("hex");
  const pins = new Map<string, number>();
  const doomed = new Set<string>();
  const removals = new Set<Promise<void>>();
  const folders = new Map<string, Folder>();
  let current: Folder | undefined;
  let placed = 0;
  let spares: Spare[] = [];
  let refilling: Promise<void> | undefined;

  mkdirSync(folder, { recursive: true, mode: 0o700 });

  const pathOf = (name: string): string => join(folder, name.slice(0, 2), name);

  function openFolder(name: string): Folder {
    const path = join(folder, name);
    mkdirSync(path, { recursive: true, mode: 0o700 });
    const parent = openSync(folder, "r");
    fsyncSync(parent);
    closeSync(parent);
    const descriptor = openSync(path, "r");
    return { name, descriptor, sync: sharedSync(() => syncAll(descriptor)) };
  }

  function currentFolder(): Folder {
    if (current === undefined || placed >= blobsPerFolder) {
      const name = randomBytes(1).toString("hex");
      current = folders.get(name) ?? openFolder(name);
      folders.set(name, current);
      placed = 0;
    }
    return current;
  }

  function newName(target: Folder): string {
    placed++;
    return target.name + process + randomBytes(11).toString("hex");
  }

  async function makeSpares(): Promise<void> {
    const target = currentFolder();
    const made: Spare[] = [];
    try {
      for (let count = 0; count < sparesAtOnce; count++) {
        const name = newName(target);
        made.push({ name, file: openSync(pathOf(name), "wx", 0o600) });
      }
      await target.sync();
    } catch (error) {
      for (const { name, file } of made) {
        closeSync(file);
        unlinkSoon(name);
      }
      throw error;
    }
    spares.push(...made);
  }

  const refill = (): Promise<void> => {
    refilling ??= makeSpares().finally(() => {
      refilling = undefined;
    });
    return refilling;
  };

  async function takeSpare(): Promise<Spare> {
    for (;;) {
      const spare = spares.pop();
      if (spare === undefined) {
        await refill();
        continue;
      }
      // What fails here fails again, and is told, when it is waited for.
      if (spares.length < sparesAtOnce / 2) refill().catch(() => {});
      return spare;
    }
  }

  function unlinkSoon(name: string): void {
    const removal = unlink(pathOf(name))
      .catch((error: unknown) => onFault(error, `removing the blob ${name}`))
      .finally(() => removals.delete(removal));
    removals.add(removal);
  }

  return {
    cache: createBlobCache(),

    async create() {
      const { name, file } = await takeSpare();
      let written = 0;
      let open = true;
      const close = (): void => {
        if (open) closeSync(file);
        open = false;
      };
      return {
        name,
        async write(parts) {
          for (let left = parts; left.length > 0; ) {
            const count =
              written < promptBytes
                ? writevSync(file, left)
                : (await writev(file, left)).bytesWritten;
            written += count;
            left = unwritten(left, count);
          }
        },
        async finish() {
          await syncData(file);
          close();
        },
        abandon() {
          close();
          unlinkSync(pathOf(name));
        },
      };
    },

    async duplicate(name) {
      const target = currentFolder();
      const copy = newName(target);
      linkSync(pathOf(name), pathOf(copy));
      await target.sync();
      return copy;
    },

    open: (name) => openSync(pathOf(name), "r"),

    pin(names) {
      for (const name of names) pins.set(name, (pins.get(name) ?? 0) + 1);
      return () => {
        for (const name of names) {
          const left = (pins.get(name) ?? 1) - 1;
          if (left > 0) pins.set(name, left);
          else {
            pins.delete(name);
            if (doomed.delete(name)) unlinkSoon(name);
          }
        }
      };
    },

    remove(names) {
      for (const name of names) {
        if (pins.has(name)) doomed.add(name);
        else unlinkSoon(name);
      }
    },

    async sweep(isKnown) {
      for (const shard of await readdir(folder)) {
        for (const name of await readdir(join(folder, shard))) {
          if (!name.startsWith(process, 2) && !isKnown(name)) unlinkSoon(name);
        }
      }
      await Promise.all(removals);
    },

    async close() {
      await refilling?.catch(() => {});
      for (const { name, file } of spares) {
        closeSync(file);
        unlinkSoon(name);
      }
      spares = [];
      await Promise.all(removals);
      for (const { descriptor } of folders.values()) closeSync(descriptor);
    },
  };
}

/** What is left of a list of buffers when so many bytes of them have been written. */
function unwritten(parts: readonly Uint8Array[], count: number): readonly Uint8Array[] {
  let skipped = count;
  for (const [index, part] of parts.entries()) {
    if (skipped < part.length) return [part.subarray(skipped), ...parts.slice(index + 1)];
    skipped -= part.length;
  }
  return [];
}
