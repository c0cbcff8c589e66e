import type { DatabaseSync } from "node:sqlite";
import { transaction } from "../store/database.ts";

/** Rows that one transaction removes: short enough for calls in between. */
const rowsAtOnce = 500;

export interface DroppedSweeper {
  /** Begins to remove what `dropped` lists; safe to call at any time. */
  sweep(): void;
  /** Stops after the transaction under way; the next start goes on. */
  close(): Promise<void>;
}

/** Removes the rows of deleted tables and indexes, a few at a time. */
export function createDroppedSweeper(
  database: DatabaseSync,
  onFault: (error: unknown, where: string) => void,
): DroppedSweeper {
  const next = database.prepare("SELECT kind, id FROM dropped LIMIT 1");
  const forget = database.prepare("DELETE FROM dropped WHERE kind = ? AND id = ?");
  const removeItems = database.prepare(
    "DELETE FROM items WHERE id IN (SELECT id FROM items WHERE table_id = ? LIMIT ?)",
  );
  const removeEntries = database.prepare(
    `DELETE FROM index_entries WHERE (index_id, partition_key, sort_key, base_partition, base_sort) IN (
       SELECT index_id, partition_key, sort_key, base_partition, base_sort
       FROM index_entries WHERE index_id = ? LIMIT ?)`,
  );
  let sweeping: Promise<void> | undefined;
  let closed = false;

  /** @returns whether anything is left. */
  function removeSome(): boolean {
    return transaction(database, () => {
      const row = next.get();
      if (row === undefined) return false;
      const id = Number(row.id);
      const statement = row.kind === "table" ? removeItems : removeEntries;
      if (statement.run(id, rowsAtOnce).changes === 0) forget.run(String(row.kind), id);
      return true;
    });
  }

  async function sweepAll(): Promise<void> {
    try {
      do {
        await new Promise((resolve) => setImmediate(resolve));
      } while (!closed && removeSome());
    } catch (error) {
      onFault(error, "sweep of deleted DynamoDB tables");
    } finally {
      sweeping = undefined;
    }
  }

  return {
    sweep() {
      sweeping ??= sweepAll();
    },
    async close() {
      closed = true;
      await sweeping;
    },
  };
}
