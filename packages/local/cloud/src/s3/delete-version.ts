import type { ServiceRequest } from "../service.ts";
import { checkWriteCondition, type WriteCondition } from "./conditions.ts";
import { announce } from "./notifications/announce.ts";
import type { Effects, S3Parts } from "./operation.ts";
import { noSuchBucket } from "./s3-error.ts";
import type { Bucket } from "./store/bucket-store.ts";
import type { ObjectVersion } from "./store/version-store.ts";
import { discardNullVersion, eventOrigin, eventVersion } from "./write-version.ts";

export interface Deletion {
  readonly bucketName: string;
  readonly key: string;
  /** undefined: the current object. */
  readonly versionId: string | undefined;
  /** Held against the current object. */
  readonly condition: { readonly etag: string } | undefined;
  readonly request: ServiceRequest;
}

export interface DeletionResult {
  /** The version that was deleted, or the delete marker that was made; buckets without versions have none. */
  readonly versionId?: string;
  /** A delete marker was made, or deleted. */
  readonly deleteMarker: boolean;
}

/** Deletes what DeleteObject is asked to, with the events that tell of it; runs in a transaction. What is not there is deleted. */
export function deleteVersion(
  parts: S3Parts,
  effects: Effects,
  deletion: Deletion,
): DeletionResult {
  const { store } = parts;
  const { key, versionId } = deletion;
  const bucket = store.buckets.find(deletion.bucketName);
  if (bucket === undefined) throw noSuchBucket(deletion.bucketName);
  const newest = store.versions.newest(bucket.id, key);
  checkDeleteCondition(deletion, newest);
  if (versionId !== undefined) {
    const version = store.versions.find(bucket.id, key, versionId);
    if (version !== undefined) removeForGood(parts, effects, deletion, bucket, version);
    return {
      ...(bucket.versioning === "" ? {} : { versionId }),
      deleteMarker: version?.deleteMarker ?? false,
    };
  }
  if (bucket.versioning === "") {
    if (newest !== undefined) removeForGood(parts, effects, deletion, bucket, newest);
    return { deleteMarker: false };
  }
  const marker = writeDeleteMarker(parts, effects, deletion, bucket, newest);
  return { versionId: marker.versionId, deleteMarker: true };
}

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-deletes.html: `*` is any object. */
function checkDeleteCondition(deletion: Deletion, newest: ObjectVersion | undefined): void {
  if (deletion.condition === undefined) return;
  const current = newest?.deleteMarker ? undefined : newest;
  const { etag } = deletion.condition;
  const condition: WriteCondition = {
    kind: "unchanged",
    etag: etag === "*" && current !== undefined ? current.etag : etag,
  };
  checkWriteCondition(condition, deletion.key, current);
}

function removeForGood(
  parts: S3Parts,
  effects: Effects,
  { key, request }: Deletion,
  bucket: Bucket,
  version: ObjectVersion,
): void {
  const { store, clock } = parts;
  effects.discarded.push(...store.versions.remove(version));
  store.uploads.overtake(bucket.id, key);
  announce(parts, effects, bucket, {
    ...eventOrigin(request, clock.now()),
    name: "ObjectRemoved:Delete",
    key,
    sequence: store.versions.nextSequence(),
    ...eventVersion(version.versionId),
  });
}

function writeDeleteMarker(
  parts: S3Parts,
  effects: Effects,
  { key, request }: Deletion,
  bucket: Bucket,
  newest: ObjectVersion | undefined,
): ObjectVersion {
  const { store, clock } = parts;
  discardNullVersion(parts, effects, bucket, key, newest);
  const marker = store.versions.insertDeleteMarker(bucket, key, clock.now());
  store.uploads.overtake(bucket.id, key);
  announce(parts, effects, bucket, {
    ...eventOrigin(request, marker.modified),
    name: "ObjectRemoved:DeleteMarkerCreated",
    key,
    sequence: marker.sequence,
    // A delete marker is told like an empty object: this is the MD5 of nothing.
    content: { etag: "d41d8cd98f00b204e9800998ecf8427e" },
    ...eventVersion(marker.versionId),
  });
  return marker;
}
