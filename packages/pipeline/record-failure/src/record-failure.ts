import type { PhotoStatus, RecordFailureInput } from "@darkroom/workflow";
import { failureReason, rejectionReason, unsupportedReason } from "./err-reason.ts";
import type { Ending, ImageTable } from "./image-table.ts";

/** FAILED and EXPIRED too: the execution was redriven and ends anew. */
const endable: readonly PhotoStatus[] = ["PROCESSING", "PENDING_REVIEW", "FAILED", "EXPIRED"];

/**
 * Records a failure or a rejection that a state of the machine reports. Only the row of this very
 * execution: an older version's failure never touches a newer one's row, and a row that was deleted isn't
 * made again.
 * @returns whether that changed the row
 */
export async function recordFailure(
  input: RecordFailureInput,
  table: ImageTable,
  now: Date,
): Promise<boolean> {
  const { photo, executionArn } = input;
  return table.end(
    { imageID: photo.imageID, executionArn, ...outcomeOf(input) },
    endable,
    now.toISOString(),
  );
}

function outcomeOf(input: RecordFailureInput): Pick<Ending, "status" | "errReason" | "rejection"> {
  const { status } = input;
  switch (status) {
    case "UNSUPPORTED":
      return { status, errReason: unsupportedReason(input.failure) };
    case "FAILED":
      return { status, errReason: failureReason(input.failure) };
    case "REJECTED": {
      const { moderation, review, quarantine } = input;
      const rejection = { moderation, review, quarantine };
      return { status, errReason: rejectionReason(review), rejection };
    }
  }
}
