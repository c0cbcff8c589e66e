import type { ExecutionsPage, StoredExecution } from "./store.ts";

/** A child of a Map Run, as ListExecutions tells of it. */
export interface ListedChild extends Omit<StoredExecution, "status"> {
  readonly status: StoredExecution["status"] | "PENDING_REDRIVE";
  /** How many items it stands for. */
  readonly itemCount: number;
}

/** What the Map Runs know of their child executions. */
export interface ChildExecutions {
  /** @returns children from the newest on; undefined if there is no such Map Run */
  list(mapRunArn: string, page: ExecutionsPage): readonly ListedChild[] | undefined;
}
