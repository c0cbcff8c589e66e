import { readCopySource } from "../address.ts";
import { receiveBody } from "../blobs/receive-body.ts";
import { maximumUploadBytes } from "../body-length.ts";
import type { ByteRange } from "../byte-range.ts";
import { checksumElement, defaultChecksumAlgorithm } from "../checksum.ts";
import { copyConditionHeaders } from "../conditions.ts";
import { findCopySource } from "../copy-source.ts";
import { discardUnused } from "../discard-unused.ts";
import { findUpload, readPartNumber } from "../find-upload.ts";
import { encryptionHeaders, isoSeconds, quoted } from "../object-headers.ts";
import type { ObjectCall, Operation } from "../operation.ts";
import { authorizeObject } from "../permissions.ts";
import { invalidArgument, invalidRequest } from "../s3-error.ts";
import { xmlResponse } from "../xml-response.ts";
import { readVersion } from "./get-object.ts";
import { putPart, receivedPart } from "./upload-part.ts";

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_UploadPartCopy.html */
export const uploadPartCopy: Operation<ObjectCall> = {
  name: "UploadPartCopy",
  query: ["uploadId", "partNumber"],
  headers: [
    "x-amz-copy-source",
    "x-amz-copy-source-range",
    ...copyConditionHeaders,
    "x-amz-source-expected-bucket-owner",
  ],
  async run(call, parts) {
    const { headers, query } = call;
    const number = readPartNumber(query);
    const wanted = readCopySource(headers.get("x-amz-copy-source") ?? "");
    authorizeObject(call, "s3:PutObject");
    const upload = findUpload(call, parts);
    const { bucket: sourceBucket, version: source } = findCopySource(call, parts, wanted);
    const range = readSourceRange(headers.get("x-amz-copy-source-range"), source.size);
    const algorithm = upload.checksum?.algorithm ?? defaultChecksumAlgorithm;
    const bytes = readVersion(parts, source, range);
    const received = await receiveBody(bytes instanceof Uint8Array ? [bytes] : bytes, parts.blobs, {
      algorithms: [algorithm],
      size: range.length,
      maximumSize: maximumUploadBytes,
      alwaysBlob: true,
    });
    const part = {
      ...receivedPart(received, algorithm),
      number,
      modified: parts.clock.now(),
      given: undefined,
    };
    await discardUnused(parts.blobs, received.stored, () => putPart(call, parts, part));
    return xmlResponse(
      "CopyPartResult",
      {
        LastModified: isoSeconds(part.modified),
        ETag: quoted(part.etag),
        ...(upload.checksum === undefined ? {} : { [checksumElement(algorithm)]: part.checksum }),
      },
      {
        ...encryptionHeaders,
        ...(sourceBucket.versioning === ""
          ? {}
          : { "x-amz-copy-source-version-id": source.versionId }),
      },
    );
  },
};

/** Unlike a read's, this range must be `first-last` and lie in the object. */
function readSourceRange(text: string | undefined, size: number): ByteRange {
  if (text === undefined) return { start: 0, length: size };
  const [, first, last] = /^bytes=(\d+)-(\d+)$/.exec(text) ?? [];
  const start = Number(first);
  const end = Number(last);
  if (first === undefined || end < start) {
    throw invalidArgument(
      "The x-amz-copy-source-range value must be of the form bytes=first-last where first and last are the zero-based offsets of the first and last bytes to copy",
      "x-amz-copy-source-range",
      text,
    );
  }
  if (start >= size) {
    throw invalidRequest("The specified copy range is invalid for the source object size");
  }
  if (end >= size) {
    throw invalidArgument(
      `Range specified is not valid for source object of size: ${size}`,
      "x-amz-copy-source-range",
      text,
    );
  }
  return { start, length: end - start + 1 };
}
