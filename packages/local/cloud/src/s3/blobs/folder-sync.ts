import type { FileHandle } from "node:fs/promises";

/**
 * Syncs a folder's entries to disk. One sync serves all who ask while an earlier one is under way: what they wait for
 * may be newer than that one.
 */
export function createFolderSync(folder: FileHandle): () => Promise<void> {
  let running: Promise<void> | undefined;
  let next: Promise<void> | undefined;

  function run(): Promise<void> {
    running = folder.sync().finally(() => {
      running = undefined;
    });
    return running;
  }

  return () => {
    if (running === undefined) return run();
    next ??= running
      .catch(() => {})
      .then(() => {
        next = undefined;
        return run();
      });
    return next;
  };
}
