import {
  CopyObjectCommand,
  DeleteObjectCommand,
  HeadObjectCommand,
  type S3Client,
} from "@aws-sdk/client-s3";
import { copySourceOf, namedByStatus, s3Error } from "@darkroom/lambda";

/** One version of an object; "null" in a bucket without versions, or from before it had any. */
export interface VersionAddress {
  bucket: string;
  key: string;
  versionId: string;
}

/** @throws {AccessDeniedError} by each: the role lacks a permission */
export interface VersionMover {
  /**
   * Copies a version within its bucket, with its metadata and tags, over what is at the key.
   * @returns the id of the copy's version
   * @throws {ObjectNotFoundError} the version isn't there (any more)
   */
  copy(source: VersionAddress, toKey: string): Promise<string>;
  /** Deletes a version for good; one that isn't there is deleted already. */
  delete(version: VersionAddress): Promise<void>;
  /** @returns the id of the version that is at the key; undefined where nothing is */
  find(bucket: string, key: string): Promise<string | undefined>;
}

/**
 * One CopyObject copies up to 5 GB (https://docs.aws.amazon.com/AmazonS3/latest/API/API_CopyObject.html),
 * and no photo that gets here has more than 200 MB: `refuseTooLarge` in `@darkroom/lambda`, which
 * extract-metadata asks first.
 */
export function versionMover(s3: S3Client): VersionMover {
  return {
    async copy(source, toKey) {
      try {
        const { VersionId } = await s3.send(
          new CopyObjectCommand({
            Bucket: source.bucket,
            Key: toKey,
            CopySource: copySourceOf(source.bucket, source.key, source.versionId),
            MetadataDirective: "COPY",
            TaggingDirective: "COPY",
          }),
        );
        return VersionId ?? "null";
      } catch (error) {
        throw s3Error(error, source);
      }
    },

    async delete(version) {
      try {
        await s3.send(
          new DeleteObjectCommand({
            Bucket: version.bucket,
            Key: version.key,
            VersionId: version.versionId,
          }),
        );
      } catch (error) {
        throw s3Error(error, version);
      }
    },

    async find(bucket, key) {
      try {
        const { VersionId } = await s3.send(new HeadObjectCommand({ Bucket: bucket, Key: key }));
        return VersionId ?? "null";
      } catch (error) {
        if (error instanceof Error && error.name === "NotFound") return undefined;
        throw s3Error(namedByStatus(error), { bucket, key });
      }
    },
  };
}
