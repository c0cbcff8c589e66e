import { type ReceivedBody, receiveBody } from "../blobs/receive-body.ts";
import { maximumUploadBytes, readBodyLength } from "../body-length.ts";
import { type ChecksumAlgorithm, checksumHeader, defaultChecksumAlgorithm } from "../checksum.ts";
import {
  type DeclaredChecksums,
  readDeclaredChecksums,
  verifyChecksums,
} from "../declared-checksums.ts";
import { discardUnused } from "../discard-unused.ts";
import { findUpload, readPartNumber } from "../find-upload.ts";
import { encryptionHeaders, quoted } from "../object-headers.ts";
import type { ObjectCall, Operation, S3Parts } from "../operation.ts";
import { authorizeObject } from "../permissions.ts";
import { invalidRequest } from "../s3-error.ts";
import type { Upload, UploadPart } from "../store/upload-store.ts";
import { uploadChecksumHeaders } from "../upload-headers.ts";
import { emptyResponse } from "../xml-response.ts";

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_UploadPart.html */
export const uploadPart: Operation<ObjectCall> = {
  name: "UploadPart",
  query: ["uploadId", "partNumber"],
  headers: uploadChecksumHeaders,
  async run(call, parts) {
    const { headers, query, request } = call;
    const number = readPartNumber(query);
    const declared = readDeclaredChecksums(headers);
    const size = readBodyLength(call);
    authorizeObject(call, "s3:PutObject");
    const upload = findUpload(call, parts);
    checkAlgorithm(upload, declared);
    const computed = upload.checksum?.algorithm ?? defaultChecksumAlgorithm;
    const algorithms = new Set([computed, declared.algorithm ?? computed]);
    const received = await receiveBody(request.body, parts.blobs, {
      algorithms: [...algorithms],
      size,
      maximumSize: maximumUploadBytes,
      alwaysBlob: true,
    });
    await discardUnused(parts.blobs, received.stored, async () => {
      verifyChecksums(declared, request.trailers, received);
      return putPart(call, parts, {
        ...receivedPart(received, computed),
        number,
        modified: parts.clock.now(),
        given: givenChecksum(upload, declared, received),
      });
    });
    const shown = declared.algorithm ?? upload.checksum?.algorithm;
    return emptyResponse(200, {
      etag: quoted(received.md5.toString("hex")),
      ...encryptionHeaders,
      ...(shown === undefined
        ? {}
        : { [checksumHeader(shown)]: received.digests(shown).toString("base64") }),
    });
  },
};

/** An upload keeps to the checksum it was begun with. Where that is made of those of the parts, each must have one. */
function checkAlgorithm(upload: Upload, declared: DeclaredChecksums): void {
  if (upload.checksum === undefined) return;
  const { algorithm, type } = upload.checksum;
  if (declared.algorithm === algorithm) return;
  if (declared.algorithm === undefined && type === "FULL_OBJECT") return;
  throw invalidRequest(
    `Checksum Type mismatch occurred, expected checksum Type: ${algorithm.toLowerCase()}, actual checksum Type: ${declared.algorithm?.toLowerCase() ?? "null"}`,
  );
}

function givenChecksum(
  upload: Upload,
  { algorithm }: DeclaredChecksums,
  received: ReceivedBody,
): UploadPart["given"] {
  if (upload.checksum !== undefined || algorithm === undefined) return undefined;
  return { algorithm, value: received.digests(algorithm).toString("base64") };
}

export function receivedPart(
  received: ReceivedBody,
  algorithm: ChecksumAlgorithm,
): Pick<UploadPart, "blob" | "size" | "etag" | "checksum"> {
  return {
    blob: received.stored.kind === "blob" ? received.stored.name : undefined,
    size: received.size,
    etag: received.md5.toString("hex"),
    checksum: received.digests(algorithm).toString("base64"),
  };
}

/** Makes a body a part of its upload, which may have ended while the body was coming in. */
export const putPart = (call: ObjectCall, parts: S3Parts, part: UploadPart): Promise<void> =>
  parts.write((effects) => {
    effects.discarded.push(...parts.store.uploads.putPart(findUpload(call, parts), part));
  });
