import { AwsError } from "../aws-error.ts";
import { isUnwritten } from "../store/database.ts";
import type { BlobStore } from "./blobs/blob-store.ts";
import type { StoredBody } from "./store/version-store.ts";

/**
 * Does what makes a body that was taken in part of an object, and removes it when that is refused, or finds no space.
 * After another fault of the database it stays: whether the transaction is on disk is then not known, and the sweep at the
 * next start finds out.
 */
export async function discardUnused<T>(
  blobs: BlobStore,
  stored: StoredBody,
  use: () => Promise<T>,
): Promise<T> {
  try {
    return await use();
  } catch (error) {
    const isRefused = error instanceof AwsError || isUnwritten(error);
    if (stored.kind === "blob" && isRefused) blobs.remove([stored.name]);
    throw error;
  }
}
