import { type FileHandle, open } from "node:fs/promises";
import { dirname } from "node:path";

export interface LogSync {
  /** Fulfilled when what was in the file before this call is on disk. */
  sync(): Promise<void>;
  close(): Promise<void>;
}

/**
 * Syncs a file that others write; calls that come while it does so share the next sync.
 * After a failure nothing tells what reached the disk, and a second try may report success for pages that the system has
 * dropped: from then on every call fails.
 */
export function createLogSync(path: string): LogSync {
  let log: Promise<FileHandle> | undefined;
  let running: Promise<void> | undefined;
  let next: Promise<void> | undefined;

  /** The log is there from the first commit on, and is never replaced while the database is open. */
  async function openLog(): Promise<FileHandle> {
    const opened = await open(path, "r+");
    const folder = await open(dirname(path), "r");
    await folder.sync();
    await folder.close();
    return opened;
  }

  async function run(): Promise<void> {
    log ??= openLog();
    await (await log).datasync();
  }

  function start(): Promise<void> {
    const sync = run();
    running = sync;
    sync.then(
      () => {
        running = undefined;
      },
      // It stays: whoever comes later waits for it, and fails as it did.
      () => {},
    );
    return sync;
  }

  return {
    sync() {
      if (running === undefined) return start();
      next ??= running.then(() => {
        next = undefined;
        return start();
      });
      return next;
    },
    async close() {
      await (next ?? running)?.catch(() => {});
      await (await log?.catch(() => undefined))?.close();
    },
  };
}
