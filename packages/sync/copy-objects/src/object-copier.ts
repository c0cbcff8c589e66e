import { HeadObjectCommand, type HeadObjectCommandOutput, type S3Client } from "@aws-sdk/client-s3";
import { copySourceOf } from "@darkroom/lambda";
import type { CopyLine, FateLine, SyncRequest } from "@darkroom/sync-workflow";
import { copyLargeObject, type WriteCondition } from "./copy-large-object.ts";
import { copyRequests } from "./copy-requests.ts";
import { ObjectChangesError } from "./errors.ts";
import { nameOf, type RetryingCalls } from "./retrying-calls.ts";

/**
 * In bytes. One CopyObject copies up to 5 GB (https://docs.aws.amazon.com/AmazonS3/latest/API/API_CopyObject.html),
 * read here as the smaller of what that can mean.
 */
const largestSingleCopy = 5_000_000_000;

/** How often an object may change, on either side, between looking at it and copying it before it is given up. */
const mostChanges = 3;

/** S3 says by these that source or destination is not as it was seen, and not which. */
const changes: ReadonlySet<string> = new Set(["PreconditionFailed", "ConditionalRequestConflict"]);

/** What was copied: the part of a fate that tells of it. */
export type Copied = Pick<FateLine, "bytes" | "etags">;

export interface ObjectCopier {
  /**
   * Copies an object under its key, with metadata, tags and content headers, in place of what the listing
   * saw in the destination and nothing else. Where either has changed since, both are looked at again: the
   * object is copied as it is now, unless the destination has it already, as after a function that was killed
   * before it wrote its fates.
   * @throws S3's error by its name; {@link ObjectChangesError}
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

/** What is known of an object before it is copied: from the listing, or from HEAD. ETags with quotes, as headers have them. */
interface Known {
  size: number;
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
  const send = copyRequests(s3, destination);

  const look = async (bucket: string, key: string): Promise<Known> => {
    const head = await calls.call((sending) =>
      s3.send(new HeadObjectCommand({ Bucket: bucket, Key: key }), sending),
    );
    const { ContentLength = 0, ETag = "" } = head;
    return { size: ContentLength, etag: ETag, storageClass: head.StorageClass, head };
  };

  /** @returns undefined where there is none */
  const lookForCopy = (key: string): Promise<Known | undefined> =>
    look(destination, key).catch((error) => {
      if (nameOf(error) === "NoSuchKey") return undefined;
      throw error;
    });

  /**
   * @param replaces the ETag of what is there
   * @returns the copy's ETag
   */
  const copyKnown = async (
    key: string,
    known: Known,
    replaces: string | undefined,
  ): Promise<string | undefined> => {
    const copySource = copySourceOf(source, key);
    const condition: WriteCondition =
      replaces === undefined ? { IfNoneMatch: "*" } : { IfMatch: replaces };
    if (known.size > largest && known.head !== undefined) {
      const { head } = known;
      const object = { ...sync, key, copySource, head, condition };
      return copyLargeObject(s3, calls, object, options.partSize);
    }
    return calls.call((sending) =>
      send(
        {
          key,
          copySource,
          sourceIfMatch: known.etag,
          condition,
          storageClass: preserveStorageClass ? known.storageClass : undefined,
          // Not of what the directive carries over.
          websiteRedirectLocation: preserveRedirects
            ? known.head?.WebsiteRedirectLocation
            : undefined,
        },
        sending,
      ),
    );
  };

  return {
    async copy({ key, size, etag, storageClass, reason, ...line }) {
      // A listing names the class, though not every S3 does.
      const needsHead =
        size > largest || preserveRedirects || (preserveStorageClass && storageClass === undefined);
      let known: Known = needsHead
        ? await look(source, key)
        : { size, etag: quoted(etag), storageClass, head: undefined };
      let replaces = line.replaces === undefined ? undefined : quoted(line.replaces);
      for (let changed = 0; ; changed += 1) {
        try {
          return { bytes: known.size, ...etagsOf(known, await copyKnown(key, known, replaces)) };
        } catch (error) {
          const name = nameOf(error);
          // S3 also answers so where there is nothing to replace.
          const isChange = changes.has(name) || (name === "NoSuchKey" && replaces !== undefined);
          if (!isChange) throw error;
          if (changed === mostChanges) throw new ObjectChangesError(changed + 1, { cause: error });
        }
        const [wanted, found] = await Promise.all([look(source, key), lookForCopy(key)]);
        // Equal ETags say nothing of metadata.
        const isCopied = found?.etag === wanted.etag && found.size === wanted.size;
        if (isCopied && reason !== "metadata") return { bytes: wanted.size };
        known = wanted;
        replaces = found?.etag;
      }
    },
  };
}

const quoted = (etag: string): string => `"${etag}"`;

/** Parts of other sizes and SSE-KMS give the same bytes another ETag, which the next run has to know of. */
function etagsOf(known: Known, copied: string | undefined): Pick<Copied, "etags"> {
  const [source, destination] = [known.etag, copied ?? known.etag].map((etag) =>
    etag.replaceAll('"', ""),
  );
  if (source === undefined || destination === undefined || source === destination) return {};
  return { etags: { source, destination } };
}
