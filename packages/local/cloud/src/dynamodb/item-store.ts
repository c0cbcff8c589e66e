import type { DatabaseSync } from "node:sqlite";
import { type Attributes, attributeOf, equalValues } from "./attribute-value.ts";
import { encodeIndexKey } from "./item-keys.ts";
import type { SizedItem } from "./item-size.ts";
import type { EncodedKey } from "./key-encoding.ts";
import { type Index, keyAttributes, type Table } from "./table-definition.ts";

/** An item as it is stored; `attributesOf` reads it. */
export interface StoredItem {
  readonly id: number;
  /** In bytes, as DynamoDB counts them. */
  readonly size: number;
  /** The attributes as JSON. */
  readonly json: string;
}

export const attributesOf = (stored: StoredItem): Attributes => JSON.parse(stored.json);

export type ItemStore = ReturnType<typeof createItemStore>;

/** Reads and writes single items and keeps the entries of indexes in step; its writes belong in a transaction. */
export function createItemStore(database: DatabaseSync) {
  const select = database.prepare(
    `SELECT id, size, item AS json FROM items
     WHERE table_id = ? AND partition_key = ? AND sort_key = ?`,
  );
  const insert = database.prepare(
    "INSERT INTO items (table_id, partition_key, sort_key, size, item) VALUES (?, ?, ?, ?, ?)",
  );
  const update = database.prepare("UPDATE items SET size = ?, item = ? WHERE id = ?");
  const remove = database.prepare("DELETE FROM items WHERE id = ?");
  const insertEntry = database.prepare(
    `INSERT INTO index_entries (index_id, partition_key, sort_key, base_partition, base_sort, item)
     VALUES (?, ?, ?, ?, ?, ?)`,
  );
  const removeEntry = database.prepare(
    `DELETE FROM index_entries
     WHERE index_id = ? AND partition_key = ? AND sort_key = ? AND base_partition = ? AND base_sort = ?`,
  );
  const selectAll = database.prepare(
    "SELECT id, size, item AS json, partition_key, sort_key FROM items WHERE table_id = ?",
  );

  function addEntry(index: Index, at: EncodedKey, base: EncodedKey, item: number): void {
    insertEntry.run(index.id, at.partition, at.sort, base.partition, base.sort, item);
  }

  /** Writes only where the place in the index changes. */
  function moveEntry(
    index: Index,
    base: EncodedKey,
    item: number,
    before: Attributes | undefined,
    after: Attributes | undefined,
  ): void {
    if (before !== undefined && after !== undefined && haveSameKeys(index, before, after)) return;
    const from = before === undefined ? undefined : encodeIndexKey(index, before);
    const to = after === undefined ? undefined : encodeIndexKey(index, after);
    if (from !== undefined) {
      removeEntry.run(index.id, from.partition, from.sort, base.partition, base.sort);
    }
    if (to !== undefined) addEntry(index, to, base, item);
  }

  return {
    find(table: Table, key: EncodedKey): StoredItem | undefined {
      return select.get(table.id, key.partition, key.sort) as StoredItem | undefined;
    },

    /**
     * Puts `item` in the place of `old`, which is what `find` gave for the key.
     * @param before the attributes of `old`, asked for only where they are needed
     */
    put(
      table: Table,
      key: EncodedKey,
      old: StoredItem | undefined,
      before: () => Attributes | undefined,
      { attributes, size }: SizedItem,
    ): void {
      const json = JSON.stringify(attributes);
      const id =
        old?.id ??
        Number(insert.run(table.id, key.partition, key.sort, size, json).lastInsertRowid);
      if (old !== undefined) update.run(size, json, id);
      if (table.indexes.length === 0) return;
      for (const index of table.indexes) moveEntry(index, key, id, before(), attributes);
    },

    remove(
      table: Table,
      key: EncodedKey,
      old: StoredItem,
      before: () => Attributes | undefined,
    ): void {
      remove.run(old.id);
      for (const index of table.indexes) moveEntry(index, key, old.id, before(), undefined);
    },

    /** Enters the items that are there already into a new index. An item whose attribute can't key it stays out, as on AWS. */
    fillIndex(table: Table, index: Index): void {
      for (const row of selectAll.iterate(table.id)) {
        const stored = row as unknown as StoredItem & { partition_key: Buffer; sort_key: Buffer };
        const at = encodeIndexKey(index, attributesOf(stored));
        if (at === undefined) continue;
        addEntry(index, at, { partition: stored.partition_key, sort: stored.sort_key }, stored.id);
      }
    },
  };
}

const haveSameKeys = (index: Index, before: Attributes, after: Attributes): boolean =>
  keyAttributes(index).every(({ name }) => {
    const [old, now] = [attributeOf(before, name), attributeOf(after, name)];
    return old === now || (old !== undefined && now !== undefined && equalValues(old, now));
  });
