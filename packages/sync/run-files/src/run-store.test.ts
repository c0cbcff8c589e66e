import { GetObjectCommand } from "@aws-sdk/client-s3";
import { type LocalS3, startLocalS3 } from "@darkroom/cloud/testing/local-s3";
import type { FateLine } from "@darkroom/sync-workflow";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { copiedBefore, copiedKey } from "./copied-before.ts";
import { isAllCopied } from "./copy-failures.ts";
import { formatLines } from "./json-lines.ts";
import { shardKey } from "./run-layout.ts";
import { type RunStore, runStore } from "./run-store.ts";
import { shardFiles } from "./shard-files.ts";
import { fatesOfRun, shardsOfRun } from "./shards-of-run.ts";

let local: LocalS3;
let store: RunStore;
beforeAll(async () => {
  local = await startLocalS3("runs");
  store = runStore(local.s3, "runs");
});
afterAll(() => local.close());

/** What comes, in order. */
async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const item of items) found.push(item);
  return found;
}

const copy = (key: string) => ({ key, size: 3, etag: "e", reason: "missing" as const });
const fate = (key: string): FateLine => ({
  key,
  fate: "copied",
  bytes: 3,
  at: "2026-01-01T00:00:00.000Z",
});
const runOf = (name: string) => ({
  prefix: `runs/${name}/`,
  startTime: "2026-01-01T00:00:00.000Z",
});

describe("a shard", () => {
  test("has no fates before they are written, and is stored as JSON lines like them", async () => {
    const run = runOf("one");
    const shard = shardKey(run, "copy", 1);
    await store.put(shard, formatLines([copy("é 😀")]));
    const files = shardFiles(store, run, "copy", shard);

    expect(await files.readShard()).toEqual([copy("é 😀")]);
    expect(await files.readFates()).toEqual([]);
    await files.writeFates([fate("é 😀")]);
    expect(await files.readFates()).toEqual([fate("é 😀")]);

    for (const Key of [shard, "runs/one/fates/copy/00000001.jsonl"]) {
      const { ContentType } = await local.s3.send(new GetObjectCommand({ Bucket: "runs", Key }));
      expect(ContentType).toBe("application/jsonl");
    }
  });

  test("that isn't there is named", async () => {
    const run = runOf("none");
    await expect(
      shardFiles(store, run, "orphans", shardKey(run, "orphans", 1)).readShard(),
    ).rejects.toMatchObject({
      name: "ObjectNotFoundError",
      message: "s3://runs/runs/none/orphans/00000001.jsonl does not exist",
    });
  });
});

test("a run's shards and fates are read in order, and a shard whose fates nobody wrote is told apart", async () => {
  const run = runOf("many");
  for (let number = 1; number <= 40; number += 1) {
    const shard = shardKey(run, "copy", number);
    await store.put(shard, formatLines([copy(`k${number}`)]));
    if (number === 17) continue;
    await shardFiles(store, run, "copy", shard).writeFates([fate(`k${number}`)]);
  }

  const keys = (await all(shardsOfRun(store, run, "copy"))).flat();
  expect(keys.map(({ key }) => key)).toEqual(Array.from({ length: 40 }, (_, at) => `k${at + 1}`));
  const read = await all(fatesOfRun(store, run, "copy"));
  expect(read.map(({ fates }) => fates?.[0]?.key)).toEqual(
    Array.from({ length: 40 }, (_, at) => (at === 16 ? undefined : `k${at + 1}`)),
  );
  expect(await read[16]?.lines()).toEqual([copy("k17")]);
  expect(await all(fatesOfRun(store, run, "orphans"))).toEqual([]);
});

test("a run has copied all once each shard has its fates, and none of them is a failure any more", async () => {
  const run = runOf("failing");
  const [first, second] = [1, 2].map((number) => shardKey(run, "copy", number));
  if (first === undefined || second === undefined) throw new Error("no shards");
  expect(await isAllCopied(store, run)).toBe(true);
  for (const shard of [first, second]) await store.put(shard, formatLines([copy("k")]));
  expect(await isAllCopied(store, run)).toBe(false);

  await shardFiles(store, run, "copy", first).writeFates([fate("k")]);
  expect(await isAllCopied(store, run)).toBe(false);
  await shardFiles(store, run, "copy", second).writeFates([
    { ...fate("k"), fate: "failed", bytes: 0, error: "InternalError" },
  ]);
  expect(await isAllCopied(store, run)).toBe(false);

  const again = shardFiles(store, run, "copy", second);
  expect(await again.readFates()).toMatchObject([{ fate: "failed" }]);
  await again.writeFates([fate("k")]);
  expect(await isAllCopied(store, run)).toBe(true);
});

describe("what was copied before", () => {
  const buckets = { source: "from", destination: "into" };
  const line = (index: number) => ({
    key: `k${String(index).padStart(6, "0")}`,
    size: index,
    source: `${"0".repeat(32)}-${index}`,
    destination: "f".repeat(32),
  });

  test("is found from front to back, over several blocks, also by those who ask at once", async () => {
    const lines = Array.from({ length: 20_000 }, (_, at) => line(at * 2));
    await store.put(copiedKey(buckets), formatLines(lines));
    const before = copiedBefore(store, buckets);
    const asked = [0, 1, 2, 9_999, 10_000, 39_997, 39_998, 50_000];
    const found = await Promise.all(asked.map((index) => before.find(line(index).key)));
    expect(found).toEqual(
      asked.map((index) => (index % 2 === 0 && index < 40_000 ? line(index) : undefined)),
    );
  });

  test("is forgotten when another run replaces it on the way", async () => {
    const lines = Array.from({ length: 20_000 }, (_, at) => line(at));
    await store.put(copiedKey(buckets), formatLines(lines));
    const before = copiedBefore(store, buckets);
    expect(await before.find(line(1).key)).toEqual(line(1));
    await store.put(copiedKey(buckets), formatLines([line(19_999)]));
    expect(await before.find(line(19_999).key)).toBeUndefined();
  });

  test("is nothing in the beginning", async () => {
    const before = copiedBefore(store, { source: "from", destination: "elsewhere" });
    expect(await before.find("a")).toBeUndefined();
    expect(await before.find("b")).toBeUndefined();
  });
});
