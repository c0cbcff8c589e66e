import type { DatabaseSync, StatementSync } from "node:sqlite";
import type { ChecksumAlgorithm, ChecksumType } from "../checksum.ts";
import { firstBehind } from "../key-order.ts";

/** What a listing tells of an object. */
export interface ListedObject {
  readonly key: string;
  readonly size: number;
  readonly etag: string;
  readonly modified: number;
  readonly checksumAlgorithm: ChecksumAlgorithm;
  readonly checksumType: ChecksumType;
}

export interface ListedVersion extends ListedObject {
  readonly sequence: number;
  readonly versionId: string;
  readonly latest: boolean;
  readonly deleteMarker: boolean;
}

export interface ListedUpload {
  readonly id: string;
  readonly key: string;
  readonly initiated: number;
  readonly initiator: string;
  readonly checksumAlgorithm: ChecksumAlgorithm | undefined;
  readonly checksumType: ChecksumType | undefined;
}

/**
 * Rows in the order that S3 lists them in, from a key on and as far as they begin with a prefix.
 * They are read as they are asked for; nothing else may be done with the database in between.
 */
export interface ListingStore {
  objects(bucket: number, from: string, prefix: string): Iterable<ListedObject>;
  versions(bucket: number, from: string, prefix: string): Iterable<ListedVersion>;
  /** The versions of one key that are older than `sequence`. */
  olderVersions(bucket: number, key: string, sequence: number): Iterable<ListedVersion>;
  uploads(bucket: number, from: string, prefix: string): Iterable<ListedUpload>;
  /** The uploads of one key that were begun later. */
  laterUploads(bucket: number, key: string, sequence: number): Iterable<ListedUpload>;
}

/** Every text sorts before it: in SQLite a BLOB is greater than any TEXT. */
export const behindAllText = new Uint8Array();

export function createListingStore(database: DatabaseSync): ListingStore {
  const listed = `key, size, etag, modified, checksum_algorithm AS checksumAlgorithm, checksum_type AS checksumType`;
  const listedVersion = `${listed}, sequence, version_id AS versionId, latest = 1 AS latest, delete_marker = 1 AS deleteMarker`;
  const listedUpload = `id, key, initiated, initiator, checksum_algorithm AS checksumAlgorithm, checksum_type AS checksumType`;
  const objects = database.prepare(
    `SELECT ${listed} FROM versions
     WHERE bucket = ? AND latest = 1 AND delete_marker = 0 AND key >= ? AND key < ? ORDER BY key`,
  );
  const versions = database.prepare(
    `SELECT ${listedVersion} FROM versions
     WHERE bucket = ? AND key >= ? AND key < ? ORDER BY key, sequence DESC`,
  );
  const olderVersions = database.prepare(
    `SELECT ${listedVersion} FROM versions
     WHERE bucket = ? AND key = ? AND sequence < ? ORDER BY sequence DESC`,
  );
  const uploads = database.prepare(
    `SELECT ${listedUpload} FROM uploads
     WHERE bucket = ? AND key >= ? AND key < ? ORDER BY key, sequence`,
  );
  const laterUploads = database.prepare(
    `SELECT ${listedUpload} FROM uploads
     WHERE bucket = ? AND key = ? AND sequence > ? ORDER BY sequence`,
  );
  const range = <Row>(statement: StatementSync, bucket: number, from: string, prefix: string) =>
    statement.iterate(bucket, from, firstBehind(prefix) ?? behindAllText) as Iterable<Row>;

  return {
    objects: (bucket, from, prefix) => range(objects, bucket, from, prefix),
    versions: (bucket, from, prefix) => range(versions, bucket, from, prefix),
    olderVersions: (bucket, key, sequence) =>
      olderVersions.iterate(bucket, key, sequence) as Iterable<unknown> as Iterable<ListedVersion>,
    uploads: (bucket, from, prefix) => range(uploads, bucket, from, prefix),
    laterUploads: (bucket, key, sequence) =>
      laterUploads.iterate(bucket, key, sequence) as Iterable<unknown> as Iterable<ListedUpload>,
  };
}
