import { randomBytes } from "node:crypto";
import { constants, mkdirSync } from "node:fs";
import { type FileHandle, link, mkdir, open, readdir, unlink } from "node:fs/promises";
import { join } from "node:path";
import { createFolderSync } from "./folder-sync.ts";

/** New files go to one folder until it has so many: one sync of the folder then serves all uploads under way. */
const blobsPerFolder = 1000;

/** A file that is being written; nobody knows it until `finish` and a row that names it. */
export interface BlobWriter {
  readonly name: string;
  write(parts: readonly Uint8Array[]): Promise<void>;
  /** Resolves when the bytes and the name are on disk. */
  finish(): Promise<void>;
  /** Removes what was written. */
  abandon(): Promise<void>;
}

/**
 * Files with random names: nothing of a key ever becomes part of a path. A file is written under its final name, for
 * only a row of the database makes it one of an object; what no row names is removed by `sweep`.
 */
export interface BlobStore {
  create(): Promise<BlobWriter>;
  /** A second name for the same bytes, on disk when it resolves. */
  duplicate(name: string): Promise<string>;
  open(name: string): Promise<FileHandle>;
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
  readonly handle: FileHandle;
  readonly sync: () => Promise<void>;
  /** How many more new files it takes before another one gets its turn. */
  left: number;
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
  const folders = new Map<string, Promise<Folder>>();
  let current: Promise<Folder> | undefined;

  mkdirSync(folder, { recursive: true, mode: 0o700 });

  const pathOf = (name: string): string => join(folder, name.slice(0, 2), name);

  async function openFolder(name: string): Promise<Folder> {
    await mkdir(join(folder, name), { recursive: true, mode: 0o700 });
    const parent = await open(folder);
    await parent.sync();
    await parent.close();
    const handle = await open(join(folder, name));
    return { name, handle, sync: createFolderSync(handle), left: blobsPerFolder };
  }

  async function nextFolder(): Promise<Folder> {
    const name = randomBytes(1).toString("hex");
    const known = folders.get(name);
    if (known !== undefined) {
      const again = await known;
      again.left = blobsPerFolder;
      return again;
    }
    const opening = openFolder(name);
    folders.set(name, opening);
    opening.catch(() => folders.delete(name));
    return opening;
  }

  async function place(): Promise<{ name: string; sync: () => Promise<void> }> {
    current ??= nextFolder();
    const target = await current.catch((error: unknown) => {
      current = undefined;
      throw error;
    });
    target.left--;
    if (target.left === 0) current = undefined;
    const name = target.name + process + randomBytes(11).toString("hex");
    return { name, sync: target.sync };
  }

  function unlinkSoon(name: string): void {
    const removal = unlink(pathOf(name))
      .catch((error: unknown) => onFault(error, `removing the blob ${name}`))
      .finally(() => removals.delete(removal));
    removals.add(removal);
  }

  return {
    async create() {
      const { name, sync } = await place();
      const file = await open(pathOf(name), "wx", 0o600);
      return {
        name,
        async write(parts) {
          for (const part of parts) await writeAll(file, part);
        },
        async finish() {
          await file.datasync();
          await file.close();
          await sync();
        },
        async abandon() {
          await file.close();
          await unlink(pathOf(name));
        },
      };
    },

    async duplicate(name) {
      const { name: copy, sync } = await place();
      await link(pathOf(name), pathOf(copy));
      await sync();
      return copy;
    },

    open: (name) => open(pathOf(name), constants.O_RDONLY),

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
      await Promise.all(removals);
      for (const opened of folders.values()) await (await opened).handle.close();
    },
  };
}

async function writeAll(file: FileHandle, data: Uint8Array): Promise<void> {
  for (let offset = 0; offset < data.length; ) {
    offset += (await file.write(data, offset, data.length - offset)).bytesWritten;
  }
}
