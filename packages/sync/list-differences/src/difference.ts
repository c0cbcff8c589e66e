import type { CopyLine } from "@darkroom/sync-workflow";

/** An object as a listing gives it. */
export interface ListedObject {
  readonly key: string;
  readonly size: number;
  /** Without quotes. */
  readonly etag: string;
  readonly storageClass: string;
}

/**
 * Why an object is to be copied, by what the two listings say of it.
 *
 * Equal ETags at equal sizes are equal bytes. Other ETags needn't be other bytes: that of a multipart upload
 * (`…-N`) depends on its parts, and that of SSE-KMS is no digest
 * (https://docs.aws.amazon.com/AmazonS3/latest/API/API_Object.html). "etag" wants a closer look, therefore.
 * @returns undefined when there is nothing to copy
 */
export function reasonToCopy(
  source: ListedObject,
  destination: ListedObject | undefined,
): CopyLine["reason"] | undefined {
  if (destination === undefined) return "missing";
  if (source.size !== destination.size) return "size";
  return source.etag === destination.etag ? undefined : "etag";
}
