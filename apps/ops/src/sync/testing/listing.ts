import { type ListingProgress, noProgress } from "@darkroom/sync-workflow";

export const listingOf = (some: Partial<ListingProgress>): ListingProgress => ({
  ...noProgress,
  ...some,
});
