import {
  type Arrival,
  executionArn,
  executionName,
  type ImageItem,
  type ImageProcessingInput,
  noExecution,
} from "@darkroom/workflow";
import type { AlbumTable } from "./album-table.ts";
import type { ExecutionStarter } from "./execution-starter.ts";
import type { ImageTable } from "./image-table.ts";

/** What became of one object version that arrived. */
export type Start =
  | { outcome: "started" | "already started"; executionArn: string }
  | { outcome: "older than the row" }
  /** Its key says nothing about whose it is. */
  | { outcome: "refused"; errReason: string }
  /** Its execution can't be started, now or later. */
  | { outcome: "failed"; errReason: string };

export interface StartExecutionPorts {
  stateMachineArn: string;
  table: ImageTable;
  albums: AlbumTable;
  executions: ExecutionStarter;
  now(): Date;
}

/**
 * Starts the execution of one object version that arrived, exactly one however often its event comes.
 *
 * 0. The album that its key names is made, if it isn't there: no photo is in an album that nobody finds.
 * 1. The row is written first, with the ARN that the execution will have: an execution without a row
 *    can't be, so `ExecutionAlreadyExists` always means done.
 * 2. A crash between row and start leaves a row PROCESSING without an execution. The event comes again
 *    (it wasn't acknowledged), finds its own row and starts once more, which changes nothing if the
 *    execution is there.
 * 3. An event that is older than the row's never touches it.
 *
 * @throws what may pass (throttling, network); the event has to come again
 */
export async function startExecution(
  { photo, uploadTime, fault }: Arrival,
  { stateMachineArn, table, albums, executions, now }: StartExecutionPorts,
): Promise<Start> {
  const name = executionName(photo, 1);
  const arn = executionArn(stateMachineArn, name);
  const row = (state: Pick<ImageItem, "executionArn" | "status" | "errReason">): ImageItem => ({
    ...photo,
    uploadTime,
    updatedTime: now().toISOString(),
    ...state,
  });

  if (fault !== undefined) {
    const claim = await table.claim(
      row({ executionArn: noExecution, status: "FAILED", errReason: fault }),
    );
    return claim.claimed || claim.by?.sequencer === photo.sequencer
      ? { outcome: "refused", errReason: fault }
      : { outcome: "older than the row" };
  }

  await albums.ensure(photo, uploadTime);
  const claim = await table.claim(row({ executionArn: arn, status: "PROCESSING" }));
  if (!claim.claimed) {
    if (claim.by?.sequencer !== photo.sequencer) return { outcome: "older than the row" };
    if (claim.by.executionArn !== arn || claim.by.status !== "PROCESSING") {
      return { outcome: "already started", executionArn: claim.by.executionArn };
    }
  }

  const input: ImageProcessingInput = { photo };
  const start = await executions.start(name, input);
  if (start.started) return { outcome: "started", executionArn: arn };

  const errReason = `its execution could not be started: ${start.reason}`;
  await table.replaceStarted(arn, row({ executionArn: noExecution, status: "FAILED", errReason }));
  return { outcome: "failed", errReason };
}
