import type { CopySource } from "./address.ts";
import { checkBucketOwner } from "./bucket-owner.ts";
import { checkCopyConditions } from "./conditions.ts";
import { findVersion } from "./find-version.ts";
import { isVersionId } from "./opaque-id.ts";
import type { ObjectCall, S3Parts } from "./operation.ts";
import { authorizeKey } from "./permissions.ts";
import { invalidArgument, invalidRequest, noSuchBucket } from "./s3-error.ts";
import type { Bucket } from "./store/bucket-store.ts";
import type { ObjectVersion } from "./store/version-store.ts";

/** Finds what a copy is made of, by the caller's permissions on the source and the conditions that the request puts on it. */
export function findCopySource(
  call: ObjectCall,
  { store, place, clock }: S3Parts,
  wanted: CopySource,
): { bucket: Bucket; version: ObjectVersion } {
  const { authorize } = call.request;
  const { key, versionId } = wanted;
  if (versionId !== undefined && !isVersionId(versionId)) {
    throw invalidArgument("Invalid version id specified", "x-amz-copy-source", versionId);
  }
  const bucket = store.buckets.find(wanted.bucket);
  if (bucket === undefined) throw noSuchBucket(wanted.bucket);
  checkBucketOwner(call.headers, "x-amz-source-expected-bucket-owner", place);
  authorizeKey(
    authorize,
    bucket,
    key,
    versionId === undefined ? "s3:GetObject" : "s3:GetObjectVersion",
  );
  if (versionId !== undefined && store.versions.find(bucket.id, key, versionId)?.deleteMarker) {
    throw invalidRequest(
      "The source of a copy request may not specifically refer to a delete marker by version id.",
    );
  }
  const version = findVersion(store, { bucket, key, versionId }, authorize, "GET");
  checkCopyConditions(call.headers, version, clock.now());
  return { bucket, version };
}
