import type { Authorize } from "../service.ts";
import { isVersionId } from "./opaque-id.ts";
import { authorizeToMiss } from "./permissions.ts";
import { invalidArgument, methodNotAllowed, noSuchKey, noSuchVersion } from "./s3-error.ts";
import type { Bucket } from "./store/bucket-store.ts";
import type { S3Store } from "./store/s3-store.ts";
import type { ObjectVersion } from "./store/version-store.ts";

export interface WantedVersion {
  readonly bucket: Bucket;
  readonly key: string;
  /** undefined: the current one. */
  readonly versionId: string | undefined;
}

/** Reads `versionId` of a query; one that can't be any is refused, as S3 knows its own. */
export function readVersionId(query: URLSearchParams): string | undefined {
  const versionId = query.get("versionId");
  if (versionId === null) return undefined;
  if (versionId === "") {
    throw invalidArgument("Version id cannot be the empty string", "versionId", "");
  }
  if (isVersionId(versionId)) return versionId;
  throw invalidArgument("Invalid version id specified", "versionId", versionId);
}

/**
 * Finds the object that a read is about.
 * @throws S3Error as S3 answers when there is none, when it has been deleted, or when the version is a delete marker
 */
export function findVersion(
  store: S3Store,
  wanted: WantedVersion,
  authorize: Authorize,
  method: string,
): ObjectVersion {
  const { bucket, key, versionId } = wanted;
  if (versionId === undefined) {
    const version = store.versions.newest(bucket.id, key);
    if (version !== undefined && !version.deleteMarker) return version;
    authorizeToMiss(authorize, bucket, key);
    throw noSuchKey(key, version === undefined ? {} : markerHeaders(version));
  }
  const version = store.versions.find(bucket.id, key, versionId);
  if (version === undefined) {
    if (store.versions.newest(bucket.id, key) === undefined)
      authorizeToMiss(authorize, bucket, key);
    throw noSuchVersion(key, versionId);
  }
  if (version.deleteMarker) throw isDeleteMarker(version, method);
  return version;
}

export const isDeleteMarker = (version: ObjectVersion, method: string): Error =>
  methodNotAllowed(method, "DeleteMarker", {
    allow: "DELETE",
    "last-modified": new Date(version.modified).toUTCString(),
    ...markerHeaders(version),
  });

const markerHeaders = (version: ObjectVersion): Record<string, string> => ({
  "x-amz-delete-marker": "true",
  "x-amz-version-id": version.versionId,
});
