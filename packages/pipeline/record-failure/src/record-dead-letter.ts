import { type Arrival, noExecution } from "@darkroom/workflow";
import type { ExecutionReader } from "./execution-reader.ts";
import type { ImageTable } from "./image-table.ts";

/**
 * Records an object whose event died in the queue: no attempt to start its execution got through.
 *
 * - Nothing is known of it: its row becomes FAILED.
 * - Its row is PROCESSING: the start may have got through although its answer didn't. If the execution
 *   is there, running or ended, the row is that execution's to write; if not, the row becomes FAILED.
 * - Its row says anything else, or a newer version's event was first: it stays as it is.
 *
 * @returns whether that changed the row
 */
export async function recordDeadLetter(
  { photo, uploadTime, fault }: Arrival,
  table: ImageTable,
  executions: ExecutionReader,
  now: Date,
): Promise<boolean> {
  const status = "FAILED";
  const errReason = `its event could not be processed: ${fault ?? "every attempt to start its execution failed"}`;
  const updatedTime = now.toISOString();
  const attempt = await table.putUnlessKnown({
    ...photo,
    uploadTime,
    updatedTime,
    executionArn: noExecution,
    status,
    errReason,
  });
  if (attempt.put) return true;

  const { executionArn, sequencer, status: known } = attempt.row;
  if (sequencer !== photo.sequencer || known !== "PROCESSING") return false;
  if ((await executions.inputOf(executionArn)) !== undefined) return false;
  return table.end(
    { imageID: photo.imageID, executionArn, status, errReason, newExecutionArn: noExecution },
    ["PROCESSING"],
    updatedTime,
  );
}
