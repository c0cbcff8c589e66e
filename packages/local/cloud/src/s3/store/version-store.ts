import type { DatabaseSync } from "node:sqlite";
import type { Checksum, ChecksumAlgorithm, ChecksumType } from "../checksum.ts";
import type { ObjectAttributes } from "../object-attributes.ts";
import { nullVersionId, opaqueId, sequenceOf } from "../opaque-id.ts";
import type { Tag } from "../tags.ts";
import type { Bucket } from "./bucket-store.ts";

/** Where the bytes of an object or part are: a file, or (small ones) a row of the database; nothing when there are none. */
export type StoredBody =
  | { readonly kind: "empty" }
  | { readonly kind: "small"; readonly data: Uint8Array }
  | { readonly kind: "blob"; readonly name: string };

/** One part of an object that was uploaded in parts. */
export interface VersionPart {
  readonly number: number;
  readonly blob: string | undefined;
  readonly size: number;
  /** Base64, of the object's checksum algorithm. */
  readonly checksum: string;
}

export interface NewVersion {
  readonly key: string;
  /** Milliseconds since the epoch. */
  readonly modified: number;
  readonly size: number;
  /** Without quotes. */
  readonly etag: string;
  readonly checksum: Checksum;
  readonly body: StoredBody | { readonly kind: "parts"; readonly parts: readonly VersionPart[] };
  readonly attributes: ObjectAttributes;
  readonly tags: readonly Tag[];
}

/** One version of a key; its bytes and parts are read when they are wanted. */
export interface ObjectVersion {
  readonly sequence: number;
  readonly bucket: number;
  readonly key: string;
  readonly versionId: string;
  readonly latest: boolean;
  readonly deleteMarker: boolean;
  readonly modified: number;
  readonly size: number;
  readonly etag: string;
  /** Delete markers have none. */
  readonly checksum: Checksum | undefined;
  readonly blob: string | undefined;
  /** Of an object that was uploaded in parts. */
  readonly partCount: number | undefined;
  readonly attributes: ObjectAttributes;
  readonly tags: readonly Tag[];
}

export interface VersionStore {
  /** The newest version of a key, which may be a delete marker. */
  newest(bucket: number, key: string): ObjectVersion | undefined;
  find(bucket: number, key: string, versionId: string): ObjectVersion | undefined;
  smallBody(version: ObjectVersion): Uint8Array;
  parts(version: ObjectVersion): VersionPart[];
  /** Writes the newest version of a key. */
  insert(bucket: Bucket, version: NewVersion): ObjectVersion;
  insertDeleteMarker(bucket: Bucket, key: string, modified: number): ObjectVersion;
  /** @returns the blobs that nothing names any more, to be removed when the transaction is on disk */
  remove(version: ObjectVersion): string[];
  setTags(version: ObjectVersion, tags: readonly Tag[]): void;
  nextSequence(): number;
  isKnownBlob(name: string): boolean;
}

/** So many newest versions are held in memory: an object that has been written is mostly read a few times soon after. */
const maximumHeld = 4096;

