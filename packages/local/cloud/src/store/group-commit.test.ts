import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { temporaryFolder } from "../testing/temporary-folder.ts";
import { openDatabase } from "./database.ts";
import { createGroupCommit } from "./group-commit.ts";
import type { LogSync } from "./log-sync.ts";

let folder: string;
let setUp: ReturnType<typeof open>;

function open(log?: LogSync) {
  const schema = "CREATE TABLE IF NOT EXISTS t (n INTEGER PRIMARY KEY) STRICT";
  const database = openDatabase(join(folder, "t.sqlite"), schema);
  const insert = database.prepare("INSERT INTO t VALUES (?)");
  const group = createGroupCommit(database, log);
  const rows = () =>
    database
      .prepare("SELECT n FROM t")
      .all()
      .map(({ n }) => n);
  return {
    database,
    commit: group.commit,
    rows,
    add: (n: number) => insert.run(n),
    async close() {
      await group.close();
      database.close();
    },
  };
}

beforeEach(() => {
  folder = temporaryFolder();
  setUp = open();
});
afterEach(() => setUp.close());

test("work of one turn shares a transaction, and each gets its own result", async () => {
  const { commit, rows, add } = setUp;
  const work = (n: number) => () => {
    add(n);
    return n * 10;
  };

  const results = await Promise.all([1, 2, 3].map((n) => commit(work(n))));

  expect(results).toEqual([10, 20, 30]);
  expect(rows()).toEqual([1, 2, 3]);
});

test("nothing is done before the turn is over", async () => {
  const { commit, rows, add } = setUp;
  const done = commit(() => add(1));

  expect(rows()).toEqual([]);
  await done;
  expect(rows()).toEqual([1]);
});

test("work that fails changes nothing and takes no other with it", async () => {
  const { commit, rows, add } = setUp;
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
  const { commit, rows, add } = setUp;
  const failing = commit(() => {
    add(1);
    throw new Error("no");
  });

  await expect(failing).rejects.toThrow("no");
  expect(rows()).toEqual([]);
  await commit(() => add(2));
  expect(rows()).toEqual([2]);
});

test("work that work asks for joins its transaction, and fails with it", async () => {
  const { commit, rows, add, database } = setUp;
  const inner: Promise<unknown>[] = [];

  const outer = commit(() => {
    add(1);
    const joined = commit(() => {
      add(2);
      // As SQLite does by itself when the disk is full.
      database.exec("ROLLBACK");
      throw new Error("database or disk is full");
    });
    inner.push(joined.catch((error: Error) => error.message));
  });

  await expect(outer).rejects.toThrow("disk is full");
  expect(await inner[0]).toBe("database or disk is full");
  expect(rows()).toEqual([]);
});

test("when the transaction is lost, all of its work has failed, and the next one is written", async () => {
  const { commit, rows, add, database } = setUp;

  const results = await Promise.allSettled([
    commit(() => add(1)),
    commit(() => {
      database.exec("ROLLBACK");
      throw new Error("database or disk is full");
    }),
    commit(() => add(3)),
  ]);

  expect(results.map(({ status }) => status)).toEqual(["rejected", "rejected", "rejected"]);
  expect(rows()).toEqual([]);
  await commit(() => add(4));
  expect(rows()).toEqual([4]);
});

test("nobody hears of success before a sync that began after the commit has ended", async () => {
  await setUp.close();
  const syncs: (() => void)[] = [];
  setUp = open({
    sync: () => new Promise((resolve) => syncs.push(resolve)),
    close: async () => {},
  });
  let told = false;

  const done = setUp
    .commit(() => setUp.add(1))
    .then(() => {
      told = true;
    });
  await new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
  expect(setUp.rows()).toEqual([1]);
  expect(told).toBe(false);

  syncs[0]?.();
  await done;
  expect(syncs).toHaveLength(1);
});

test("work whose sync fails has failed", async () => {
  await setUp.close();
  setUp = open({ sync: () => Promise.reject(new Error("EIO")), close: async () => {} });

  await expect(setUp.commit(() => setUp.add(1))).rejects.toThrow("EIO");
});

test("closing waits for what was asked for, and refuses what comes after", async () => {
  const { commit, add } = setUp;
  const done = commit(() => add(1));

  await setUp.close();

  await done;
  await expect(commit(() => add(2))).rejects.toThrow("is being stopped");
  setUp = open();
  expect(setUp.rows()).toEqual([1]);
});
