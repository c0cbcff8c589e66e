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
  try {
    database.exec(
      "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;",
    );
    database.exec(schema);
    return database;
  } catch (error) {
    database.close();
    if (!isDamage(error)) throw error;
    throw new Error(
      `${file} is damaged (${error.message}), and nothing was changed: put back a copy of the whole data folder, or move the folder away to begin with an empty one.`,
      { cause: error },
    );
  }
}

/** https://www.sqlite.org/rescode.html: SQLITE_CORRUPT, and SQLITE_NOTADB for a file without SQLite's header. */
const isDamage = (error: unknown): error is Error =>
  error instanceof Error && "errcode" in error && [11, 26].includes(Number(error.errcode) & 0xff);

/** Whether SQLite had no space for a transaction (SQLITE_FULL), and has written nothing of it. */
export const isUnwritten = (error: unknown): boolean =>
  error instanceof Error && "errcode" in error && error.errcode === 13;

/** Whether there was no space for it, in SQLite's words or the system's. */
export const isDiskFull = (error: unknown): boolean =>
  isUnwritten(error) || (error instanceof Error && "code" in error && error.code === "ENOSPC");

/** Runs `work` as one transaction: all of it is written, or nothing. `work` must not wait for anything. */
export function transaction<T>(database: DatabaseSync, work: () => T): T {
  database.exec("BEGIN IMMEDIATE");
  try {
    const result = work();
    database.exec("COMMIT");
    return result;
  } catch (error) {
    // On some failures, such as a full disk, SQLite rolls back by itself.
    if (database.isTransaction) database.exec("ROLLBACK");
    throw error;
  }
}
