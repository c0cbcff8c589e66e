import { AwsError } from "../aws-error.ts";
import type { BlobStore } from "./blobs/blob-store.ts";
import type { StoredBody } from "./store/version-store.ts";

/**
 * Does what makes a body that was taken in part of an object, and removes it when that is refused.
 * After a fault of the database it stays: whether the transaction is on disk is then not known, and the sweep at the
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
    if (stored.kind === "blob" && error instanceof AwsError) blobs.remove([stored.name]);
    throw error;
  }
}
