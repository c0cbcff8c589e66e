import type { PhotoStatus, RecordFailureInput } from "@darkroom/workflow";
import { failureReason, unsupportedReason } from "./err-reason.ts";
import type { ImageTable } from "./image-table.ts";

/** FAILED and EXPIRED too: the execution was redriven and ends anew. */
const endable: readonly PhotoStatus[] = ["PROCESSING", "PENDING_REVIEW", "FAILED", "EXPIRED"];

/**
 * Records a failure that a state of the machine reports. Only the row of this very execution: an older
 * version's failure never touches a newer one's row, and a row that was deleted isn't made again.
 * @returns whether that changed the row
 */
export async function recordFailure(
  { photo, executionArn, status, failure }: RecordFailureInput,
  table: ImageTable,
  now: Date,
): Promise<boolean> {
  const errReason = status === "UNSUPPORTED" ? unsupportedReason(failure) : failureReason(failure);
  return table.end(
    { imageID: photo.imageID, executionArn, status, errReason },
    endable,
    now.toISOString(),
  );
}
