import type { ExecutionStatus, MapRunCounts, MapRunTally } from "@darkroom/states";

/** PENDING_REDRIVE: it has ended without success, and waits for its place in the redriven run. */
export type ChildStatus = ExecutionStatus | "PENDING" | "PENDING_REDRIVE";

interface StoredTally extends MapRunTally {
  readonly pendingRedrive: number;
}

export interface StoredCounts extends MapRunCounts {
  readonly executions: StoredTally;
  readonly items: StoredTally;
}

/** How many children with how many items have a status. */
interface StatusCount {
  readonly status: ChildStatus;
  readonly executions: number;
  readonly items: number;
}

/** As DescribeMapRun tells them; `written`: those whose results are written. */
export function countsOf(
  counts: readonly StatusCount[],
  written: { readonly executions: number; readonly items: number },
): StoredCounts {
  const tally = (unit: "executions" | "items"): StoredTally => {
    const of = (status: ChildStatus): number =>
      counts.find((count) => count.status === status)?.[unit] ?? 0;
    return {
      pending: of("PENDING"),
      pendingRedrive: of("PENDING_REDRIVE"),
      running: of("RUNNING"),
      succeeded: of("SUCCEEDED"),
      failed: of("FAILED"),
      timedOut: of("TIMED_OUT"),
      aborted: of("ABORTED"),
      total: counts.reduce((sum, count) => sum + count[unit], 0),
      resultsWritten: written[unit],
    };
  };
  return { executions: tally("executions"), items: tally("items") };
}
