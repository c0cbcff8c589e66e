import type { HeadObjectCommandOutput, S3Client } from "@aws-sdk/client-s3";
import { headOf, type ObjectComparison } from "./head-of.ts";

const checksums = [
  "ChecksumSHA256",
  "ChecksumSHA1",
  "ChecksumCRC64NVME",
  "ChecksumCRC32C",
  "ChecksumCRC32",
] as const satisfies (keyof HeadObjectCommandOutput)[];

/**
 * Compares the checksums that S3 keeps of whole objects; it computes one of each object that comes without
 * (https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity.html). Those of type
 * COMPOSITE depend on the parts, as ETags do, and tell nothing.
 */
export function sameChecksum(s3: S3Client): ObjectComparison {
  return async ({ source, destination }, key, options) => {
    const [wanted, found] = await Promise.all([
      headOf(s3, source, key, options),
      headOf(s3, destination, key, options),
    ]);
    if (wanted?.ChecksumType !== "FULL_OBJECT" || found?.ChecksumType !== "FULL_OBJECT")
      return false;
    const common = checksums.find(
      (name) => wanted[name] !== undefined && found[name] !== undefined,
    );
    return common !== undefined && wanted[common] === found[common];
  };
}
