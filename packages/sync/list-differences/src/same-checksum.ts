import { HeadObjectCommand, type HeadObjectCommandOutput, type S3Client } from "@aws-sdk/client-s3";

/**
 * Whether an object has the same bytes in two buckets, as far as S3 can tell without reading them.
 * @returns false also where it can't tell: the object is copied then
 */
export type ByteComparison = (
  buckets: { source: string; destination: string },
  key: string,
  options: { signal: AbortSignal; onRequest(): void },
) => Promise<boolean>;

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
export function sameChecksum(s3: S3Client): ByteComparison {
  return async ({ source, destination }, key, { signal, onRequest }) => {
    const head = async (bucket: string): Promise<HeadObjectCommandOutput | undefined> => {
      onRequest();
      const command = new HeadObjectCommand({ Bucket: bucket, Key: key, ChecksumMode: "ENABLED" });
      try {
        return await s3.send(command, { abortSignal: signal });
      } catch (error) {
        // Gone, forbidden, or under a customer's key: whoever copies it finds out, and names it.
        if (isRefusal(error)) return undefined;
        throw error;
      }
    };
    const [wanted, found] = await Promise.all([head(source), head(destination)]);
    if (wanted?.ChecksumType !== "FULL_OBJECT" || found?.ChecksumType !== "FULL_OBJECT")
      return false;
    const common = checksums.find(
      (name) => wanted[name] !== undefined && found[name] !== undefined,
    );
    return common !== undefined && wanted[common] === found[common];
  };
}

function isRefusal(error: unknown): boolean {
  if (!(error instanceof Error && "$metadata" in error)) return false;
  const { httpStatusCode: status = 0 } = error.$metadata as { httpStatusCode?: number };
  return status >= 400 && status < 500 && status !== 429;
}
