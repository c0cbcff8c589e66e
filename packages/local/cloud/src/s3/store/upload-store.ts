import type { DatabaseSync } from "node:sqlite";
import type { ChecksumAlgorithm, ChecksumType } from "../checksum.ts";
import type { ObjectAttributes } from "../object-attributes.ts";
import { opaqueId, sequenceOf } from "../opaque-id.ts";
import type { Tag } from "../tags.ts";

/** A multipart upload that is under way. */
export interface Upload {
  readonly sequence: number;
  readonly id: string;
  readonly bucket: number;
  readonly key: string;
  /** Milliseconds since the epoch. */
  readonly initiated: number;
  /** The ARN of who began it. */
  readonly initiator: string;
  readonly attributes: ObjectAttributes;
  readonly tags: readonly Tag[];
  /** As the caller asked for it; undefined: S3's own choice. */
  readonly checksum:
    | { readonly algorithm: ChecksumAlgorithm; readonly type: ChecksumType }
    | undefined;
  /** The key has been written or deleted by others since the upload was begun. */
  readonly overtaken: boolean;
}

export type NewUpload = Omit<Upload, "sequence" | "id" | "overtaken">;

export interface UploadPart {
  readonly number: number;
  /** None when the part is empty. */
  readonly blob: string | undefined;
  readonly size: number;
  /** The MD5 in hexadecimal. */
  readonly etag: string;
  readonly modified: number;
  /** Base64, of the upload's algorithm. */
  readonly checksum: string;
  /** What the caller gave for a part of an upload without an algorithm of its own. */
  readonly given: { readonly algorithm: ChecksumAlgorithm; readonly value: string } | undefined;
}

/** An upload that has become an object. */
export interface CompletedUpload {
  /** Numbers and ETags of the parts that it was made of. */
  readonly parts: string;
  /** JSON */
  readonly answer: string;
}

/** S3 says of no time; who asks again after so long has not lost an answer. */
const completedKeptMs = 24 * 60 * 60 * 1000;

export interface UploadStore {
  /** @returns the upload's id */
  create(upload: NewUpload): string;
  find(bucket: number, key: string, id: string): Upload | undefined;
  /** @returns blobs to be removed when the transaction is on disk */
  putPart(upload: Upload, part: UploadPart): string[];
  parts(upload: Upload, after: number, limit: number): UploadPart[];
  /** Ends an upload whose parts in `kept` now belong to an object; returns the blobs of the others. */
  remove(upload: Upload, kept: ReadonlySet<string>): string[];
  removeAll(bucket: number): string[];
  /** Keeps for a while what the end of an upload was answered, and forgets what was kept long enough. */
  complete(upload: Upload, completed: CompletedUpload, nowMs: number): void;
  findCompleted(bucket: number, key: string, id: string): CompletedUpload | undefined;
  /** Notes that a key was written or deleted. */
  overtake(bucket: number, key: string): void;
}

