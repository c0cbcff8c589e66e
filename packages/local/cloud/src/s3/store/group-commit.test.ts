import { DatabaseSync } from "node:sqlite";
import { expect, test } from "vitest";
import { createGroupCommit } from "./group-commit.ts";

function setUp() {
  const database = new DatabaseSync(":memory:");
  database.exec("CREATE TABLE t (n INTEGER PRIMARY KEY) STRICT");
  const insert = database.prepare("INSERT INTO t VALUES (?)");
  const commit = createGroupCommit(database);
  const rows = () =>
    database
      .prepare("SELECT n FROM t")
      .all()
      .map(({ n }) => n);
  return { database, commit, rows, add: (n: number) => insert.run(n) };
}

test("work of one turn shares a transaction, and each gets its own result", async () => {
  const { commit, rows, add } = setUp();
  const work = (n: number) => () => {
    add(n);
    return n * 10;
  };

  const results = await Promise.all([1, 2, 3].map((n) => commit(work(n))));

  expect(results).toEqual([10, 20, 30]);
  expect(rows()).toEqual([1, 2, 3]);
});

test("nothing is done before the turn is over", async () => {
  const { commit, rows, add } = setUp();
  const done = commit(() => add(1));

  expect(rows()).toEqual([]);
  await done;
  expect(rows()).toEqual([1]);
});

test("work that fails changes nothing and takes no other with it", async () => {
  const { commit, rows, add } = setUp();
  const failing = () => {
    add(2);
    throw new Error("no");
  };

  const results = await Promise.allSettled([
    commit(() => add(1)),
    commit(failing),
    commit(() => add(3)),
  ]);

  expect(results.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled"]);
  expect(rows()).toEqual([1, 3]);
});

test("work that fails alone changes nothing either", async () => {
  const { commit, rows, add } = setUp();
  const failing = commit(() => {
    add(1);
    throw new Error("no");
  });

  await expect(failing).rejects.toThrow("no");
  expect(rows()).toEqual([]);
  await commit(() => add(2));
  expect(rows()).toEqual([2]);
});

test("when the transaction is lost, all of its work has failed", async () => {
  const { commit, rows, add, database } = setUp();

  const results = await Promise.allSettled([
    commit(() => add(1)),
    commit(() => {
      // As SQLite does by itself when the disk is full.
      database.exec("ROLLBACK");
      throw new Error("database or disk is full");
    }),
    commit(() => add(3)),
  ]);

  expect(results.map(({ status }) => status)).toEqual(["rejected", "rejected", "rejected"]);
  expect(rows()).toEqual([]);
});
