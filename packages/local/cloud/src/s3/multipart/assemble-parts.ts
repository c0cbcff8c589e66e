import { createHash } from "node:crypto";
import type { ChecksumAlgorithm } from "../checksum.ts";
import { defaultChecksumAlgorithm } from "../checksum.ts";
import { bareEtag } from "../conditions.ts";
import { maximumPartNumber } from "../find-upload.ts";
import { entityTooSmall, invalidRequest, S3Error } from "../s3-error.ts";
import type { Upload, UploadPart, UploadStore } from "../store/upload-store.ts";

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/qfacts.html: 5 MiB, but for the last part. */
const smallestPart = 5 * 1024 * 1024;

/** A part as the caller names it at the end of an upload. */
export interface RequestedPart {
  readonly number: number;
  readonly etag: string;
  readonly checksum?: { readonly algorithm: ChecksumAlgorithm; readonly value: string };
}

export interface AssembledParts {
  readonly parts: readonly UploadPart[];
  readonly size: number;
  /** The MD5 of the parts' MD5s, and how many they are. */
  readonly etag: string;
}

/** Picks the parts that an object is made of, by the rules of S3. */
export function assembleParts(
  store: UploadStore,
  upload: Upload,
  requested: readonly RequestedPart[],
): AssembledParts {
  const uploaded = new Map(
    store.parts(upload, 0, maximumPartNumber).map((part) => [part.number, part]),
  );
  const parts: UploadPart[] = [];
  let previous = 0;
  for (const one of requested) {
    if (one.number <= previous) {
      throw new S3Error(
        "InvalidPartOrder",
        "The list of parts was not in ascending order. The parts list must be specified in order by part number.",
        { fields: { UploadId: upload.id } },
      );
    }
    previous = one.number;
    const part = uploaded.get(one.number);
    if (part === undefined || part.etag !== bareEtag(one.etag)) throw invalidPart(upload, one);
    checkPartChecksum(upload, part, one);
    parts.push(part);
  }
  for (const part of parts.slice(0, -1)) {
    if (part.size < smallestPart) {
      throw entityTooSmall(part.size, smallestPart, { PartNumber: part.number, ETag: part.etag });
    }
  }
  return {
    parts,
    size: parts.reduce((sum, part) => sum + part.size, 0),
    etag: etagOf(parts),
  };
}

function etagOf(parts: readonly UploadPart[]): string {
  const hash = createHash("md5");
  for (const part of parts) hash.update(Buffer.from(part.etag, "hex"));
  return `${hash.digest("hex")}-${parts.length}`;
}

function checkPartChecksum(upload: Upload, part: UploadPart, requested: RequestedPart): void {
  const { checksum } = requested;
  if (checksum === undefined) {
    if (upload.checksum?.type !== "COMPOSITE") return;
    throw invalidRequest(
      `The upload was created using a ${upload.checksum.algorithm.toLowerCase()} checksum. The complete request must include the checksum for each part. It was missing for part ${part.number} in the request.`,
    );
  }
  const known = [
    part.given,
    { algorithm: upload.checksum?.algorithm ?? defaultChecksumAlgorithm, value: part.checksum },
  ];
  const matches = known.some(
    (one) => one?.algorithm === checksum.algorithm && one.value === checksum.value,
  );
  if (!matches) throw invalidPart(upload, requested);
}

const invalidPart = (upload: Upload, { number, etag }: RequestedPart): S3Error =>
  new S3Error(
    "InvalidPart",
    "One or more of the specified parts could not be found.  The part may not have been uploaded, or the specified entity tag may not match the part's entity tag.",
    { fields: { UploadId: upload.id, PartNumber: number, ETag: bareEtag(etag) } },
  );
