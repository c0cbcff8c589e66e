import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Worker } from "node:worker_threads";

export interface DemoPhotos {
  /** The folder with the photos, once they are made. */
  readonly ready: Promise<string>;
  /** Stops making them and removes them. */
  discard(): Promise<void>;
}

/** Makes the demo photos in a temporary folder, on another thread: the local cloud starts meanwhile. */
export async function prepareDemoPhotos(): Promise<DemoPhotos> {
  const folder = await mkdtemp(join(tmpdir(), "darkroom-demo-"));
  const worker = new Worker(new URL("./demo-worker.ts", import.meta.url), { workerData: folder });
  const ready = new Promise<string>((resolve, reject) => {
    worker.once("error", reject);
    worker.once("exit", () => resolve(folder));
  });
  // Whoever waits for it hears of an error; until then it is no unhandled one.
  ready.catch(() => {});
  return {
    ready,
    async discard() {
      await worker.terminate();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
