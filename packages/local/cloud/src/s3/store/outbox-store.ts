import type { DatabaseSync } from "node:sqlite";

/** An event that is on its way to its target. */
export interface OutboxEntry {
  readonly id: number;
  readonly target: string;
  readonly bucket: string;
  /** Events of one key arrive in order; test events have "" for a key. */
  readonly key: string;
  readonly body: string;
}

export interface OutboxStore {
  add(entry: Omit<OutboxEntry, "id">): void;
  targets(): string[];
  after(target: string, id: number, limit: number): OutboxEntry[];
  remove(id: number): void;
}

export function createOutboxStore(database: DatabaseSync): OutboxStore {
  const insert = database.prepare(
    "INSERT INTO outbox (target, bucket, key, body) VALUES (?, ?, ?, ?)",
  );
  const selectTargets = database.prepare("SELECT DISTINCT target FROM outbox");
  const select = database.prepare(
    "SELECT * FROM outbox WHERE target = ? AND id > ? ORDER BY id LIMIT ?",
  );
  const remove = database.prepare("DELETE FROM outbox WHERE id = ?");
  return {
    add(entry) {
      insert.run(entry.target, entry.bucket, entry.key, entry.body);
    },
    targets: () => selectTargets.all().map((row) => String(row.target)),
    after: (target, id, limit) =>
      select.all(target, id, limit).map((row) => ({
        id: Number(row.id),
        target: String(row.target),
        bucket: String(row.bucket),
        key: String(row.key),
        body: String(row.body),
      })),
    remove(id) {
      remove.run(id);
    },
  };
}
