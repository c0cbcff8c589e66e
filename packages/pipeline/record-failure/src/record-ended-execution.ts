import { parseJson } from "@darkroom/lambda";
import { imageProcessingInput, type PhotoStatus } from "@darkroom/workflow";
import { uncaughtReason } from "./err-reason.ts";
import type { ExecutionReader } from "./execution-reader.ts";
import type { EndedExecution } from "./failure-event.ts";
import type { Ending, ImageTable } from "./image-table.ts";

/** Waiting was all that was left to do, until the machine's TimeoutSeconds. */
const nobodyDecided = { status: "EXPIRED", errReason: "nobody decided in time" } as const;

/** The machine's own states wrote better reasons than the rule can know; it only closes what they left open. */
const open: readonly PhotoStatus[] = ["PROCESSING", "PENDING_REVIEW"];

/**
 * Records that an execution ended badly: aborted, timed out, or failed by what no Catch sees. The photo
 * is told by the execution's input, which the event carries unless it is above 248 KiB; then the
 * execution itself is asked. (Its ARN alone doesn't name the photo, and the table has no index on it.)
 *
 * A redriven execution ends more than once under the same ARN, and EventBridge may tell an end late or
 * twice: an end before the redrive that the row waits for changes nothing.
 *
 * An execution that timed out while its photo waited for a person leaves EXPIRED; any other FAILED.
 * @returns whether that changed the row
 * @throws {InvalidInputError} the execution was started by hand with an input that names no photo
 */
export async function recordEndedExecution(
  execution: EndedExecution,
  table: ImageTable,
  executions: ExecutionReader,
  now: Date,
): Promise<boolean> {
  const { executionArn } = execution;
  const input = execution.input ?? (await executions.inputOf(executionArn)) ?? "";
  const { photo } = parseJson(imageProcessingInput, input);
  const end = (outcome: Pick<Ending, "status" | "errReason">, over: readonly PhotoStatus[]) =>
    table.end(
      {
        imageID: photo.imageID,
        executionArn,
        ...outcome,
        redriveCount: execution.redriveCount ?? 0,
      },
      over,
      now.toISOString(),
    );
  if (execution.status === "TIMED_OUT" && (await end(nobodyDecided, ["PENDING_REVIEW"]))) {
    return true;
  }
  return end({ status: "FAILED", errReason: reasonOf(execution) }, open);
}

function reasonOf({ status, error, cause }: EndedExecution): string {
  const details = uncaughtReason({ Error: error ?? "", Cause: cause ?? "" });
  const ended = {
    FAILED: "its execution failed",
    TIMED_OUT: "its execution timed out",
    ABORTED: "its execution was aborted",
  }[status];
  return details === "" ? ended : `${ended}: ${details}`;
}
