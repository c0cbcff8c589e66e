import type { ServiceRequest } from "../service.ts";
import { checkWriteCondition, type WriteCondition } from "./conditions.ts";
import { announce } from "./notifications/announce.ts";
import type { EventName } from "./notifications/bucket-notification.ts";
import { nullVersionId } from "./opaque-id.ts";
import type { Effects, S3Parts } from "./operation.ts";
import { noSuchBucket } from "./s3-error.ts";
import type { Bucket } from "./store/bucket-store.ts";
import type { NewVersion, ObjectVersion } from "./store/version-store.ts";

export interface VersionWrite {
  readonly bucketName: string;
  readonly version: Omit<NewVersion, "modified">;
  readonly condition: WriteCondition | undefined;
  readonly event: EventName;
  readonly request: ServiceRequest;
}

/**
 * Writes an object as the newest version of its key, with the events that tell of it; runs in a transaction.
 * The bucket is looked up again: it may have changed, or gone, while the body was coming in.
 */
export function writeVersion(
  parts: S3Parts,
  effects: Effects,
  write: VersionWrite,
): { bucket: Bucket; version: ObjectVersion } {
  const { store, clock } = parts;
  const { key } = write.version;
  const bucket = store.buckets.find(write.bucketName);
  if (bucket === undefined) throw noSuchBucket(write.bucketName);
  const newest = store.versions.newest(bucket.id, key);
  checkWriteCondition(write.condition, key, newest?.deleteMarker ? undefined : newest);
  discardNullVersion(parts, effects, bucket, key, newest);
  const version = store.versions.insert(bucket, { ...write.version, modified: clock.now() });
  store.uploads.overtake(bucket.id, key);
  announce(parts, effects, bucket, {
    ...eventOrigin(write.request, version.modified),
    name: write.event,
    key,
    sequence: version.sequence,
    content: { size: version.size, etag: version.etag },
    ...eventVersion(version.versionId),
  });
  return { bucket, version };
}

/** Without versions being kept, what is written takes the place of the version called "null". */
export function discardNullVersion(
  { store }: S3Parts,
  effects: Effects,
  bucket: Bucket,
  key: string,
  newest: ObjectVersion | undefined,
): void {
  if (bucket.versioning === "Enabled" || newest === undefined) return;
  const replaced =
    newest.versionId === nullVersionId
      ? newest
      : store.versions.find(bucket.id, key, nullVersionId);
  if (replaced !== undefined) effects.discarded.push(...store.versions.remove(replaced));
}

export const eventOrigin = (request: ServiceRequest, timeMs: number) => ({
  timeMs,
  requestId: request.requestId,
  caller: request.caller,
});

export const eventVersion = (versionId: string) =>
  versionId === nullVersionId ? {} : { versionId };
