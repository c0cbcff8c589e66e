import type { TaskEnd } from "../engine/steps.ts";
import type { Json } from "../types.ts";
import type { MapRunCall, MapRunHost } from "./host.ts";
import type { MapRunStorage } from "./storage.ts";

/** Makes the call, once the engine has the signals for it. */
export type MapRunPlan = (world: {
  readonly storage: MapRunStorage | undefined;
  readonly signal: AbortSignal;
  readonly suspended: AbortSignal;
}) => MapRunCall;

/**
 * A map run that the host was asked to run.
 * Invariant: it tells of one end, or that the host has failed, and after `stop` or `suspend` of nothing.
 */
export class RunningMapRun {
  readonly #abort = new AbortController();
  readonly #suspend = new AbortController();
  #over = false;

  constructor(options: {
    plan: MapRunPlan;
    host: MapRunHost;
    tell: (end: TaskEnd) => void;
    fail: (error: unknown) => void;
  }) {
    const { plan, host, tell, fail } = options;
    const call = plan({
      storage: host.storage,
      signal: this.#abort.signal,
      suspended: this.#suspend.signal,
    });
    host.run(call).then(
      (outcome) => {
        if (!this.#end()) return;
        if (outcome === undefined) {
          fail(new Error(`the map run ${call.mapRunArn} was aborted, but not the execution`));
        } else if ("output" in outcome) {
          const output: Json = JSON.parse(outcome.output);
          tell({ kind: "succeeded", output });
        } else {
          tell({ kind: "failed", error: outcome.error, cause: outcome.cause });
        }
      },
      (error: unknown) => {
        if (this.#end()) fail(error);
      },
    );
  }

  /** @returns whether it was still running: then it is to be aborted, or suspended */
  stop(): boolean {
    return this.#end();
  }

  #end(): boolean {
    if (this.#over) return false;
    this.#over = true;
    return true;
  }

  /** Nobody wants the results any more: the children are stopped. */
  abort(): void {
    this.#over = true;
    this.#abort.abort();
  }

  suspend(): void {
    this.#over = true;
    this.#suspend.abort();
  }
}
