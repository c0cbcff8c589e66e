import type { LandingObjects, MissingFinding } from "@darkroom/reconcile-photos";
import {
  executionArn,
  executionName,
  type ImageItem,
  noExecution,
  s3Arrivals,
} from "@darkroom/workflow";
import { type Retry, type RetryPorts, retryPhoto } from "../failures/retry-photo.ts";
import type { FirstRows } from "./first-rows.ts";

export interface StartMissingPorts extends RetryPorts {
  readonly bucket: string;
  readonly objects: Pick<LandingObjects, "versionsOf">;
  readonly firstRows: FirstRows;
}

/**
 * Starts the execution of a version whose event never came to a row.
 *
 * 1. Its row is written first, FAILED, and is then retried like that of any other photo that failed: a
 *    crash between the two leaves a failure that the next repair meets.
 * 2. A listing has no sequencers. The row gets the next one after that of the row there, or the first of
 *    all: S3's have at most 18 digits of the 32 that rows have, so every event that still comes, of this
 *    version or a newer one, is newer than the row and has its way.
 * 3. The row names the execution that this version's event starts. Where that is there it is waited for
 *    or redriven; where it isn't, it is left for the event, and the second attempt is started.
 */
export async function startMissing(
  { imageID, object }: MissingFinding,
  ports: StartMissingPorts,
): Promise<Retry> {
  const { bucket, objects, rows, firstRows, cloud, now } = ports;
  const seen = await rows.read(imageID);
  const { current } = await objects.versionsOf(object.key);
  if (current === undefined) return { refused: "its object was deleted meanwhile", row: seen };
  // Its event came after all, or this was cut off between row and start.
  if (seen?.versionId === current.versionId) return retryPhoto(imageID, ports);
  if (current.versionId !== object.versionId) {
    return { refused: "a newer version came in meanwhile: its event comes first", row: seen };
  }

  const { photo, uploadTime, fault } = arrivalOf(bucket, current, nextSequencer(seen?.sequencer));
  const row: ImageItem = {
    ...photo,
    uploadTime,
    updatedTime: now().toISOString(),
    status: "FAILED",
    executionArn:
      fault === undefined
        ? executionArn(cloud.stateMachineArn, executionName(photo, 1))
        : noExecution,
    errReason: fault ?? "its event was lost",
  };
  if (!(await firstRows.put(row, seen))) {
    // An event came after all, or another repair did: its answer is the photo's.
    const changed = await rows.read(imageID);
    return changed === undefined
      ? { refused: "its row was deleted", row: changed }
      : { move: "waiting", row: changed };
  }
  if (fault !== undefined) return { refused: fault, row };
  return retryPhoto(imageID, ports);
}

/** The arrival as the version's own event would have told it, but for the sequencer. */
function arrivalOf(
  bucket: string,
  { key, versionId, lastModified }: MissingFinding["object"],
  sequencer: string,
) {
  const [arrival] = s3Arrivals.parse({
    Records: [
      {
        eventName: "ObjectCreated:Put",
        eventTime: lastModified.toISOString(),
        s3: {
          bucket: { name: bucket },
          object: { key: encodeURIComponent(key), versionId, sequencer },
        },
      },
    ],
  });
  if (arrival === undefined) throw new Error(`no arrival of ${key}`);
  return arrival;
}

const sequencerDigits = 32;

function nextSequencer(sequencer: string | undefined): string {
  const next = BigInt(`0x${sequencer ?? "0"}`) + 1n;
  return next.toString(16).toUpperCase().padStart(sequencerDigits, "0");
}
