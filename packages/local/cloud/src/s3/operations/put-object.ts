import { receiveBody } from "../blobs/receive-body.ts";
import { maximumUploadBytes, readBodyLength } from "../body-length.ts";
import { defaultChecksumAlgorithm } from "../checksum.ts";
import { checkWriteCondition, readWriteCondition, type WriteCondition } from "../conditions.ts";
import { readDeclaredChecksums, verifyChecksums } from "../declared-checksums.ts";
import { discardUnused } from "../discard-unused.ts";
import { checkWriteHeaders, readObjectAttributes, writeHeaders } from "../object-attributes.ts";
import { checksumHeaders, encryptionHeaders, quoted, versionHeader } from "../object-headers.ts";
import type { ObjectCall, Operation, S3Parts } from "../operation.ts";
import { authorizeObject } from "../permissions.ts";
import { parseTagHeader } from "../tags.ts";
import { uploadChecksumHeaders } from "../upload-headers.ts";
import { writeVersion } from "../write-version.ts";
import { emptyResponse } from "../xml-response.ts";

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObject.html */
export const putObject: Operation<ObjectCall> = {
  name: "PutObject",
  headers: [...writeHeaders, ...uploadChecksumHeaders],
  async run(call, parts) {
    const { headers, key, request } = call;
    checkWriteHeaders(headers);
    const attributes = readObjectAttributes(headers);
    const tags = parseTagHeader(headers.get("x-amz-tagging"));
    const declared = readDeclaredChecksums(headers);
    const condition = readWriteCondition(headers);
    const size = readBodyLength(call);
    authorizeObject(call, "s3:PutObject");
    if (tags.length > 0) authorizeObject(call, "s3:PutObjectTagging");
    // The body of a request that can't succeed need not be taken in.
    checkNow(call, parts, condition);

    const algorithm = declared.algorithm ?? defaultChecksumAlgorithm;
    const received = await receiveBody(request.body, parts.blobs, {
      algorithms: [algorithm],
      size,
      maximumSize: maximumUploadBytes,
      alwaysBlob: false,
    });
    const { bucket, version } = await discardUnused(parts.blobs, received.stored, () => {
      verifyChecksums(declared, request.trailers, received);
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
            body: received.stored,
            attributes,
            tags,
          },
          condition,
          event: "ObjectCreated:Put",
          request,
        }),
      );
    });
    return emptyResponse(200, {
      etag: quoted(version.etag),
      ...encryptionHeaders,
      ...checksumHeaders(version.checksum),
      ...(bucket.versioning === "Enabled" ? versionHeader(bucket, version.versionId) : {}),
    });
  },
};

/** To compare with an object takes the permission to read it. */
function checkNow(call: ObjectCall, { store }: S3Parts, condition: WriteCondition | undefined) {
  if (condition === undefined) return;
  if (condition.kind === "unchanged") authorizeObject(call, "s3:GetObject");
  const newest = store.versions.newest(call.bucket.id, call.key);
  checkWriteCondition(condition, call.key, newest?.deleteMarker ? undefined : newest);
}
