import type { DatabaseSync } from "node:sqlite";
import type { BucketNotification } from "../notifications/bucket-notification.ts";

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
}

export interface BucketStore {
  find(name: string): Bucket | undefined;
  /** Buckets in order of their names. */
  list(from: string, prefixEnd: string | Uint8Array, limit: number): Bucket[];
  create(name: string, created: number, settings: BucketSettings): void;
  update(id: number, settings: BucketSettings): void;
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
  const known = new Map<string, Bucket>();

  const columns = (settings: BucketSettings) =>
    [settings.versioning, settings.policy ?? null, JSON.stringify(settings.notifications)] as const;

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
    isEmpty: (id) => selectAnyVersion.get(id) === undefined,
    remove(id) {
      known.clear();
      remove.run(id);
    },
  };
}

function toBucket(row: Record<string, unknown>): Bucket {
  return {
    id: Number(row.id),
    name: String(row.name),
    created: Number(row.created),
    versioning: row.versioning as Versioning,
    ...(row.policy === null ? {} : { policy: String(row.policy) }),
    notifications: JSON.parse(String(row.notifications)),
  };
}
