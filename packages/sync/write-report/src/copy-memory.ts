import { compareKeys, formatLines, parseLinesOf } from "@darkroom/run-files";
import { type CopiedLine, copiedLine, type FateLine } from "@darkroom/sync-workflow";
import type { ObjectWriter } from "./object-writer.ts";

/** Adds what a run copied to what earlier ones did, where the copies have other ETags. */
export interface CopyMemory {
  /** @param fates in the order of keys, behind those of the last call */
  add(fates: readonly FateLine[]): Promise<void>;
  /** Replaces what was remembered; does nothing where there is nothing to add. */
  close(): Promise<void>;
  /** Instead of `close`: what was remembered stays as it was. */
  abandon(): Promise<void>;
}

/** Few enough to hold, many enough that a write isn't one for each line. */
const writtenAtOnce = 500;

/**
 * Merges two streams in the order of keys. A new line takes the place of an old one with its key; others
 * stay, whatever the run listed. Nothing is read or written before there is something to add: a usual run
 * has nothing.
 * @param before opens what is remembered
 * @param begin opens what takes its place
 */
export function copyMemory(
  before: () => AsyncIterable<Uint8Array>,
  begin: () => ObjectWriter,
): CopyMemory {
  let merge: { old: AsyncGenerator<CopiedLine>; writer: ObjectWriter } | undefined;
  let next: CopiedLine | undefined;
  let held: CopiedLine[] = [];

  async function write(line: CopiedLine): Promise<void> {
    held.push(line);
    if (held.length >= writtenAtOnce) await flush();
  }

  async function flush(): Promise<void> {
    const lines = held;
    held = [];
    await merge?.writer.write(formatLines(lines));
  }

  async function advance(): Promise<void> {
    const read = await merge?.old.next();
    next = read === undefined || read.done === true ? undefined : read.value;
  }

  return {
    async add(fates) {
      for (const { key, bytes, etags } of fates) {
        if (etags === undefined) continue;
        if (merge === undefined) {
          merge = { old: parseLinesOf(copiedLine, before()), writer: begin() };
          await advance();
        }
        while (next !== undefined && compareKeys(next.key, key) < 0) {
          await write(next);
          await advance();
        }
        if (next?.key === key) await advance();
        await write({ key, size: bytes, ...etags });
      }
    },

    async close() {
      if (merge === undefined) return;
      for (; next !== undefined; await advance()) await write(next);
      await flush();
      await merge.writer.close();
    },

    abandon: async () => merge?.writer.abandon(),
  };
}
