import { ObjectNotFoundError } from "@darkroom/lambda";
import { type PhotoReference, type Quarantine, quarantineKey } from "@darkroom/workflow";
import type { VersionMover } from "./version-mover.ts";

/**
 * Moves one version of a photo to quarantine, and deletes that version at its old place: in a versioned
 * bucket a plain delete would leave it readable by its id. Run again, it goes on where it was: copying
 * twice gives the same bytes, and what was moved already is found.
 *
 * @returns where it is; without members when its owner had deleted it before
 */
export async function quarantinePhoto(
  photo: PhotoReference,
  mover: VersionMover,
): Promise<Quarantine> {
  const from = { bucket: photo.s3bucket, key: photo.s3key, versionId: photo.versionId };
  const s3key = quarantineKey(photo);
  let versionId: string | undefined;
  try {
    versionId = await mover.copy(from, s3key);
  } catch (error) {
    if (!(error instanceof ObjectNotFoundError)) throw error;
    versionId = await mover.find(photo.s3bucket, s3key);
    return versionId === undefined ? {} : { s3key, versionId };
  }
  await mover.delete(from);
  return { s3key, versionId };
}
