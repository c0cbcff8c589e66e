import type { DatabaseSync } from "node:sqlite";
import { openDatabase } from "../store/database.ts";

/**
 * Keys are stored in their order-preserving encoding (key-encoding.ts), items as the JSON of their attributes.
 * An index entry only points to its item: what the index projects is cut out when it is read, so that an update of
 * other attributes writes one row. `dropped` holds what is to be swept: its rows are no longer reachable.
 */
const schema = `
CREATE TABLE IF NOT EXISTS tables (
  id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL UNIQUE, table_id TEXT NOT NULL,
  created_at INTEGER NOT NULL, definition TEXT NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS tags (
  table_id INTEGER NOT NULL, key TEXT NOT NULL, value TEXT NOT NULL, PRIMARY KEY (table_id, key)
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS indexes (
  id INTEGER PRIMARY KEY AUTOINCREMENT, owner INTEGER NOT NULL, name TEXT NOT NULL, definition TEXT NOT NULL,
  UNIQUE (owner, name)
) STRICT;
CREATE TABLE IF NOT EXISTS items (
  id INTEGER PRIMARY KEY, table_id INTEGER NOT NULL, partition_key BLOB NOT NULL, sort_key BLOB NOT NULL,
  size INTEGER NOT NULL, item TEXT NOT NULL
) STRICT;
CREATE UNIQUE INDEX IF NOT EXISTS items_by_key ON items (table_id, partition_key, sort_key);
CREATE TABLE IF NOT EXISTS index_entries (
  index_id INTEGER NOT NULL, partition_key BLOB NOT NULL, sort_key BLOB NOT NULL,
  base_partition BLOB NOT NULL, base_sort BLOB NOT NULL, item INTEGER NOT NULL,
  PRIMARY KEY (index_id, partition_key, sort_key, base_partition, base_sort)
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS dropped (
  kind TEXT NOT NULL, id INTEGER NOT NULL, PRIMARY KEY (kind, id)
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS request_tokens (
  token TEXT PRIMARY KEY, request TEXT NOT NULL, expires_at INTEGER NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS request_tokens_by_expiry ON request_tokens (expires_at);
`;

export const openDynamoDatabase = (file: string): DatabaseSync => openDatabase(file, schema);