export function createVersionStore(database: DatabaseSync): VersionStore {
  const held = new Map<string, ObjectVersion>();
  const heldId = (bucket: number, key: string): string => `${bucket}/${key}`;
  const nextSequence = database.prepare("UPDATE counter SET value = value + 1 RETURNING value");
  const selectNewest = database.prepare(
    "SELECT * FROM versions WHERE bucket = ? AND key = ? ORDER BY sequence DESC LIMIT 1",
  );
  const selectVersion = database.prepare(
    "SELECT * FROM versions WHERE bucket = ? AND key = ? AND sequence = ?",
  );
  const selectNullVersion = database.prepare(
    "SELECT * FROM versions WHERE bucket = ? AND key = ? AND version_id = 'null'",
  );
  const insert = database.prepare(
    `INSERT INTO versions (sequence, bucket, key, version_id, latest, delete_marker, modified, size, etag,
       checksum_algorithm, checksum_type, checksum, blob, part_count, attributes, tags)
     VALUES (?, ?, ?, ?, 1, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  const demote = database.prepare(
    "UPDATE versions SET latest = 0 WHERE bucket = ? AND key = ? AND latest = 1",
  );
  const promote = database.prepare(
    `UPDATE versions SET latest = 1
     WHERE sequence = (SELECT max(sequence) FROM versions WHERE bucket = ? AND key = ?)`,
  );
  const remove = database.prepare("DELETE FROM versions WHERE sequence = ?");
  const updateTags = database.prepare("UPDATE versions SET tags = ? WHERE sequence = ?");
  const insertSmallBody = database.prepare(
    "INSERT INTO small_bodies (version, data) VALUES (?, ?)",
  );
  const selectSmallBody = database.prepare("SELECT data FROM small_bodies WHERE version = ?");
  const removeSmallBody = database.prepare("DELETE FROM small_bodies WHERE version = ?");
  const insertPart = database.prepare(
    "INSERT INTO version_parts (version, number, blob, size, checksum) VALUES (?, ?, ?, ?, ?)",
  );
  const selectParts = database.prepare(
    "SELECT number, blob, size, checksum FROM version_parts WHERE version = ? ORDER BY number",
  );
  const removeParts = database.prepare("DELETE FROM version_parts WHERE version = ?");
  const insertBlob = database.prepare("INSERT INTO blobs (name) VALUES (?)");
  const selectBlob = database.prepare("SELECT 1 FROM blobs WHERE name = ?");
  const removeBlob = database.prepare("DELETE FROM blobs WHERE name = ?");

  const sequence = (): number => Number(nextSequence.get()?.value);

  function parts(version: ObjectVersion): VersionPart[] {
    if (version.partCount === undefined) return [];
    return selectParts.all(version.sequence).map((row) => ({
      number: Number(row.number),
      blob: row.blob === null ? undefined : String(row.blob),
      size: Number(row.size),
      checksum: String(row.checksum),
    }));
  }

  function newVersion(
    bucket: Bucket,
    key: string,
    content: Omit<ObjectVersion, "sequence" | "bucket" | "key" | "versionId" | "latest">,
  ): ObjectVersion {
    const id = sequence();
    const versionId = bucket.versioning === "Enabled" ? opaqueId(id) : nullVersionId;
    held.delete(heldId(bucket.id, key));
    demote.run(bucket.id, key);
    insert.run(
      id,
      bucket.id,
      key,
      versionId,
      content.deleteMarker ? 1 : 0,
      content.modified,
      content.size,
      content.etag,
      content.checksum?.algorithm ?? null,
      content.checksum?.type ?? null,
      content.checksum?.value ?? null,
      content.blob ?? null,
      content.partCount ?? null,
      JSON.stringify(content.attributes),
      JSON.stringify(content.tags),
    );
    return { ...content, sequence: id, bucket: bucket.id, key, versionId, latest: true };
  }

  return {
    newest(bucket, key) {
      const id = heldId(bucket, key);
      const known = held.get(id);
      if (known !== undefined) return known;
      const row = selectNewest.get(bucket, key);
      if (row === undefined) return undefined;
      const version = toVersion(row);
      // What a transaction sees may yet be rolled back.
      if (!database.isTransaction) {
        if (held.size >= maximumHeld) held.clear();
        held.set(id, version);
      }
      return version;
    },

    find(bucket, key, versionId) {
      const row =
        versionId === nullVersionId
          ? selectNullVersion.get(bucket, key)
          : selectVersion.get(bucket, key, sequenceOf(versionId) ?? 0);
      return row?.version_id === versionId ? toVersion(row) : undefined;
    },

    smallBody(version) {
      const data = selectSmallBody.get(version.sequence)?.data;
      return data instanceof Uint8Array ? data : new Uint8Array();
    },

    parts,

    insert(bucket, { body, ...version }) {
      const written = newVersion(bucket, version.key, {
        ...version,
        deleteMarker: false,
        blob: body.kind === "blob" ? body.name : undefined,
        partCount: body.kind === "parts" ? body.parts.length : undefined,
      });
      if (body.kind === "blob") insertBlob.run(body.name);
      if (body.kind === "small") insertSmallBody.run(written.sequence, body.data);
      if (body.kind === "parts") {
        for (const part of body.parts) {
          const { number, blob, size, checksum } = part;
          insertPart.run(written.sequence, number, blob ?? null, size, checksum);
        }
      }
      return written;
    },

    insertDeleteMarker: (bucket, key, modified) =>
      newVersion(bucket, key, {
        deleteMarker: true,
        modified,
        size: 0,
        etag: "",
        checksum: undefined,
        blob: undefined,
        partCount: undefined,
        attributes: { headers: {}, metadata: {} },
        tags: [],
      }),

    remove(version) {
      const blobs = [version.blob, ...parts(version).map((part) => part.blob)].filter(
        (blob) => blob !== undefined,
      );
      held.delete(heldId(version.bucket, version.key));
      remove.run(version.sequence);
      if (version.partCount !== undefined) removeParts.run(version.sequence);
      else if (version.blob === undefined) removeSmallBody.run(version.sequence);
      for (const blob of blobs) removeBlob.run(blob);
      if (version.latest) promote.run(version.bucket, version.key);
      return blobs;
    },

    setTags(version, tags) {
      held.delete(heldId(version.bucket, version.key));
      updateTags.run(JSON.stringify(tags), version.sequence);
    },

    nextSequence: sequence,
    isKnownBlob: (name) => selectBlob.get(name) !== undefined,
  };
}

function toVersion(row: Record<string, unknown>): ObjectVersion {
  return {
    sequence: Number(row.sequence),
    bucket: Number(row.bucket),
    key: String(row.key),
    versionId: String(row.version_id),
    latest: row.latest === 1,
    deleteMarker: row.delete_marker === 1,
    modified: Number(row.modified),
    size: Number(row.size),
    etag: String(row.etag),
    checksum:
      row.checksum === null
        ? undefined
        : {
            algorithm: row.checksum_algorithm as ChecksumAlgorithm,
            type: row.checksum_type as ChecksumType,
            value: String(row.checksum),
          },
    blob: row.blob === null ? undefined : String(row.blob),
    partCount: row.part_count === null ? undefined : Number(row.part_count),
    attributes: JSON.parse(String(row.attributes)),
    tags: JSON.parse(String(row.tags)),
  };
}
