import { readCopySource } from "../address.ts";
import { receiveBody } from "../blobs/receive-body.ts";
import { maximumUploadBytes } from "../body-length.ts";
import type { ChecksumAlgorithm } from "../checksum.ts";
import { copyConditionHeaders, readWriteCondition } from "../conditions.ts";
import { findCopySource } from "../copy-source.ts";
import { discardUnused } from "../discard-unused.ts";
import {
  checkWriteHeaders,
  readDirective,
  readObjectAttributes,
  writeHeaders,
} from "../object-attributes.ts";
import {
  checksumElements,
  encryptionHeaders,
  isoSeconds,
  quoted,
  versionHeader,
} from "../object-headers.ts";
import type { ObjectCall, Operation, S3Parts } from "../operation.ts";
import { authorizeKey, authorizeObject } from "../permissions.ts";
import { readChecksumAlgorithm } from "../read-checksum-algorithm.ts";
import { invalidRequest } from "../s3-error.ts";
import type { NewVersion, ObjectVersion, StoredBody } from "../store/version-store.ts";
import { parseTagHeader, type Tag } from "../tags.ts";
import { writeVersion } from "../write-version.ts";
import { xmlResponse } from "../xml-response.ts";
import { readVersion } from "./get-object.ts";

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_CopyObject.html */
export const copyObject: Operation<ObjectCall> = {
  name: "CopyObject",
  headers: [
    ...writeHeaders,
    "x-amz-copy-source",
    ...copyConditionHeaders,
    "x-amz-metadata-directive",
    "x-amz-tagging-directive",
    "x-amz-checksum-algorithm",
    "x-amz-source-expected-bucket-owner",
  ],
  async run(call, parts) {
    const { headers, key, request } = call;
    checkWriteHeaders(headers);
    const wanted = readCopySource(headers.get("x-amz-copy-source") ?? "");
    const metadataDirective = readDirective(headers, "x-amz-metadata-directive");
    const taggingDirective = readDirective(headers, "x-amz-tagging-directive");
    const algorithm = readChecksumAlgorithm(headers);
    const condition = readWriteCondition(headers);
    const replacedAttributes = readObjectAttributes(headers);
    const replacedTags = parseTagHeader(headers.get("x-amz-tagging"));
    authorizeObject(call, "s3:PutObject");
    if (condition?.kind === "unchanged") authorizeObject(call, "s3:GetObject");
    const { bucket: sourceBucket, version: source } = findCopySource(call, parts, wanted);
    checkIsChange(call, wanted, metadataDirective);
    if (source.size > maximumUploadBytes) {
      throw invalidRequest(
        `The specified copy source is larger than the maximum allowable size for a copy source: ${maximumUploadBytes}`,
      );
    }
    let tags: readonly Tag[] = replacedTags;
    if (taggingDirective === "COPY") {
      tags = source.tags;
      if (tags.length > 0) {
        const action = wanted.versionId ? "s3:GetObjectVersionTagging" : "s3:GetObjectTagging";
        authorizeKey(request.authorize, sourceBucket, wanted.key, action);
      }
    }
    if (tags.length > 0) authorizeObject(call, "s3:PutObjectTagging");

    const copy = await copyBody(parts, source, algorithm);
    const { bucket, version } = await discardUnused(parts.blobs, copy.body, () =>
      parts.write((effects) =>
        writeVersion(parts, effects, {
          bucketName: call.bucket.name,
          version: {
            ...copy,
            key,
            attributes: metadataDirective === "COPY" ? source.attributes : replacedAttributes,
            tags,
          },
          condition,
          event: "ObjectCreated:Copy",
          request,
        }),
      ),
    );
    return xmlResponse(
      "CopyObjectResult",
      {
        LastModified: isoSeconds(version.modified),
        ETag: quoted(version.etag),
        ...checksumElements(version.checksum),
      },
      {
        ...encryptionHeaders,
        ...(bucket.versioning === "Enabled" ? versionHeader(bucket, version.versionId) : {}),
        ...(sourceBucket.versioning === ""
          ? {}
          : { "x-amz-copy-source-version-id": source.versionId }),
      },
    );
  },
};

/** An object that is copied onto itself must become another one by that, or be an old version that comes back. */
function checkIsChange(
  call: ObjectCall,
  source: { bucket: string; key: string; versionId?: string },
  metadataDirective: "COPY" | "REPLACE",
): void {
  if (source.bucket !== call.bucket.name || source.key !== call.key) return;
  if (metadataDirective === "REPLACE" || source.versionId !== undefined) return;
  throw invalidRequest(
    "This copy request is illegal because it is trying to copy an object to itself without changing the object's metadata, storage class, website redirect location or encryption attributes.",
  );
}

type CopiedBody = Pick<NewVersion, "size" | "etag" | "checksum"> & { readonly body: StoredBody };

/**
 * A copy is uploaded in one piece, whatever its source was. Where that changes neither the ETag nor the checksum, its
 * file becomes a second name for the same bytes; else they are read once through.
 */
async function copyBody(
  parts: S3Parts,
  source: ObjectVersion,
  algorithm: ChecksumAlgorithm | undefined,
): Promise<CopiedBody> {
  const { store, blobs } = parts;
  const { size, etag, checksum } = source;
  if (checksum === undefined) throw new Error("only delete markers have no checksum");
  const wanted = algorithm ?? checksum.algorithm;
  if (source.partCount === undefined && wanted === checksum.algorithm) {
    if (source.blob !== undefined) {
      const name = await blobs.duplicate(source.blob);
      return { size, etag, checksum, body: { kind: "blob", name } };
    }
    const body: StoredBody =
      size === 0 ? { kind: "empty" } : { kind: "small", data: store.versions.smallBody(source) };
    return { size, etag, checksum, body };
  }
  const bytes = readVersion(parts, source, { start: 0, length: size });
  const received = await receiveBody(bytes instanceof Uint8Array ? [bytes] : bytes, blobs, {
    algorithms: [wanted],
    size,
    maximumSize: maximumUploadBytes,
    alwaysBlob: false,
  });
  return {
    size,
    etag: received.md5.toString("hex"),
    checksum: {
      algorithm: wanted,
      type: "FULL_OBJECT",
      value: received.digests(wanted).toString("base64"),
    },
    body: received.stored,
  };
}
