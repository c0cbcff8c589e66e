import type { Readable } from "node:stream";
import { receiveBody } from "./blobs/receive-body.ts";
import { maximumUploadBytes } from "./body-length.ts";
import { defaultChecksumAlgorithm } from "./checksum.ts";
import { checkWriteCondition, readWriteCondition, type WriteCondition } from "./conditions.ts";
import { readDeclaredChecksums, verifyChecksums } from "./declared-checksums.ts";
import { discardUnused } from "./discard-unused.ts";
import type { EventName } from "./notifications/bucket-notification.ts";
import { checkWriteHeaders, readObjectAttributes } from "./object-attributes.ts";
import type { ObjectCall, S3Parts } from "./operation.ts";
import { authorizeObject } from "./permissions.ts";
import { entityTooSmall } from "./s3-error.ts";
import type { Bucket } from "./store/bucket-store.ts";
import type { ObjectVersion } from "./store/version-store.ts";
import type { Tag } from "./tags.ts";
import { writeVersion } from "./write-version.ts";

/** The bytes of an object on their way in. */
export interface ObjectUpload {
  readonly body: Readable;
  /** Complete when the body has ended. */
  readonly trailers: ReadonlyMap<string, string>;
  /** undefined when it is seen only at the end. */
  readonly size: number | undefined;
  readonly minimumSize?: number;
  readonly maximumSize?: number;
  readonly tags: readonly Tag[];
  readonly event: EventName;
}

/** Makes an object of an upload in one piece, by the headers of the call. */
export async function uploadObject(
  call: ObjectCall,
  parts: S3Parts,
  upload: ObjectUpload,
): Promise<{ bucket: Bucket; version: ObjectVersion }> {
  const { headers, key, request } = call;
  checkWriteHeaders(headers);
  const attributes = readObjectAttributes(headers);
  const declared = readDeclaredChecksums(headers);
  const condition = readWriteCondition(headers);
  authorizeObject(call, "s3:PutObject");
  if (upload.tags.length > 0) authorizeObject(call, "s3:PutObjectTagging");
  // The body of a request that can't succeed need not be taken in.
  checkNow(call, parts, condition);

  const algorithm = declared.algorithm ?? defaultChecksumAlgorithm;
  const received = await receiveBody(upload.body, parts.blobs, {
    algorithms: [algorithm],
    size: upload.size,
    maximumSize: Math.min(upload.maximumSize ?? maximumUploadBytes, maximumUploadBytes),
    alwaysBlob: false,
  });
  return discardUnused(parts.blobs, received.stored, async () => {
    const { size, stored } = received;
    if (size < (upload.minimumSize ?? 0)) throw entityTooSmall(size, upload.minimumSize ?? 0);
    verifyChecksums(declared, upload.trailers, received);
    return parts.write((effects) =>
      writeVersion(parts, effects, {
        bucketName: call.bucket.name,
        version: {
          key,
          size,
          etag: received.md5.toString("hex"),
          checksum: {
            algorithm,
            type: "FULL_OBJECT",
            value: received.digests(algorithm).toString("base64"),
          },
          body: stored,
          attributes,
          tags: upload.tags,
        },
        condition,
        event: upload.event,
        request,
      }),
    );
  });
}

/** To compare with an object takes the permission to read it. */
function checkNow(call: ObjectCall, { store }: S3Parts, condition: WriteCondition | undefined) {
  if (condition === undefined) return;
  if (condition.kind === "unchanged") authorizeObject(call, "s3:GetObject");
  const newest = store.versions.newest(call.bucket.id, call.key);
  checkWriteCondition(condition, call.key, newest?.deleteMarker ? undefined : newest);
}
