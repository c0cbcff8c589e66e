import type { Context } from "@darkroom/lambda";
import type { ListDifferencesInput } from "@darkroom/sync-workflow";
import { syncRequest } from "@darkroom/sync-workflow";

/**
 * One listing in a process of its own, by the function's handler, called again as the machine does until it is done.
 * Started by `memory.ts` with the function's timeout in milliseconds; prints a {@link Listing} as JSON. With
 * `--expose-gc` the heap is looked at after forced collections, which keep the peak of the process down: that is taken
 * without.
 */
export interface Listing {
  readonly calls: number;
  readonly listed: number;
  readonly differing: number;
  readonly copyShards: number;
  readonly listRequests: number;
  readonly seconds: number;
  /** In bytes, the most that was left after a collection; 0 without `--expose-gc`. */
  readonly heap: number;
  /** In bytes, the most that the process ever held. */
  readonly peak: number;
  /** In bytes of JSON, of the largest output of a call: what the machine keeps. */
  readonly state: number;
}

const { handler } = await import("../src/handler.ts");
const timeoutMs = Number(process.argv[2]);

let heap = 0;
const collect = (): void => {
  globalThis.gc?.();
  heap = Math.max(heap, process.memoryUsage().heapUsed);
};
const watch = globalThis.gc === undefined ? undefined : setInterval(collect, 500);

const begin = performance.now();
let calls = 0;
let state = 0;
let progress: ListDifferencesInput["progress"] = null;
for (let done = false; !done; ) {
  const started = Date.now();
  const context = {
    getRemainingTimeInMillis: () => timeoutMs - (Date.now() - started),
  } as Context;
  const output = await handler(
    {
      run: { prefix: "runs/bench/", startTime: "2026-05-01T10:00:00.000Z" },
      sync: syncRequest.parse({ source: "source", destination: "destination" }),
      progress,
    },
    context,
  );
  ({ done, progress } = output);
  calls += 1;
  state = Math.max(state, JSON.stringify(output).length);
}
const seconds = (performance.now() - begin) / 1000;
clearInterval(watch);
if (watch !== undefined) collect();
if (progress === null) throw new Error("the listing is done without any progress");
const { listed, differing, copyShards, listRequests } = progress;
const peak = process.resourceUsage().maxRSS * 1024;
const listing: Listing = {
  calls,
  listed,
  differing,
  copyShards,
  listRequests,
  seconds,
  heap,
  peak,
  state,
};
console.log(JSON.stringify(listing));
