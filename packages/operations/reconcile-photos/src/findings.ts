import type { PhotoStatus } from "@darkroom/workflow";
import type { LandingObject } from "./landing-objects.ts";

/** The ways in which a photo can be wrong, in the order in which they are told. */
export const problems = ["failed", "startErrors", "stuck", "missing", "orphanedRows"] as const;
export type Problem = (typeof problems)[number];

/** A photo that is not as it should be; what isn't known or isn't there is null. */
export interface Finding {
  readonly key: string;
  readonly imageID: string;
  readonly reason: string;
  readonly status: PhotoStatus | null;
  readonly executionArn: string | null;
}

/** With the version that has no row of its own. */
export interface MissingFinding extends Finding {
  readonly object: LandingObject;
}

export interface Report {
  /** Nothing failed, is stuck or is missing. Orphaned rows are told, but an owner may delete a photo. */
  readonly ok: boolean;
  /** In the landing bucket under `Incoming/`, each by its current version. */
  readonly objects: number;
  /** Of those, the ones that are processed, being processed, or that wait for a person. */
  readonly accountedFor: number;
  /** Of those, the ones that came or changed within the grace period, so that nothing can be said yet. */
  readonly tooYoung: number;
  /** Of those, the ones whose event may still wait in the queue for its start. */
  readonly waiting: number;
  readonly rows: number;
  readonly byStatus: Readonly<Partial<Record<PhotoStatus, number>>>;
  /** How many there are of each; the lists below hold no more than they were told to keep. */
  readonly counts: Readonly<Record<Problem, number>>;
  readonly failed: readonly Finding[];
  readonly startErrors: readonly Finding[];
  readonly stuck: readonly Finding[];
  readonly missing: readonly MissingFinding[];
  readonly orphanedRows: readonly Finding[];
}

/** A list that counts all and keeps so many. */
export class KeptList<F extends Finding> {
  readonly #kept: F[] = [];
  readonly #most: number;
  #count = 0;

  constructor(most: number) {
    this.#most = most;
  }

  get count(): number {
    return this.#count;
  }

  add(finding: F): void {
    this.#count += 1;
    if (this.#kept.length < this.#most) this.#kept.push(finding);
  }

  /** In the order of their keys. */
  sorted(): F[] {
    return this.#kept.toSorted((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0));
  }
}
