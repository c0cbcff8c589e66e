import type { ListingProgress } from "@darkroom/sync-workflow";

export function listingOf(some: Partial<ListingProgress>): ListingProgress {
  return {
    after: "",
    copyShards: 0,
    orphanShards: 0,
    listed: 0,
    listedBytes: 0,
    destinationListed: 0,
    differing: 0,
    differingBytes: 0,
    unchanged: 0,
    orphans: 0,
    listRequests: 0,
    headRequests: 0,
    ...some,
  };
}
