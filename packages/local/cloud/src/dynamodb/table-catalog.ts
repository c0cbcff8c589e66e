import { randomUUID } from "node:crypto";
import type { DatabaseSync } from "node:sqlite";
import { isDeepStrictEqual } from "node:util";
import { AwsError } from "../aws-error.ts";
import type { Place } from "../place.ts";
import { transaction } from "../store/database.ts";
import type { ItemStore } from "./item-store.ts";
import {
  type Index,
  type IndexDefinition,
  keyAttributes,
  type Table,
  type TableDefinition,
  tableArn,
} from "./table-definition.ts";

export type TableCatalog = ReturnType<typeof createTableCatalog>;

/** The tables that there are: on disk, and in memory for every call to look up. */
export function createTableCatalog(options: {
  database: DatabaseSync;
  items: ItemStore;
  place: Place;
  now: () => number;
}) {
  const { database, items, place } = options;
  const insertTable = database.prepare(
    "INSERT INTO tables (name, table_id, created_at, definition) VALUES (?, ?, ?, ?)",
  );
  const updateTable = database.prepare("UPDATE tables SET definition = ? WHERE id = ?");
  const removeTable = database.prepare("DELETE FROM tables WHERE id = ?");
  const selectTables = database.prepare("SELECT * FROM tables");
  const insertIndex = database.prepare(
    "INSERT INTO indexes (owner, name, definition) VALUES (?, ?, ?)",
  );
  const updateIndex = database.prepare("UPDATE indexes SET definition = ? WHERE id = ?");
  const removeIndex = database.prepare("DELETE FROM indexes WHERE id = ?");
  const selectIndexes = database.prepare("SELECT * FROM indexes WHERE owner = ? ORDER BY id");
  const selectTags = database.prepare("SELECT key, value FROM tags WHERE table_id = ?");
  const insertTag = database.prepare(
    "INSERT OR REPLACE INTO tags (table_id, key, value) VALUES (?, ?, ?)",
  );
  const removeTags = database.prepare("DELETE FROM tags WHERE table_id = ?");
  const drop = database.prepare("INSERT INTO dropped (kind, id) VALUES (?, ?)");

  const tables = new Map(
    selectTables.all().map((row) => {
      const name = String(row.name);
      const indexes = selectIndexes
        .all(Number(row.id))
        .map((index): Index => ({ ...JSON.parse(String(index.definition)), id: Number(index.id) }));
      const table: Table = {
        ...JSON.parse(String(row.definition)),
        id: Number(row.id),
        arn: tableArn(place, name),
        tableId: String(row.table_id),
        createdAt: Number(row.created_at),
        indexes,
      };
      return [name, table];
    }),
  );

  function addIndex(tableId: number, definition: IndexDefinition): Index {
    const { lastInsertRowid } = insertIndex.run(
      tableId,
      definition.name,
      JSON.stringify(definition),
    );
    return { ...definition, id: Number(lastInsertRowid) };
  }

  function dropIndex(index: Index): void {
    removeIndex.run(index.id);
    drop.run("index", index.id);
  }

  function writeTags(tableId: number, tags: ReadonlyMap<string, string>): void {
    removeTags.run(tableId);
    for (const [key, value] of tags) insertTag.run(tableId, key, value);
  }

  /** An index with other keys is another index: its entries are made anew. */
  function changeIndexes(table: Table, wanted: readonly IndexDefinition[]): Index[] {
    const kept = new Map(table.indexes.map((index) => [index.name, index]));
    const indexes = wanted.map((definition) => {
      const known = kept.get(definition.name);
      if (
        known !== undefined &&
        isDeepStrictEqual(keyAttributes(known), keyAttributes(definition))
      ) {
        kept.delete(definition.name);
        updateIndex.run(JSON.stringify(definition), known.id);
        return { ...definition, id: known.id };
      }
      if (known !== undefined) {
        kept.delete(definition.name);
        dropIndex(known);
      }
      const index = addIndex(table.id, definition);
      items.fillIndex(table, index);
      return index;
    });
    for (const index of kept.values()) dropIndex(index);
    return indexes;
  }

  return {
    find: (name: string): Table | undefined => tables.get(name),

    /** @throws ResourceNotFoundException */
    require(name: string): Table {
      const table = tables.get(name);
      if (table === undefined) throw tableNotFound();
      return table;
    },

    /**
     * The table as it is when a queued call's turn comes: it may have other indexes by then.
     * @throws ResourceNotFoundException when it is gone, whatever has its name now
     */
    requireCurrent(table: Table): Table {
      const current = tables.get(table.name);
      if (current?.id !== table.id) throw tableNotFound();
      return current;
    },

    /** In the order in which ListTables gives them. */
    names: (): string[] => [...tables.keys()].sort(),

    create(definition: TableDefinition, tags: ReadonlyMap<string, string> = new Map()): Table {
      const { indexes, ...own } = definition;
      const tableId = randomUUID();
      const createdAt = options.now();
      const table = transaction(database, (): Table => {
        const { lastInsertRowid } = insertTable.run(
          definition.name,
          tableId,
          createdAt,
          JSON.stringify(own),
        );
        const id = Number(lastInsertRowid);
        writeTags(id, tags);
        return {
          ...own,
          id,
          arn: tableArn(place, definition.name),
          tableId,
          createdAt,
          indexes: indexes.map((index) => addIndex(id, index)),
        };
      });
      tables.set(table.name, table);
      return table;
    },

    /** Brings a table to another definition; its items stay. @throws Error when its own key would change. */
    change(table: Table, definition: TableDefinition): Table {
      if (!isDeepStrictEqual(keyAttributes(table), keyAttributes(definition))) {
        throw new Error(
          `The table ${table.name} has other keys than the stack says now, and a key can't be changed. Delete the table (aws dynamodb delete-table), its items with it, or give the new one another name.`,
        );
      }
      const { indexes, ...own } = definition;
      const { id, arn, tableId, createdAt } = table;
      const changed = transaction(database, (): Table => {
        updateTable.run(JSON.stringify(own), id);
        return { ...own, id, arn, tableId, createdAt, indexes: changeIndexes(table, indexes) };
      });
      tables.set(table.name, changed);
      return changed;
    },

    tagsOf: (table: Table): Map<string, string> =>
      new Map(selectTags.all(table.id).map(({ key, value }) => [String(key), String(value)])),

    setTags(table: Table, tags: ReadonlyMap<string, string>): void {
      transaction(database, () => writeTags(table.id, tags));
    },

    /** From here on nothing finds the table; its rows are swept afterwards. */
    drop(table: Table): void {
      transaction(database, () => {
        removeTable.run(table.id);
        removeTags.run(table.id);
        drop.run("table", table.id);
        for (const index of table.indexes) dropIndex(index);
      });
      tables.delete(table.name);
    },
  };
}

export const tableNotFound = (name?: string): AwsError =>
  new AwsError(
    "ResourceNotFoundException",
    name === undefined
      ? "Requested resource not found"
      : `Requested resource not found: Table: ${name} not found`,
  );
