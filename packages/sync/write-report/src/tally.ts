import type { FateLine } from "@darkroom/sync-workflow";
import { type CopiedOverTime, copiedOverTime } from "./copied-over-time.ts";

/** What a page has room for. */
const mostFailures = 200;
/** S3 has fewer names of errors than this; more would be a fault, and must not fill the memory. */
const mostErrors = 50;

export interface Sums {
  copied: number;
  /** Of what was copied. */
  bytes: number;
  vanished: number;
  archived: number;
  deleted: number;
  failedCopies: number;
  failedDeletions: number;
}

/** What the fates of a run come to, in bounded memory. */
export interface Tally {
  addCopy(fate: FateLine): void;
  addDeletion(fate: FateLine): void;
  readonly sums: Readonly<Sums>;
  /** The first of them. */
  readonly failures: readonly FateLine[];
  /** How many failed by an error's name; "others" beyond the first names. */
  readonly errors: ReadonlyMap<string, number>;
  readonly timeline: CopiedOverTime;
}

export function tally(startMs: number): Tally {
  const sums: Sums = {
    copied: 0,
    bytes: 0,
    vanished: 0,
    archived: 0,
    deleted: 0,
    failedCopies: 0,
    failedDeletions: 0,
  };
  const failures: FateLine[] = [];
  const errors = new Map<string, number>();
  const timeline = copiedOverTime(startMs);

  const addFailure = (fate: FateLine): void => {
    if (failures.length < mostFailures) failures.push(fate);
    const own = fate.error ?? "Error";
    const name = errors.has(own) || errors.size < mostErrors ? own : "others";
    errors.set(name, (errors.get(name) ?? 0) + 1);
  };

  return {
    sums,
    failures,
    errors,
    timeline,
    addCopy(fate) {
      switch (fate.fate) {
        case "copied":
          sums.copied += 1;
          sums.bytes += fate.bytes;
          timeline.add(Date.parse(fate.at));
          break;
        case "vanished":
        case "archived":
          sums[fate.fate] += 1;
          break;
        default:
          sums.failedCopies += 1;
          addFailure(fate);
      }
    },
    addDeletion(fate) {
      if (fate.fate === "deleted") {
        sums.deleted += 1;
      } else {
        sums.failedDeletions += 1;
        addFailure(fate);
      }
    },
  };
}
