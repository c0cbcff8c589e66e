import { lineOf } from "../failure.ts";
import type { PhotoBoard } from "../photo-board.ts";
import { isOutage, isRefusal } from "../service-error.ts";
import type { PhotoStore } from "./photo-store.ts";

/** Disk and network are waited for, not computed with: a few at a time keep both busy. */
const uploadsAtOnce = 6;

/**
 * Uploads all photos of the board. One that can't be read, or that the service doesn't take, is LOST.
 * @throws what would happen to every other one too: nobody answers, or the caller is refused
 */
export async function uploadPhotos(
  board: PhotoBoard,
  store: PhotoStore,
  signal: AbortSignal,
): Promise<void> {
  const queue = board.photos.values();
  const uploadInTurn = async (): Promise<void> => {
    for (const photo of queue) {
      if (signal.aborted) return;
      const { key, path, metadata } = photo.upload;
      try {
        const { versionId, bytes } = await store.put(key, path, signal, metadata);
        board.uploaded(photo, versionId, bytes);
      } catch (error) {
        if (signal.aborted) return;
        if (isOutage(error) || isRefusal(error)) throw error;
        board.end(photo, "LOST", `not uploaded: ${lineOf(error)}`);
      }
    }
  };
  await Promise.all(Array.from({ length: uploadsAtOnce }, uploadInTurn));
}
