import { z } from "zod";
import { checksumAlgorithms, checksumElement, checksumHeader, parseDigest } from "../checksum.ts";
import { readWriteCondition } from "../conditions.ts";
import { findUpload } from "../find-upload.ts";
import { assembleParts, type RequestedPart } from "../multipart/assemble-parts.ts";
import { objectChecksum, verifyObjectChecksum } from "../multipart/object-checksum.ts";
import { checksumElements, encryptionHeaders, quoted, versionHeader } from "../object-headers.ts";
import type { ObjectCall, Operation } from "../operation.ts";
import { authorizeObject } from "../permissions.ts";
import { readDocument } from "../read-document.ts";
import { invalidArgument, invalidRequest, S3Error } from "../s3-error.ts";
import { writeVersion } from "../write-version.ts";
import { oneOrMany } from "../xml.ts";
import { xmlResponse } from "../xml-response.ts";

const checksumFields = Object.fromEntries(
  checksumAlgorithms.map((algorithm) => [checksumElement(algorithm), z.string().optional()]),
);

const document = z.strictObject({
  Part: oneOrMany(
    z.strictObject({
      PartNumber: z
        .string()
        .regex(/^\d{1,5}$/)
        .transform(Number),
      ETag: z.string(),
      ...checksumFields,
    }),
  ),
});

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_CompleteMultipartUpload.html */
export const completeMultipartUpload: Operation<ObjectCall> = {
  name: "CompleteMultipartUpload",
  query: ["uploadId"],
  headers: [
    ...checksumAlgorithms.map(checksumHeader),
    "x-amz-checksum-type",
    "x-amz-mp-object-size",
  ],
  async run(call, parts) {
    const { headers, key, request } = call;
    const condition = readWriteCondition(headers);
    authorizeObject(call, "s3:PutObject");
    if (condition?.kind === "unchanged") authorizeObject(call, "s3:GetObject");
    findUpload(call, parts);
    const { Part } = await readDocument(call, "CompleteMultipartUpload", document, {
      ignoresChecksum: true,
    });
    const requested = Part.map(readPart);
    const { bucket, version } = await parts.write((effects) => {
      const upload = findUpload(call, parts);
      const assembled = assembleParts(parts.store.uploads, upload, requested);
      checkObjectSize(headers.get("x-amz-mp-object-size"), assembled.size);
      verifyObjectChecksum(headers, upload, assembled);
      const written = writeVersion(parts, effects, {
        bucketName: call.bucket.name,
        version: {
          key,
          size: assembled.size,
          etag: assembled.etag,
          checksum: objectChecksum(upload, assembled.parts),
          body: { kind: "parts", parts: assembled.parts },
          attributes: upload.attributes,
          tags: upload.tags,
        },
        condition,
        event: "ObjectCreated:CompleteMultipartUpload",
        request,
      });
      if (condition !== undefined && upload.overtaken) throw overtaken(key, condition.kind);
      const kept = new Set(assembled.parts.flatMap(({ blob }) => blob ?? []));
      effects.discarded.push(...parts.store.uploads.remove(upload, kept));
      return written;
    });
    return xmlResponse(
      "CompleteMultipartUploadResult",
      {
        Location: `http://${request.headers.host}/${bucket.name}/${encodeURIComponent(key)}`,
        Bucket: bucket.name,
        Key: key,
        ETag: quoted(version.etag),
        ...checksumElements(version.checksum),
      },
      {
        ...encryptionHeaders,
        ...(bucket.versioning === "Enabled" ? versionHeader(bucket, version.versionId) : {}),
      },
    );
  },
};

function readPart(part: z.infer<typeof document>["Part"][number]): RequestedPart {
  const { PartNumber: number, ETag: etag } = part;
  const given = checksumAlgorithms.flatMap((algorithm) => {
    const value: unknown = part[checksumElement(algorithm) as keyof typeof part];
    return typeof value === "string" ? [{ algorithm, value }] : [];
  });
  const [checksum] = given;
  if (checksum === undefined) return { number, etag };
  if (given.length > 1 || parseDigest(checksum.value, checksum.algorithm) === undefined) {
    throw invalidArgument(
      "Invalid Base64 or multiple checksums present in request",
      "Checksum",
      given.map(({ algorithm, value }) => `${algorithm}:${value};`).join(""),
    );
  }
  return { number, etag, checksum };
}

function checkObjectSize(declared: string | undefined, size: number): void {
  if (declared === undefined || declared === String(size)) return;
  throw invalidRequest(
    "The provided 'x-amz-mp-object-size' header does not match what was computed",
  );
}

/** Between the beginning of the upload and its end somebody else wrote the key: the condition can't be held over that time. */
const overtaken = (key: string, kind: "free" | "unchanged"): S3Error =>
  new S3Error(
    "ConditionalRequestConflict",
    "The conditional request cannot succeed due to a conflicting operation against this resource.",
    {
      status: 409,
      fields: { Condition: kind === "free" ? "If-None-Match" : "If-Match", Key: key },
    },
  );
