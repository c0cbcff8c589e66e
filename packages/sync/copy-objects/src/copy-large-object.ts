import {
  AbortMultipartUploadCommand,
  type CompletedPart,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  GetObjectTaggingCommand,
  type HeadObjectCommandOutput,
  type S3Client,
  UploadPartCopyCommand,
} from "@aws-sdk/client-s3";
import { concurrently } from "@darkroom/lambda/concurrently";
import type { RetryingCalls } from "./retrying-calls.ts";

const mebibyte = 1024 ** 2;
/** In bytes; a part may have 5 GiB (https://docs.aws.amazon.com/AmazonS3/latest/userguide/qfacts.html). */
const usualPart = 512 * mebibyte;
const mostParts = 10_000;
const partsAtOnce = 16;

/** That the destination has no object under the key, or the one with this ETag. */
export type WriteCondition = { IfNoneMatch: "*" } | { IfMatch: string };

export interface LargeObject {
  source: string;
  destination: string;
  key: string;
  /** URL-encoded `bucket/key`. */
  copySource: string;
  /** The source object's, as HEAD gave it; its ETag is what every part is bound to. */
  head: HeadObjectCommandOutput;
  /** What the destination has to be like for the copy to take its place. */
  condition: WriteCondition;
  preserveRedirects: boolean;
  preserveStorageClass: boolean;
}

/**
 * Copies an object in parts, which carry neither metadata nor tags: both are set again. When a part
 * fails, the upload is aborted, and the destination keeps what it had.
 * @param partSize in bytes, of all but the last
 * @returns the copy's ETag
 */
export async function copyLargeObject(
  s3: S3Client,
  calls: RetryingCalls,
  object: LargeObject,
  partSize = partSizeOf(object.head.ContentLength ?? 0),
): Promise<string | undefined> {
  const { destination: Bucket, key: Key, head } = object;
  const upload = await begin(s3, calls, object);
  const target = { Bucket, Key, UploadId: upload };
  try {
    const parts = await concurrently(
      rangesOf(head.ContentLength ?? 0, partSize),
      partsAtOnce,
      async (range, index): Promise<CompletedPart> => {
        const { CopyPartResult } = await calls.call((options) =>
          s3.send(
            new UploadPartCopyCommand({
              ...target,
              PartNumber: index + 1,
              CopySource: object.copySource,
              CopySourceIfMatch: head.ETag,
              CopySourceRange: range,
            }),
            options,
          ),
        );
        const { LastModified: _, ...part } = CopyPartResult ?? {};
        return { ...part, PartNumber: index + 1 };
      },
    );
    const { ETag } = await calls.call((options) =>
      s3.send(
        new CompleteMultipartUploadCommand({
          ...target,
          ...object.condition,
          MultipartUpload: { Parts: parts },
        }),
        options,
      ),
    );
    return ETag;
  } catch (error) {
    // Without the signal: this has to be done also when the time is over. What it misses is for the
    // bucket's lifecycle rule on incomplete uploads.
    await s3.send(new AbortMultipartUploadCommand(target)).catch(() => undefined);
    throw error;
  }
}

async function begin(
  s3: S3Client,
  calls: RetryingCalls,
  { source, destination, key, head, preserveRedirects, preserveStorageClass }: LargeObject,
): Promise<string> {
  const { TagSet = [] } = await calls.call((options) =>
    s3.send(new GetObjectTaggingCommand({ Bucket: source, Key: key }), options),
  );
  const tags = new URLSearchParams(
    TagSet.map(({ Key = "", Value = "" }): [string, string] => [Key, Value]),
  );
  const { UploadId } = await calls.call((options) =>
    s3.send(
      new CreateMultipartUploadCommand({
        Bucket: destination,
        Key: key,
        Metadata: head.Metadata,
        CacheControl: head.CacheControl,
        ContentDisposition: head.ContentDisposition,
        ContentEncoding: head.ContentEncoding,
        ContentLanguage: head.ContentLanguage,
        ContentType: head.ContentType,
        Expires: dateOf(head.ExpiresString),
        Tagging: TagSet.length === 0 ? undefined : tags.toString().replaceAll("+", "%20"),
        WebsiteRedirectLocation: preserveRedirects ? head.WebsiteRedirectLocation : undefined,
        StorageClass: preserveStorageClass ? head.StorageClass : undefined,
      }),
      options,
    ),
  );
  if (UploadId === undefined) throw new Error(`S3 began an upload of ${key} without an id`);
  return UploadId;
}

/** `Expires` may hold any text, and the SDK writes dates alone: another text is not carried over. */
function dateOf(text: string | undefined): Date | undefined {
  const date = new Date(text ?? "");
  return Number.isNaN(date.getTime()) ? undefined : date;
}

/** The usual size, or as much as it takes to get by with the parts that one upload may have. */
export function partSizeOf(size: number): number {
  return Math.max(usualPart, Math.ceil(size / mostParts / mebibyte) * mebibyte);
}

/** `bytes=first-last` of each part, which together are the object. */
export function rangesOf(size: number, partSize: number): string[] {
  return Array.from({ length: Math.ceil(size / partSize) }, (_, index) => {
    const first = index * partSize;
    return `bytes=${first}-${Math.min(first + partSize, size) - 1}`;
  });
}
