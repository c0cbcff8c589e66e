import type { ImageItem } from "@darkroom/workflow";
import { lineOf } from "./failure.ts";
import { invocation } from "./invocation.ts";
import { PhotoBoard, type PhotoResult } from "./photo-board.ts";
import { isOutage, isRefusal, mayPass } from "./service-error.ts";
import type { PhotoStore } from "./upload/photo-store.ts";
import type { PlannedUpload } from "./upload/plan-uploads.ts";
import { uploadPhotos } from "./upload/upload-photos.ts";
import { Stalled } from "./watch/stalled.ts";
import type { Progress } from "./watch/tally.ts";
import { type WatchPorts, watchPhotos } from "./watch/watch-photos.ts";

export interface ProcessPorts extends WatchPorts {
  readonly bucket: string;
  readonly store: PhotoStore;
  /** Shows how far things are, as often as it likes, until what it returns is called. */
  showProgress(read: () => Progress): () => void;
  /** Gives up at once: photos without an answer are LOST. */
  readonly signal: AbortSignal;
}

/**
 * Uploads photos and waits until each has its answer: the row of the version that was uploaded, or of a
 * newer one of the same key, has come to an end or waits for a person.
 * @returns one result for each upload, in their order. What becomes of a photo never throws: one that
 * can't be uploaded, or that no answer comes for, is LOST, with what to do about it.
 */
export async function processPhotos(
  uploads: readonly PlannedUpload[],
  ports: ProcessPorts,
): Promise<PhotoResult[]> {
  const board = new PhotoBoard(uploads, ports.bucket);
  const gaveUp = new AbortController();
  const signal = AbortSignal.any([ports.signal, gaveUp.signal]);

  let fault: unknown;
  const giveUp = (error: unknown) => {
    if (!signal.aborted) fault = error;
    gaveUp.abort();
  };
  const hideProgress = ports.showProgress(() => board.progress);
  await Promise.all([
    uploadPhotos(board, ports.store, signal).catch(giveUp),
    watchPhotos(board, ports, signal).catch(giveUp),
  ]);
  hideProgress();

  if (fault !== undefined && !(fault instanceof Stalled) && !isRefusal(fault) && !mayPass(fault)) {
    throw fault;
  }
  for (const photo of board.photos) {
    if (photo.result === undefined) board.end(photo, "LOST", lostReason(fault, photo.row));
  }
  return board.photos.flatMap(({ result }) => result ?? []);
}

function lostReason(fault: unknown, row: ImageItem | undefined): string {
  if (fault === undefined) return "interrupted before its answer came";
  if (fault instanceof Stalled) {
    return row === undefined
      ? `nothing took it up, ${fault.message}: run the same command again`
      : `${fault.message}; what holds it up: \`${invocation.darkroom} executions show ${row.imageID}\``;
  }
  const line = lineOf(fault);
  return isOutage(fault)
    ? `the cloud doesn't answer any more (${line}): start it and run the same command again`
    : `the cloud refuses (${line})`;
}
