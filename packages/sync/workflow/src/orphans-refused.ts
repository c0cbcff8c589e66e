import type { ListingProgress, SyncRequest } from "./contracts.ts";

/**
 * Whether a run that was asked to delete orphans must not: more of what was listed in the destination has
 * no source than the request allows, as when the source is the wrong bucket, or emptied by accident.
 */
export function orphansRefused(
  { deleteOrphans, maximumOrphanShare }: SyncRequest,
  { orphans, destinationListed }: Pick<ListingProgress, "orphans" | "destinationListed">,
): boolean {
  return deleteOrphans && orphans > maximumOrphanShare * destinationListed;
}
