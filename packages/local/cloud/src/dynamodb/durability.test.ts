import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { Call } from "../service.ts";
import { createDynamoDb, type DynamoDb } from "./dynamodb.ts";

let folder: string;
const opened: DynamoDb[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "dynamodb-"));
});

afterEach(async () => {
  for (const dynamodb of opened.splice(0)) await dynamodb.close();
  rmSync(folder, { recursive: true });
});

const databaseFile = () => join(folder, "dynamodb.sqlite");

function open(): DynamoDb {
  const dynamodb = createDynamoDb({
    place: { accountId: "000000000000", region: "us-east-1" },
    databaseFile: databaseFile(),
    clock: { now: () => 0, setTimer: () => () => {} },
    onFault(error) {
      throw error;
    },
  });
  dynamodb.putTable({
    name: "photos",
    hashKey: { name: "id", type: "S" },
    globalSecondaryIndexes: [
      { name: "byAlbum", hashKey: { name: "album", type: "S" }, projection: "ALL" },
    ],
  });
  opened.push(dynamodb);
  return dynamodb;
}

const context = { authorize: () => {} } as unknown as Call;
const call = async (dynamodb: DynamoDb, operation: string, input: object) =>
  (await dynamodb.service.call(operation, { TableName: "photos", ...input }, context)) as Record<
    string,
    unknown
  >;

const item = (index: number) => ({ id: { S: `photo-${index}` }, album: { S: "a" } });

/** Rows that another connection sees: what is committed. */
function committedRows(table: "items" | "index_entries" | "dropped"): number {
  const reader = new DatabaseSync(databaseFile(), { readOnly: true });
  const row = reader.prepare(`SELECT count(*) AS rows FROM ${table}`).get();
  reader.close();
  return Number(row?.rows);
}

test("what was answered is committed, the index with the item", async () => {
  const dynamodb = open();
  const answers = Array.from({ length: 20 }, (_, index) =>
    call(dynamodb, "PutItem", { Item: item(index) }),
  );
  await Promise.all(answers);

  expect(committedRows("items")).toBe(20);
  expect(committedRows("index_entries")).toBe(20);
});

test("nothing is answered before it is committed", async () => {
  const dynamodb = open();
  const answer = call(dynamodb, "PutItem", { Item: item(1) });
  const answered = answer.then(() => committedRows("items"));

  expect(committedRows("items")).toBe(0);
  expect(await answered).toBe(1);
});

test("a second process finds tables, items and indexes as they were", async () => {
  await call(open(), "PutItem", { Item: item(1) });
  // No close: as after a crash.
  const again = open();

  expect(await call(again, "GetItem", { Key: { id: { S: "photo-1" } } })).toEqual({
    Item: item(1),
  });
  expect(
    await call(again, "Query", {
      IndexName: "byAlbum",
      KeyConditionExpression: "album = :a",
      ExpressionAttributeValues: { ":a": { S: "a" } },
    }),
  ).toMatchObject({ Items: [item(1)] });
});

test("of what a killed process had acknowledged nothing is lost, and no index is out of step", async () => {
  for (const lines of [40, 90, 150]) {
    const script = fileURLToPath(new URL("./testing/writing-process.ts", import.meta.url));
    const child = spawn(process.execPath, [script, databaseFile()], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    let output = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      output += text;
      if (output.split("\n").length > lines) child.kill("SIGKILL");
    });
    await once(child, "close");

    const again = open();
    const acknowledged = output.split("\n").slice(0, -1);
    for (const number of acknowledged) {
      const Key = { id: { S: `photo-${number}` } };
      expect(await call(again, "GetItem", { Key })).toHaveProperty("Item");
    }
    expect(acknowledged.length).toBeGreaterThanOrEqual(lines);
    expect(committedRows("index_entries")).toBe(committedRows("items"));
    await again.close();
    opened.splice(0);
  }
}, 30_000);

test("the rows of a deleted table are swept, after a restart if need be", async () => {
  const dynamodb = open();
  await Promise.all(
    Array.from({ length: 1_200 }, (_, index) => call(dynamodb, "PutItem", { Item: item(index) })),
  );
  await call(dynamodb, "DeleteTable", {});
  await dynamodb.close();
  opened.splice(0);

  expect(committedRows("dropped")).toBeGreaterThan(0);
  const again = open();
  again.start();
  while (committedRows("dropped") > 0) await new Promise((resolve) => setImmediate(resolve));

  expect(committedRows("items")).toBe(0);
  expect(committedRows("index_entries")).toBe(0);
});

test("a write that was queued while its table was deleted is refused", async () => {
  const dynamodb = open();
  const write = call(dynamodb, "PutItem", { Item: item(1) });
  await Promise.all([
    expect(write).rejects.toMatchObject({ code: "ResourceNotFoundException" }),
    call(dynamodb, "DeleteTable", {}),
  ]);
});

test("closing waits for what was queued, and refuses what comes after", async () => {
  const dynamodb = open();
  const write = call(dynamodb, "PutItem", { Item: item(1) });
  await dynamodb.close();
  opened.splice(0);

  await expect(write).resolves.toEqual({});
  expect(committedRows("items")).toBe(1);
  await expect(call(dynamodb, "PutItem", { Item: item(2) })).rejects.toThrow("being stopped");
});
