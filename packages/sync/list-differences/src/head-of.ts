import { HeadObjectCommand, type HeadObjectCommandOutput, type S3Client } from "@aws-sdk/client-s3";
import type { SyncRequest } from "@darkroom/sync-workflow";

/**
 * Whether an object is the same in two buckets, as far as S3 can tell without its bytes being read.
 * @returns false also where it can't tell: the object is copied then
 */
export type ObjectComparison = (
  sync: Pick<SyncRequest, "source" | "destination" | "preserveRedirects">,
  key: string,
  options: HeadOptions,
) => Promise<boolean>;

export interface HeadOptions {
  /** Ends what is under way. */
  signal: AbortSignal;
  onRequest(): void;
}

/** @returns undefined where S3 refuses: gone, forbidden, under a customer's key. Whoever copies it finds out, and names it. */
export async function headOf(
  s3: S3Client,
  bucket: string,
  key: string,
  { signal, onRequest }: HeadOptions,
): Promise<HeadObjectCommandOutput | undefined> {
  onRequest();
  const command = new HeadObjectCommand({ Bucket: bucket, Key: key, ChecksumMode: "ENABLED" });
  try {
    return await s3.send(command, { abortSignal: signal });
  } catch (error) {
    if (isRefusal(error)) return undefined;
    throw error;
  }
}

function isRefusal(error: unknown): boolean {
  if (!(error instanceof Error && "$metadata" in error)) return false;
  const { httpStatusCode: status = 0 } = error.$metadata as { httpStatusCode?: number };
  return status >= 400 && status < 500 && status !== 429;
}
