import { type ChecksumAlgorithm, isChecksumAlgorithm } from "./checksum.ts";
import type { RequestHeaders } from "./request-headers.ts";
import { invalidRequest } from "./s3-error.ts";

/** `x-amz-checksum-algorithm`: what S3 is to compute itself. */
export function readChecksumAlgorithm(headers: RequestHeaders): ChecksumAlgorithm | undefined {
  const text = headers.get("x-amz-checksum-algorithm");
  if (text === undefined) return undefined;
  const algorithm = text.toUpperCase();
  if (isChecksumAlgorithm(algorithm)) return algorithm;
  throw invalidRequest(
    "Checksum algorithm provided is unsupported. Please try again with any of the valid types: [CRC32, CRC32C, CRC64NVME, SHA1, SHA256]",
  );
}
