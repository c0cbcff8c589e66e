import { findVersion, isDeleteMarker, readVersionId } from "../find-version.ts";
import { announce } from "../notifications/announce.ts";
import { versionHeader } from "../object-headers.ts";
import type { ObjectCall, Operation, S3Parts } from "../operation.ts";
import { authorizeObject } from "../permissions.ts";
import { readDocument } from "../read-document.ts";
import type { ObjectVersion } from "../store/version-store.ts";
import { checkTags, type Tag, taggingDocument, writeTagging } from "../tags.ts";
import { uploadChecksumHeaders } from "../upload-headers.ts";
import { eventOrigin, eventVersion } from "../write-version.ts";
import { emptyResponse, xmlHeaders } from "../xml-response.ts";

const query = ["tagging", "versionId"];

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObjectTagging.html */
export const getObjectTagging: Operation<ObjectCall> = {
  name: "GetObjectTagging",
  query,
  run(call, parts) {
    const version = taggedVersion(call, parts, "Get");
    return {
      status: 200,
      headers: { ...xmlHeaders, ...versionHeader(call.bucket, version.versionId) },
      body: writeTagging(version.tags),
    };
  },
};

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObjectTagging.html */
export const putObjectTagging: Operation<ObjectCall> = {
  name: "PutObjectTagging",
  query,
  headers: uploadChecksumHeaders,
  async run(call, parts) {
    taggedVersion(call, parts, "Put");
    const { TagSet } = await readDocument(call, "Tagging", taggingDocument);
    const version = await setTags(call, parts, "Put", checkTags(TagSet));
    return emptyResponse(200, versionHeader(call.bucket, version.versionId));
  },
};

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteObjectTagging.html */
export const deleteObjectTagging: Operation<ObjectCall> = {
  name: "DeleteObjectTagging",
  query,
  async run(call, parts) {
    const version = await setTags(call, parts, "Delete", []);
    return emptyResponse(204, versionHeader(call.bucket, version.versionId));
  },
};

type Verb = "Get" | "Put" | "Delete";

const setTags = (
  call: ObjectCall,
  parts: S3Parts,
  verb: "Put" | "Delete",
  tags: readonly Tag[],
): Promise<ObjectVersion> =>
  parts.write((effects) => {
    const version = taggedVersion(call, parts, verb);
    parts.store.versions.setTags(version, tags);
    announce(parts, effects, call.bucket, {
      ...eventOrigin(call.request, parts.clock.now()),
      name: verb === "Put" ? "ObjectTagging:Put" : "ObjectTagging:Delete",
      key: call.key,
      sequence: parts.store.versions.nextSequence(),
      content: { size: version.size, etag: version.etag },
      ...eventVersion(version.versionId),
    });
    return version;
  });

function taggedVersion(call: ObjectCall, { store }: S3Parts, verb: Verb): ObjectVersion {
  const { bucket, key, request } = call;
  const versionId = readVersionId(call.query);
  authorizeObject(call, `s3:${verb}Object${versionId === undefined ? "" : "Version"}Tagging`);
  const newest = versionId === undefined ? store.versions.newest(bucket.id, key) : undefined;
  // Unlike a read, the tagging calls say of a deleted object that it is one.
  if (newest?.deleteMarker) throw isDeleteMarker(newest, request.method);
  return (
    newest ?? findVersion(store, { bucket, key, versionId }, request.authorize, request.method)
  );
}
