import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { expect, test } from "vitest";
import { temporaryFolder } from "../testing/temporary-folder.ts";
import { isDiskFull, openDatabase, transaction } from "./database.ts";

const schema = "CREATE TABLE IF NOT EXISTS t (data BLOB) STRICT";

test("a transaction that SQLite rolled back by itself fails with SQLite's own reason", () => {
  const database = new DatabaseSync(":memory:");
  database.exec(`${schema}; PRAGMA max_page_count = 10`);
  const insert = database.prepare("INSERT INTO t VALUES (zeroblob(100000))");

  let reason: unknown;
  try {
    transaction(database, () => insert.run());
  } catch (error) {
    reason = error;
  }

  expect(isDiskFull(reason)).toBe(true);
  expect(database.isTransaction).toBe(false);
  database.close();
});

test("a file that is no database is named, with what to do, and left as it is", () => {
  const file = join(temporaryFolder(), "sqs.sqlite");
  openDatabase(file, schema).close();
  const bytes = readFileSync(file);
  bytes.fill(0xff, 0, 100);
  writeFileSync(file, bytes);

  expect(() => openDatabase(file, schema)).toThrow(`${file} is damaged (file is not a database)`);
  expect(readFileSync(file)).toEqual(bytes);
});
