import { setTimeout as sleep } from "node:timers/promises";

/** Waits, in milliseconds; ends at once when the signal is aborted. Never throws. */
export type Pause = (ms: number, signal: AbortSignal) => Promise<void>;

export const pause: Pause = async (ms, signal) => {
  await sleep(ms, undefined, { signal }).catch(() => {});
};
