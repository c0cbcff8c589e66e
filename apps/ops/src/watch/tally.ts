import type { PhotoStatus } from "@darkroom/workflow";

/** How a photo stands for the one who waits for it; LOST when no answer about it will come. */
export type WatchedStatus = PhotoStatus | "LOST";

/** How far a set of photos is. */
export interface Progress {
  readonly total: number;
  readonly uploaded: number;
  /** Bytes that were uploaded. */
  readonly bytes: number;
  /** How many have come to an end or wait for a person. */
  readonly done: number;
  /** How many stand so, of those that have a row. */
  readonly counts: ReadonlyMap<WatchedStatus, number>;
}

/** In the order in which people want to read them. */
const order: readonly WatchedStatus[] = [
  "READY",
  "PENDING_REVIEW",
  "UNSUPPORTED",
  "REJECTED",
  "EXPIRED",
  "FAILED",
  "LOST",
  "PROCESSING",
];

/** Whether no more is to come without a person. */
export const isEnd = (status: WatchedStatus): boolean => status !== "PROCESSING";

/** Counts photos by status. */
export function countStatuses(statuses: Iterable<WatchedStatus>): Map<WatchedStatus, number> {
  const counts = new Map<WatchedStatus, number>();
  for (const status of statuses) counts.set(status, (counts.get(status) ?? 0) + 1);
  return counts;
}

/** `11 READY, 3 UNSUPPORTED`. */
export function tellCounts(counts: ReadonlyMap<WatchedStatus, number>): string {
  return order
    .filter((status) => counts.has(status))
    .map((status) => `${counts.get(status)} ${status}`)
    .join(", ");
}
