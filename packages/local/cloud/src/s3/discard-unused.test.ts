import { join } from "node:path";
import { expect, test, vi } from "vitest";
import { openDatabase, transaction } from "../store/database.ts";
import { temporaryFolder } from "../testing/temporary-folder.ts";
import type { BlobStore } from "./blobs/blob-store.ts";
import { discardUnused } from "./discard-unused.ts";

const use = async (fails: () => unknown) => {
  const remove = vi.fn();
  const using = discardUnused(
    { remove } as unknown as BlobStore,
    { kind: "blob", name: "b" },
    async () => fails(),
  );
  await expect(using).rejects.toThrow();
  return remove.mock.calls;
};

test("a body whose row found no space on the disk is removed", async () => {
  const file = join(temporaryFolder(), "small.sqlite");
  const database = openDatabase(file, "CREATE TABLE t (x BLOB) STRICT");
  database.exec("PRAGMA max_page_count = 3");
  const fill = () =>
    transaction(database, () => database.exec("INSERT INTO t VALUES (randomblob(100000))"));

  expect(await use(fill)).toEqual([[["b"]]]);
  database.close();
});

test("a body stays when nobody knows whether its row is on the disk", async () => {
  const failing = () => {
    throw Object.assign(new Error("the log could not be synced"), { code: "ENOSPC" });
  };
  expect(await use(failing)).toEqual([]);
});