export function createUploadStore(database: DatabaseSync, nextSequence: () => number): UploadStore {
  const insert = database.prepare(
    `INSERT INTO uploads (sequence, id, bucket, key, initiated, initiator, attributes, tags, checksum_algorithm, checksum_type)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  const select = database.prepare(
    "SELECT * FROM uploads WHERE sequence = ? AND bucket = ? AND key = ?",
  );
  const selectOfBucket = database.prepare("SELECT * FROM uploads WHERE bucket = ?");
  const remove = database.prepare("DELETE FROM uploads WHERE sequence = ?");
  const overtake = database.prepare(
    "UPDATE uploads SET overtaken = 1 WHERE bucket = ? AND key = ? AND overtaken = 0",
  );
  const insertPart = database.prepare(
    `INSERT OR REPLACE INTO upload_parts
       (upload, number, blob, size, etag, modified, checksum, given_algorithm, given_checksum)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  const selectPart = database.prepare(
    "SELECT blob FROM upload_parts WHERE upload = ? AND number = ?",
  );
  const selectParts = database.prepare(
    "SELECT * FROM upload_parts WHERE upload = ? AND number > ? ORDER BY number LIMIT ?",
  );
  const selectBlobs = database.prepare(
    "SELECT blob FROM upload_parts WHERE upload = ? AND blob IS NOT NULL",
  );
  const removeParts = database.prepare("DELETE FROM upload_parts WHERE upload = ?");
  const insertCompleted = database.prepare(
    "INSERT INTO completed_uploads (sequence, id, bucket, key, completed, parts, answer) VALUES (?, ?, ?, ?, ?, ?, ?)",
  );
  const selectCompleted = database.prepare(
    "SELECT id, parts, answer FROM completed_uploads WHERE sequence = ? AND bucket = ? AND key = ?",
  );
  const forgetCompleted = database.prepare("DELETE FROM completed_uploads WHERE completed < ?");
  const removeCompleted = database.prepare("DELETE FROM completed_uploads WHERE bucket = ?");
  const insertBlob = database.prepare("INSERT INTO blobs (name) VALUES (?)");
  const removeBlob = database.prepare("DELETE FROM blobs WHERE name = ?");

  function end(upload: Upload, kept: ReadonlySet<string>): string[] {
    const discarded = selectBlobs
      .all(upload.sequence)
      .map((row) => String(row.blob))
      .filter((blob) => !kept.has(blob));
    removeParts.run(upload.sequence);
    remove.run(upload.sequence);
    for (const blob of discarded) removeBlob.run(blob);
    return discarded;
  }

  return {
    create(upload) {
      const sequence = nextSequence();
      const id = opaqueId(sequence);
      insert.run(
        sequence,
        id,
        upload.bucket,
        upload.key,
        upload.initiated,
        upload.initiator,
        JSON.stringify(upload.attributes),
        JSON.stringify(upload.tags),
        upload.checksum?.algorithm ?? null,
        upload.checksum?.type ?? null,
      );
      return id;
    },

    find(bucket, key, id) {
      const row = select.get(sequenceOf(id) ?? 0, bucket, key);
      return row?.id === id ? toUpload(row) : undefined;
    },

    putPart(upload, part) {
      const replaced = selectPart.get(upload.sequence, part.number)?.blob;
      insertPart.run(
        upload.sequence,
        part.number,
        part.blob ?? null,
        part.size,
        part.etag,
        part.modified,
        part.checksum,
        part.given?.algorithm ?? null,
        part.given?.value ?? null,
      );
      if (part.blob !== undefined) insertBlob.run(part.blob);
      if (typeof replaced !== "string") return [];
      removeBlob.run(replaced);
      return [replaced];
    },

    parts: (upload, after, limit) => selectParts.all(upload.sequence, after, limit).map(toPart),
    remove: end,
    removeAll(bucket) {
      removeCompleted.run(bucket);
      return selectOfBucket.all(bucket).flatMap((row) => end(toUpload(row), new Set()));
    },
    complete({ sequence, id, bucket, key }, { parts, answer }, nowMs) {
      forgetCompleted.run(nowMs - completedKeptMs);
      insertCompleted.run(sequence, id, bucket, key, nowMs, parts, answer);
    },
    findCompleted(bucket, key, id) {
      const row = selectCompleted.get(sequenceOf(id) ?? 0, bucket, key);
      return row?.id === id ? { parts: String(row.parts), answer: String(row.answer) } : undefined;
    },
    overtake(bucket, key) {
      overtake.run(bucket, key);
    },
  };
}

function toUpload(row: Record<string, unknown>): Upload {
  return {
    sequence: Number(row.sequence),
    id: String(row.id),
    bucket: Number(row.bucket),
    key: String(row.key),
    initiated: Number(row.initiated),
    initiator: String(row.initiator),
    attributes: JSON.parse(String(row.attributes)),
    tags: JSON.parse(String(row.tags)),
    checksum:
      row.checksum_algorithm === null
        ? undefined
        : {
            algorithm: row.checksum_algorithm as ChecksumAlgorithm,
            type: row.checksum_type as ChecksumType,
          },
    overtaken: row.overtaken === 1,
  };
}

function toPart(row: Record<string, unknown>): UploadPart {
  return {
    number: Number(row.number),
    blob: row.blob === null ? undefined : String(row.blob),
    size: Number(row.size),
    etag: String(row.etag),
    modified: Number(row.modified),
    checksum: String(row.checksum),
    given:
      row.given_algorithm === null
        ? undefined
        : {
            algorithm: row.given_algorithm as ChecksumAlgorithm,
            value: String(row.given_checksum),
          },
  };
}
