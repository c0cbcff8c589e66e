import type { ListingProgress } from "@darkroom/sync-workflow";

export type Phase = "starting" | "listing" | "copying" | "deleting orphans" | "writing the report";

/** What became of objects so far. */
export interface FateCounts {
  readonly copied: number;
  readonly deleted: number;
  readonly vanished: number;
  readonly archived: number;
  readonly failed: number;
  /** Copied. */
  readonly bytes: number;
}

export const noFates: FateCounts = {
  copied: 0,
  deleted: 0,
  vanished: 0,
  archived: 0,
  failed: 0,
  bytes: 0,
};

/** How far a run is, as far as it can be seen from outside. */
export interface RunProgress {
  readonly phase: Phase;
  /** Undefined before the first part of the listing is done. */
  readonly listing: ListingProgress | undefined;
  readonly fates: FateCounts;
  /** Epoch milliseconds at which the phase was first seen. */
  readonly phaseSince: number;
}
