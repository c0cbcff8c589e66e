import { z } from "zod";
import { checksumAlgorithms, checksumElement, checksumHeader, parseDigest } from "../checksum.ts";
import { bareEtag, readWriteCondition } from "../conditions.ts";
import { findUpload } from "../find-upload.ts";
import { assembleParts, type RequestedPart } from "../multipart/assemble-parts.ts";
import { objectChecksum, verifyObjectChecksum } from "../multipart/object-checksum.ts";
import { checksumElements, encryptionHeaders, quoted, versionHeader } from "../object-headers.ts";
import type { ObjectCall, Operation, S3Parts } from "../operation.ts";
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
    if (findCompleted(call, parts) === undefined) findUpload(call, parts);
    const { Part } = await readDocument(call, "CompleteMultipartUpload", document, {
      ignoresChecksum: true,
    });
    const requested = Part.map(readPart);
    const answer = await parts.write((effects) => {
      const completed = findCompleted(call, parts);
      if (completed?.parts === partsText(requested)) return answerSchema.parse(completed.answer);
      const upload = findUpload(call, parts);
      const assembled = assembleParts(parts.store.uploads, upload, requested);
      checkObjectSize(headers.get("x-amz-mp-object-size"), assembled.size);
      verifyObjectChecksum(headers, upload, assembled);
      const { bucket, version } = writeVersion(parts, effects, {
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
      const told: Answer = {
        elements: { ETag: quoted(version.etag), ...checksumElements(version.checksum) },
        headers: bucket.versioning === "Enabled" ? versionHeader(bucket, version.versionId) : {},
      };
      parts.store.uploads.complete(
        upload,
        { parts: partsText(requested), answer: JSON.stringify(told) },
        version.modified,
      );
      return told;
    });
    return xmlResponse(
      "CompleteMultipartUploadResult",
      {
        Location: `http://${request.headers.host}/${call.bucket.name}/${encodeURIComponent(key)}`,
        Bucket: call.bucket.name,
        Key: key,
        ...answer.elements,
      },
      { ...encryptionHeaders, ...answer.headers },
    );
  },
};

const texts = z.record(z.string(), z.string());
const answerSchema = z
  .string()
  .transform((text): unknown => JSON.parse(text))
  .pipe(z.strictObject({ elements: texts, headers: texts }));
type Answer = z.infer<typeof answerSchema>;

/** The end of an upload may be asked for again, by somebody who lost the answer: it is the same. */
const findCompleted = ({ bucket, key, query }: ObjectCall, { store }: S3Parts) =>
  store.uploads.findCompleted(bucket.id, key, query.get("uploadId") ?? "");

const partsText = (requested: readonly RequestedPart[]): string =>
  requested.map(({ number, etag }) => `${number} ${bareEtag(etag)}`).join("\n");

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
