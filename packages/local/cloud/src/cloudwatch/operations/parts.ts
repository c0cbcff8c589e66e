import type { Clock } from "@darkroom/states";
import type { Recorder } from "../recorder.ts";
import type { MetricStore } from "../store.ts";

/** What the operations work with. */
export interface Parts {
  readonly store: MetricStore;
  readonly recorder: Recorder;
  readonly clock: Clock;
  /** Brings up to date what is read on demand of these namespaces, and writes what waits in memory. */
  readonly beforeRead: (namespaces: readonly string[]) => void;
}
