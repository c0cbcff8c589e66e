import {
  CopyObjectCommand,
  HeadObjectCommand,
  type HeadObjectCommandOutput,
  type S3Client,
  type StorageClass,
} from "@aws-sdk/client-s3";
import type { CopyLine, FateLine, SyncRequest } from "@darkroom/sync-workflow";
import { copyLargeObject } from "./copy-large-object.ts";
import { nameOf, type RetryingCalls } from "./retrying-calls.ts";

/**
 * In bytes. One CopyObject copies up to 5 GB (https://docs.aws.amazon.com/AmazonS3/latest/API/API_CopyObject.html),
 * read here as the smaller of what that can mean.
 */
const largestSingleCopy = 5_000_000_000;

/** How often an object may change between looking at it and copying it before it is given up. */
const mostChanges = 3;

/** What was copied: the part of a fate that tells of it. */
export type Copied = Pick<FateLine, "bytes" | "etags">;

export interface ObjectCopier {
  /**
   * Copies an object under its key, with metadata, tags and content headers. One that has changed since
   * it was listed is looked at again and copied as it is now.
   * @throws S3's error by its name; `PreconditionFailed` when it changes again and again
   */
  copy(line: CopyLine): Promise<Copied>;
}

export interface CopierOptions {
  /** In bytes; for tests that have no 5 GB. */
  largestSingleCopy?: number;
  partSize?: number;
}

type Address = Pick<
  SyncRequest,
  "source" | "destination" | "preserveRedirects" | "preserveStorageClass"
>;

/** What is known of an object before it is copied: from the listing, or from HEAD. */
interface Known {
  size: number;
  /** With quotes, as headers have it. */
  etag: string;
  storageClass: string | undefined;
  head: HeadObjectCommandOutput | undefined;
}

export function objectCopier(
  s3: S3Client,
  calls: RetryingCalls,
  sync: Address,
  options: CopierOptions = {},
): ObjectCopier {
  const { source, destination, preserveRedirects, preserveStorageClass } = sync;
  const largest = options.largestSingleCopy ?? largestSingleCopy;

  const look = async (key: string): Promise<Known> => {
    const head = await calls.call((sending) =>
      s3.send(new HeadObjectCommand({ Bucket: source, Key: key }), sending),
    );
    const { ContentLength = 0, ETag = "" } = head;
    return { size: ContentLength, etag: ETag, storageClass: head.StorageClass, head };
  };

  /** @returns the copy's ETag */
  const copyKnown = async (key: string, known: Known): Promise<string | undefined> => {
    const copySource = copySourceOf(source, key);
    if (known.size > largest && known.head !== undefined) {
      const { head } = known;
      const object = { ...sync, key, copySource, head };
      return copyLargeObject(s3, calls, object, options.partSize);
    }
    const { CopyObjectResult } = await calls.call((sending) =>
      s3.send(
        new CopyObjectCommand({
          Bucket: destination,
          Key: key,
          CopySource: copySource,
          CopySourceIfMatch: known.etag,
          MetadataDirective: "COPY",
          TaggingDirective: "COPY",
          StorageClass: preserveStorageClass ? (known.storageClass as StorageClass) : undefined,
          // Not of what the directive carries over.
          WebsiteRedirectLocation: preserveRedirects
            ? known.head?.WebsiteRedirectLocation
            : undefined,
        }),
        sending,
      ),
    );
    return CopyObjectResult?.ETag;
  };

  return {
    async copy({ key, size, etag, storageClass }) {
      // A listing names the class, though not every S3 does.
      const needsHead =
        size > largest || preserveRedirects || (preserveStorageClass && storageClass === undefined);
      let known: Known = needsHead
        ? await look(key)
        : { size, etag: `"${etag}"`, storageClass, head: undefined };
      for (let changes = 0; ; changes += 1) {
        try {
          return { bytes: known.size, ...etagsOf(known, await copyKnown(key, known)) };
        } catch (error) {
          if (nameOf(error) !== "PreconditionFailed" || changes === mostChanges) throw error;
          known = await look(key);
        }
      }
    },
  };
}

/** Parts of other sizes and SSE-KMS give the same bytes another ETag, which the next run has to know of. */
function etagsOf(known: Known, copied: string | undefined): Pick<Copied, "etags"> {
  const [source, destination] = [known.etag, copied ?? known.etag].map((etag) =>
    etag.replaceAll('"', ""),
  );
  if (source === undefined || destination === undefined || source === destination) return {};
  return { etags: { source, destination } };
}

/** `bucket/key`, URL-encoded but for the slashes: a header holds no other characters. */
function copySourceOf(bucket: string, key: string): string {
  return [bucket, ...key.split("/")].map(encodeURIComponent).join("/");
}
