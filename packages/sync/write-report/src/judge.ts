import {
  type ListingProgress,
  orphansRefused,
  type StateFailure,
  type SyncRequest,
} from "@darkroom/sync-workflow";
import type { Sums } from "./tally.ts";

/**
 * @returns why the run isn't good enough; undefined when it is. A dry run can fail by its orphans alone:
 *   one that says nothing of a refusal to come would be of little use.
 */
export function judge(
  sync: SyncRequest,
  progress: ListingProgress,
  sums: Readonly<Sums>,
  failure: StateFailure | null,
): string | undefined {
  if (failure !== null) return brokenOff(failure, progress, sums);
  const reasons: string[] = [];
  const { differing, orphans, destinationListed } = progress;
  const { copied, vanished, archived, failedCopies, failedDeletions } = sums;
  const refused = orphansRefused(sync, progress);

  if (refused) {
    reasons.push(
      `${orphans} of the ${destinationListed} objects at the destination (${percent(orphans, destinationListed)}) are orphans, more than the ${percent(sync.maximumOrphanShare, 1)} that may be deleted: nothing was deleted`,
    );
  }
  if (!sync.dryRun) {
    const unaccounted = differing - copied - vanished - archived - failedCopies;
    if (unaccounted !== 0) {
      reasons.push(
        `${differing} objects differ, and the run's shards account for ${differing - unaccounted}`,
      );
    }
    if (failedCopies > sync.maximumFailedShare * differing) {
      reasons.push(
        `${failedCopies} of ${differing} objects could not be copied (${percent(failedCopies, differing)}), more than the ${percent(sync.maximumFailedShare, 1)} that the request allows`,
      );
    }
    if (sync.deleteOrphans && !refused && failedCopies > 0 && orphans > 0) {
      reasons.push(`the orphans (${orphans}) stay, since not all could be copied`);
    } else if (sync.deleteOrphans && !refused) {
      const left = orphans - sums.deleted - failedDeletions;
      if (left !== 0) {
        reasons.push(
          `${orphans} objects are orphans, and the run's shards account for ${orphans - left}`,
        );
      }
      if (failedDeletions > sync.maximumFailedShare * orphans) {
        reasons.push(
          `${failedDeletions} of ${orphans} orphans could not be deleted (${percent(failedDeletions, orphans)}), more than the ${percent(sync.maximumFailedShare, 1)} that the request allows`,
        );
      }
    }
  }
  return reasons.length === 0 ? undefined : reasons.join("; ");
}

/** Longer ones are in the summary's failure, and no sentence. */
const longestCause = 500;

function brokenOff(
  { Error: error, Cause }: StateFailure,
  { differing }: ListingProgress,
  { copied, vanished, archived, failedCopies }: Readonly<Sums>,
): string {
  const left = differing - copied - vanished - archived - failedCopies;
  const rest =
    differing === 0
      ? ""
      : `; of ${differing} objects found to differ, ${left} are not accounted for`;
  return `the run broke off with ${error} in ${sentenceOf(Cause).slice(0, longestCause)}${rest}`;
}

/** A cause is the state's name and what the function threw, as Lambda writes it: JSON. */
function sentenceOf(cause: string): string {
  const [, state, thrown = ""] = /^(\w+: )(\{.*\})$/s.exec(cause) ?? [];
  if (state === undefined) return cause;
  try {
    const { errorMessage } = JSON.parse(thrown) as { errorMessage?: unknown };
    return typeof errorMessage === "string" ? `${state}${errorMessage}` : cause;
  } catch {
    return cause;
  }
}

function percent(part: number, whole: number): string {
  return `${Number(((100 * part) / whole).toPrecision(3))} %`;
}
