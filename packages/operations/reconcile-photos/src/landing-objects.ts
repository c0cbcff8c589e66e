import { ListObjectVersionsCommand, type S3Client } from "@aws-sdk/client-s3";
import { decodeKey, incomingPrefix } from "@darkroom/workflow";
import type { Patient } from "./patient.ts";

/** An object as it is now. */
export interface LandingObject {
  readonly key: string;
  /** `null` in a bucket without versions. */
  readonly versionId: string;
  readonly lastModified: Date;
}

/** What there is of one key, the latest first. */
export interface ObjectVersions {
  /** Undefined where there is none, or it was deleted. */
  readonly current: LandingObject | undefined;
  readonly olderIds: readonly string[];
  /** Its latest version is a delete marker: somebody deleted it, and older versions may be there. */
  readonly deleted: boolean;
}

export interface LandingObjects {
  /** All current objects, page by page in the order of their keys. */
  pages(): AsyncIterable<readonly LandingObject[]>;
  /** @param key of which the first 1,000 versions are looked at */
  versionsOf(key: string): Promise<ObjectVersions>;
}

interface Page {
  readonly versions: readonly { object: LandingObject; latest: boolean }[];
  readonly deletedKeys: readonly string[];
  readonly next: { KeyMarker: string; VersionIdMarker?: string } | undefined;
}

/**
 * A listing of objects doesn't say of which version each is, so versions are listed: 1,000 a request
 * (https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectVersions.html).
 * @param patient makes each request
 */
export function landingObjects(s3: S3Client, Bucket: string, patient: Patient): LandingObjects {
  const list = async (Prefix: string, from: Page["next"]): Promise<Page> => {
    // XML has no way to write every character that a key may have.
    const answer = await patient(() =>
      s3.send(new ListObjectVersionsCommand({ Bucket, Prefix, EncodingType: "url", ...from })),
    );
    const { IsTruncated, NextKeyMarker, NextVersionIdMarker } = answer;
    return {
      versions: (answer.Versions ?? []).map(({ Key, VersionId, LastModified, IsLatest }) => ({
        object: {
          key: plain(Key),
          versionId: VersionId ?? "null",
          lastModified: LastModified ?? new Date(0),
        },
        latest: IsLatest === true,
      })),
      deletedKeys: (answer.DeleteMarkers ?? [])
        .filter(({ IsLatest }) => IsLatest)
        .map(({ Key }) => plain(Key)),
      next:
        IsTruncated === true
          ? {
              KeyMarker: plain(NextKeyMarker),
              ...(NextVersionIdMarker === undefined
                ? {}
                : { VersionIdMarker: NextVersionIdMarker }),
            }
          : undefined,
    };
  };
  return {
    async *pages() {
      let from: Page["next"];
      do {
        const { versions, next } = await list(incomingPrefix, from);
        yield versions.filter(({ latest }) => latest).map(({ object }) => object);
        from = next;
      } while (from !== undefined);
    },

    async versionsOf(key) {
      // Keys that begin with this one come after it.
      const { versions, deletedKeys } = await list(key, undefined);
      const own = versions.filter(({ object }) => object.key === key);
      return {
        current: own.find(({ latest }) => latest)?.object,
        olderIds: own.filter(({ latest }) => !latest).map(({ object }) => object.versionId),
        deleted: deletedKeys.includes(key),
      };
    },
  };
}

function plain(encoded: string | undefined): string {
  const key = encoded === undefined ? undefined : decodeKey(encoded);
  if (key === undefined) throw new Error(`S3 lists a key that can't be read: ${encoded}`);
  return key;
}
