import { mkdirSync } from "node:fs";
import { dirname } from "node:path";
import { DatabaseSync } from "node:sqlite";

/**
 * Opens a service's database. Write-ahead log with synchronous=FULL: what a committed transaction wrote survives
 * `kill -9` and a power cut (https://www.sqlite.org/pragma.html#pragma_synchronous).
 * @param schema SQL that is safe to run at every start (`CREATE … IF NOT EXISTS`).
 */
export function openDatabase(file: string, schema: string): DatabaseSync {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  const database = new DatabaseSync(file);
  database.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;");
  database.exec(schema);
  return database;
}

/** Runs `work` as one transaction: all of it is written, or nothing. `work` must not wait for anything. */
export function transaction<T>(database: DatabaseSync, work: () => T): T {
  database.exec("BEGIN IMMEDIATE");
  try {
    const result = work();
    database.exec("COMMIT");
    return result;
  } catch (error) {
    database.exec("ROLLBACK");
    throw error;
  }
}
