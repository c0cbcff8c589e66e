import {
  ListObjectsV2Command,
  type ListObjectsV2CommandOutput,
  type S3Client,
} from "@aws-sdk/client-s3";
import { s3Error } from "@darkroom/lambda";
import type { ListedObject } from "./difference.ts";

export interface ListingRequest {
  bucket: string;
  prefix: string;
  /** Only keys behind it; "" for all. */
  after: string;
  /** Ends what is under way. */
  signal: AbortSignal;
  onRequest(): void;
}

/** Pages of at most 1,000 objects (S3's own limit), in the order of their keys. */
export type ObjectPages = (
  request: ListingRequest,
) => AsyncIterableIterator<readonly ListedObject[]>;

/**
 * Lists a bucket, always one page ahead of the reader and never more: memory doesn't grow with the bucket.
 * The pages throw what {@link s3Error} makes of S3's errors.
 */
export function objectPages(s3: S3Client): ObjectPages {
  return async function* pages({ bucket, prefix, after, signal, onRequest }) {
    const request = (token?: string): Promise<ListObjectsV2CommandOutput> => {
      onRequest();
      const page = s3.send(
        new ListObjectsV2Command({
          Bucket: bucket,
          Prefix: prefix,
          // XML can't carry every character that a key may have.
          EncodingType: "url",
          ...(token === undefined ? {} : { ContinuationToken: token }),
          ...(after === "" ? {} : { StartAfter: after }),
        }),
        { abortSignal: signal },
      );
      // Whoever awaits the page hears of its failure; until then it must not count as unheard.
      page.catch(() => {});
      return page;
    };

    let next: Promise<ListObjectsV2CommandOutput> | undefined = request();
    while (next !== undefined) {
      let page: ListObjectsV2CommandOutput;
      try {
        page = await next;
      } catch (error) {
        throw s3Error(error, { bucket, key: prefix });
      }
      const { NextContinuationToken: token, Contents = [] } = page;
      next = token === undefined ? undefined : request(token);
      yield Contents.map(listed);
    }
  };
}

type Content = NonNullable<ListObjectsV2CommandOutput["Contents"]>[number];

function listed({
  Key = "",
  Size = 0,
  ETag = "",
  StorageClass = "STANDARD",
}: Content): ListedObject {
  return {
    key: decodeKey(Key),
    size: Size,
    etag: ETag.replaceAll('"', ""),
    storageClass: StorageClass,
  };
}

/** A key of a listing with `encoding-type=url`, which has `+` for a space. */
const decodeKey = (encoded: string): string => decodeURIComponent(encoded.replaceAll("+", " "));
