import {
  algorithmOfHeader,
  type Checksum,
  type ChecksumAlgorithm,
  createDigest,
  defaultChecksumAlgorithm,
} from "../checksum.ts";
import { combineCrcs } from "../crc.ts";
import { readChecksumValue } from "../declared-checksums.ts";
import type { RequestHeaders } from "../request-headers.ts";
import { badDigest, invalidRequest } from "../s3-error.ts";
import type { Upload, UploadPart } from "../store/upload-store.ts";
import type { AssembledParts } from "./assemble-parts.ts";

/** The checksum of an object from those of its parts. */
export function objectChecksum(upload: Upload, parts: readonly UploadPart[]): Checksum {
  const { algorithm, type } = upload.checksum ?? {
    algorithm: defaultChecksumAlgorithm,
    type: "FULL_OBJECT",
  };
  const value =
    type === "COMPOSITE"
      ? compositeOf(
          algorithm,
          parts.map((part) => part.checksum),
        )
      : fullObjectOf(algorithm, parts);
  return { algorithm, type, value };
}

/** The checksum of the parts' checksums, and how many they are. */
function compositeOf(algorithm: ChecksumAlgorithm, checksums: readonly string[]): string {
  const digest = createDigest(algorithm);
  for (const checksum of checksums) digest.update(Buffer.from(checksum, "base64"));
  return `${digest.digest().toString("base64")}-${checksums.length}`;
}

function fullObjectOf(algorithm: ChecksumAlgorithm, parts: readonly UploadPart[]): string {
  if (algorithm === "SHA1" || algorithm === "SHA256") {
    throw new Error(`${algorithm} can't be put together from parts`);
  }
  const runs = parts.map((part) => ({
    digest: Buffer.from(part.checksum, "base64"),
    length: part.size,
  }));
  return combineCrcs(algorithm, runs).toString("base64");
}

/**
 * Holds what the caller says the whole object adds up to against what it does.
 * @throws S3Error BadDigest
 */
export function verifyObjectChecksum(
  headers: RequestHeaders,
  upload: Upload,
  { parts }: AssembledParts,
): void {
  const computed = objectChecksum(upload, parts);
  const type = headers.get("x-amz-checksum-type");
  if (type !== undefined && type !== computed.type) {
    throw invalidRequest(
      `The upload was created using the ${computed.type} checksum mode. The complete request must use the same checksum mode.`,
    );
  }
  const declared = [...headers.keys()].flatMap((header) => {
    const algorithm = algorithmOfHeader(header);
    return algorithm === undefined ? [] : [{ algorithm, text: headers.get(header) ?? "" }];
  });
  const [first] = declared;
  if (first === undefined) return;
  if (declared.length > 1) {
    throw invalidRequest(
      "Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed.",
    );
  }
  const { algorithm } = first;
  const [, bare = "", count] = /^(.*?)(-\d+)?$/s.exec(first.text) ?? [];
  readChecksumValue(bare, algorithm);
  const expected =
    algorithm === computed.algorithm ? computed.value : givenComposite(algorithm, parts);
  const [, expectedBare = "", expectedCount] = /^(.*?)(-\d+)?$/s.exec(expected) ?? [];
  if (bare === expectedBare && (count === undefined || count === expectedCount)) return;
  throw badDigest(algorithm.toLowerCase());
}

/** An upload without an algorithm of its own can still be held against what was given for each part. */
function givenComposite(algorithm: ChecksumAlgorithm, parts: readonly UploadPart[]): string {
  const checksums = parts.map(({ given }) => {
    if (given?.algorithm === algorithm) return given.value;
    throw invalidRequest(
      `Checksum Type mismatch occurred, expected checksum Type: ${given?.algorithm.toLowerCase() ?? "null"}, actual checksum Type: ${algorithm.toLowerCase()}`,
    );
  });
  return compositeOf(algorithm, checksums);
}
