import type { DatabaseSync } from "node:sqlite";
import type { StoredItem } from "./item-store.ts";
import {
  aboveAllPartitions,
  aboveAllSortKeys,
  type EncodedKey,
  emptyKey,
  successor,
} from "./key-encoding.ts";
import type { Index, Table } from "./table-definition.ts";

/** A range of the sort key within one partition, read in either direction. */
export interface PartitionRange {
  readonly partition: Buffer;
  /** Included. */
  readonly from: Buffer;
  /** Not included. */
  readonly to: Buffer;
  readonly forward: boolean;
}

/** Partitions from `from` (included) to `to` (not included). */
export interface PartitionSpan {
  readonly from: Buffer;
  readonly to: Buffer;
}

/** Where a page ended: in an index, items with the same index key stand in the order of their own keys. */
export interface Position {
  readonly at: EncodedKey;
  readonly base: EncodedKey;
}

export type ItemReader = ReturnType<typeof createItemReader>;

/** Reads items in the order of their keys, one by one, so that a page can end anywhere. */
export function createItemReader(database: DatabaseSync) {
  const item = "i.id, i.size, i.item AS json";
  const ofTable = `SELECT ${item} FROM items i WHERE i.table_id = ?`;
  // CROSS JOIN keeps SQLite from reading the items first.
  const ofIndex = `SELECT ${item} FROM index_entries e CROSS JOIN items i ON i.id = e.item WHERE e.index_id = ?`;
  const tableRange = (direction: "ASC" | "DESC") =>
    database.prepare(
      `${ofTable} AND i.partition_key = ? AND i.sort_key >= ? AND i.sort_key < ?
       ORDER BY i.sort_key ${direction}`,
    );
  const indexRange = (direction: "ASC" | "DESC") =>
    database.prepare(
      `${ofIndex} AND e.partition_key = ? AND e.sort_key >= ? AND e.sort_key < ?
       AND (e.sort_key, e.base_partition, e.base_sort) ${direction === "ASC" ? ">" : "<"} (?, ?, ?)
       ORDER BY e.sort_key ${direction}, e.base_partition ${direction}, e.base_sort ${direction}`,
    );
  const tableForward = tableRange("ASC");
  const tableBackward = tableRange("DESC");
  const indexForward = indexRange("ASC");
  const indexBackward = indexRange("DESC");
  const tableSpan = database.prepare(
    `${ofTable} AND (i.partition_key, i.sort_key) > (?, ?) AND i.partition_key < ?
     ORDER BY i.partition_key, i.sort_key`,
  );
  const indexSpan = database.prepare(
    `${ofIndex} AND (e.partition_key, e.sort_key, e.base_partition, e.base_sort) > (?, ?, ?, ?)
     AND e.partition_key < ?
     ORDER BY e.partition_key, e.sort_key, e.base_partition, e.base_sort`,
  );
  const countItems = database.prepare(
    "SELECT count(*) AS count, coalesce(sum(size), 0) AS bytes FROM items WHERE table_id = ?",
  );
  const countEntries = database.prepare(
    "SELECT count(*) AS count FROM index_entries WHERE index_id = ?",
  );

  return {
    queryTable(table: Table, range: PartitionRange, after?: Position): Iterable<StoredItem> {
      const { partition, forward } = range;
      const from = after !== undefined && forward ? successor(after.at.sort) : range.from;
      const to = after !== undefined && !forward ? after.at.sort : range.to;
      const statement = forward ? tableForward : tableBackward;
      return rows(statement.iterate(table.id, partition, from, to));
    },

    queryIndex(index: Index, range: PartitionRange, after?: Position): Iterable<StoredItem> {
      const { partition, forward } = range;
      // The bound on the sort key alone is what SQLite seeks by; the row value only passes over its equals.
      const from = after !== undefined && forward ? after.at.sort : range.from;
      const to = after !== undefined && !forward ? successor(after.at.sort) : range.to;
      const { at, base } = after ?? (forward ? first : last);
      const statement = forward ? indexForward : indexBackward;
      return rows(
        statement.iterate(index.id, partition, from, to, at.sort, base.partition, base.sort),
      );
    },

    scanTable(table: Table, span: PartitionSpan, after?: Position): Iterable<StoredItem> {
      const { partition, sort } = after?.at ?? { partition: span.from, sort: emptyKey };
      return rows(tableSpan.iterate(table.id, partition, sort, span.to));
    },

    scanIndex(index: Index, span: PartitionSpan, after?: Position): Iterable<StoredItem> {
      const { at, base } = after ?? {
        at: { partition: span.from, sort: emptyKey },
        base: first.base,
      };
      return rows(
        indexSpan.iterate(index.id, at.partition, at.sort, base.partition, base.sort, span.to),
      );
    },

    countItems: (table: Table) => countItems.get(table.id) as { count: number; bytes: number },

    countEntries: (index: Index): number => Number(countEntries.get(index.id)?.count),
  };
}

const first: Position = {
  at: { partition: emptyKey, sort: emptyKey },
  base: { partition: emptyKey, sort: emptyKey },
};
const last: Position = {
  at: { partition: aboveAllPartitions, sort: aboveAllSortKeys },
  base: { partition: aboveAllPartitions, sort: aboveAllSortKeys },
};

const rows = (iterator: Iterable<unknown>): Iterable<StoredItem> =>
  iterator as Iterable<StoredItem>;
