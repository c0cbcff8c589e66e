import { createHash } from "node:crypto";
import { createCrc32, createCrc32c, createCrc64Nvme } from "./crc.ts";

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity-upload.html */
export const checksumAlgorithms = ["CRC32", "CRC32C", "CRC64NVME", "SHA1", "SHA256"] as const;
export type ChecksumAlgorithm = (typeof checksumAlgorithms)[number];
export type ChecksumType = "FULL_OBJECT" | "COMPOSITE";

/** What S3 computes for an object that came without a checksum. */
export const defaultChecksumAlgorithm = "CRC64NVME";

/** An object's checksum as S3 keeps and shows it: base64, with `-N` behind it when composite. */
export interface Checksum {
  readonly algorithm: ChecksumAlgorithm;
  readonly value: string;
  readonly type: ChecksumType;
}

/** A running hash or cyclic redundancy check. */
export interface Digest {
  update(data: Uint8Array): void;
  digest(): Buffer;
}

export function createDigest(algorithm: ChecksumAlgorithm): Digest {
  switch (algorithm) {
    case "CRC32":
      return createCrc32();
    case "CRC32C":
      return createCrc32c();
    case "CRC64NVME":
      return createCrc64Nvme();
    case "SHA1":
      return createHash("sha1");
    case "SHA256":
      return createHash("sha256");
  }
}

const digestBytes: Readonly<Record<ChecksumAlgorithm, number>> = {
  CRC32: 4,
  CRC32C: 4,
  CRC64NVME: 8,
  SHA1: 20,
  SHA256: 32,
};

export const checksumHeader = (algorithm: ChecksumAlgorithm): string =>
  `x-amz-checksum-${algorithm.toLowerCase()}`;

/** The name of a checksum's element in XML, e.g. `ChecksumCRC32`. */
export const checksumElement = (algorithm: ChecksumAlgorithm): string => `Checksum${algorithm}`;

/** The algorithm that a checksum's header is for; undefined when it is none that is supported. */
export function algorithmOfHeader(header: string): ChecksumAlgorithm | undefined {
  return checksumAlgorithms.find((algorithm) => checksumHeader(algorithm) === header);
}

export const isChecksumAlgorithm = (text: string): text is ChecksumAlgorithm =>
  checksumAlgorithms.some((algorithm) => algorithm === text);

/** Reads a digest in strict base64 of the algorithm's length; undefined when it is not that. */
export function parseDigest(
  text: string,
  algorithm: ChecksumAlgorithm | "MD5",
): Buffer | undefined {
  const digest = Buffer.from(text, "base64");
  const length = algorithm === "MD5" ? 16 : digestBytes[algorithm];
  return digest.length === length && digest.toString("base64") === text ? digest : undefined;
}
