import type { DatabaseSync } from "node:sqlite";
import type { CorsRule } from "../cors/cors-rule.ts";
import type { BucketNotification } from "../notifications/bucket-notification.ts";
import type { Tag } from "../tags.ts";

/** "" is a bucket that never had versions. */
export type Versioning = "" | "Enabled" | "Suspended";

export interface BucketSettings {
  readonly versioning: Versioning;
  /** The bucket's policy, as JSON text. */
  readonly policy?: string;
  readonly notifications: readonly BucketNotification[];
}

export interface Bucket extends BucketSettings {
  readonly id: number;
  readonly name: string;
  /** Milliseconds since the epoch. */
  readonly created: number;
  /** In the order given; the first that fits a request holds. */
  readonly cors: readonly CorsRule[];
  readonly tags: readonly Tag[];
}

/** What people give a bucket, and the stack says nothing of. */
export type BucketDocuments = Pick<Bucket, "cors" | "tags">;

export interface BucketStore {
  find(name: string): Bucket | undefined;
  /** Buckets in order of their names. */
  list(from: string, prefixEnd: string | Uint8Array, limit: number): Bucket[];
  create(name: string, created: number, settings: BucketSettings): void;
  update(id: number, settings: BucketSettings): void;
  /** An empty document is none. */
  putDocument<Kind extends keyof BucketDocuments>(
    id: number,
    kind: Kind,
    document: BucketDocuments[Kind],
  ): void;
  /** Neither objects nor delete markers. */
  isEmpty(id: number): boolean;
  remove(id: number): void;
}

export function createBucketStore(database: DatabaseSync): BucketStore {
  const select = database.prepare("SELECT * FROM buckets WHERE name = ?");
  const selectPage = database.prepare(
    "SELECT * FROM buckets WHERE name >= ? AND name < ? ORDER BY name LIMIT ?",
  );
  const insert = database.prepare(
    "INSERT INTO buckets (name, created, versioning, policy, notifications) VALUES (?, ?, ?, ?, ?)",
  );
  const update = database.prepare(
    "UPDATE buckets SET versioning = ?, policy = ?, notifications = ? WHERE id = ?",
  );
  const remove = database.prepare("DELETE FROM buckets WHERE id = ?");
  const selectAnyVersion = database.prepare("SELECT 1 FROM versions WHERE bucket = ? LIMIT 1");
  const selectDocuments = database.prepare(
    "SELECT kind, document FROM bucket_documents WHERE bucket = ?",
  );
  const putDocument = database.prepare(
    "INSERT OR REPLACE INTO bucket_documents (bucket, kind, document) VALUES (?, ?, ?)",
  );
  const removeDocument = database.prepare(
    "DELETE FROM bucket_documents WHERE bucket = ? AND kind = ?",
  );
  const removeDocuments = database.prepare("DELETE FROM bucket_documents WHERE bucket = ?");
  const known = new Map<string, Bucket>();

  const columns = (settings: BucketSettings) =>
    [settings.versioning, settings.policy ?? null, JSON.stringify(settings.notifications)] as const;

  function toBucket(row: Record<string, unknown>): Bucket {
    const id = Number(row.id);
    const documents = new Map(
      selectDocuments.all(id).map(({ kind, document }) => [kind, JSON.parse(String(document))]),
    );
    return {
      id,
      name: String(row.name),
      created: Number(row.created),
      versioning: row.versioning as Versioning,
      ...(row.policy === null ? {} : { policy: String(row.policy) }),
      notifications: JSON.parse(String(row.notifications)),
      cors: documents.get("cors") ?? [],
      tags: documents.get("tags") ?? [],
    };
  }

  return {
    find(name) {
      // Every request asks for its bucket; there are few, and they seldom change.
      let bucket = known.get(name);
      if (bucket === undefined) {
        const row = select.get(name);
        if (row === undefined) return undefined;
        bucket = toBucket(row);
        // What a transaction sees may yet be rolled back.
        if (!database.isTransaction) known.set(name, bucket);
      }
      return bucket;
    },
    list: (from, prefixEnd, limit) => selectPage.all(from, prefixEnd, limit).map(toBucket),
    create(name, created, settings) {
      known.clear();
      insert.run(name, created, ...columns(settings));
    },
    update(id, settings) {
      known.clear();
      update.run(...columns(settings), id);
    },
    putDocument(id, kind, document) {
      known.clear();
      if (document.length === 0) removeDocument.run(id, kind);
      else putDocument.run(id, kind, JSON.stringify(document));
    },
    isEmpty: (id) => selectAnyVersion.get(id) === undefined,
    remove(id) {
      known.clear();
      removeDocuments.run(id);
      remove.run(id);
    },
  };
}
