import type { MapRunLimits, MapRunOutcome } from "./host.ts";

export const thresholdExceeded: MapRunOutcome = {
  error: "States.ExceedToleratedFailureThreshold",
  cause: "The specified tolerated failure threshold was exceeded",
};

/**
 * Whether more items have failed or timed out than are tolerated; of two thresholds either one may be exceeded.
 * https://docs.aws.amazon.com/step-functions/latest/dg/state-map-distributed.html
 */
export function exceedsTolerance(
  limits: Pick<MapRunLimits, "toleratedFailureCount" | "toleratedFailurePercentage">,
  { failed, total }: { readonly failed: number; readonly total: number },
): boolean {
  if (failed === 0) return false;
  const { toleratedFailureCount: count, toleratedFailurePercentage: percentage } = limits;
  if (count === undefined && percentage === undefined) return true;
  return (
    (count !== undefined && failed > count) ||
    (percentage !== undefined && failed * 100 > percentage * total)
  );
}
