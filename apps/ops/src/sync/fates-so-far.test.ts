import type { FateLine } from "@darkroom/sync-workflow";
import { expect, test } from "vitest";
import { seededRandom } from "../../demo/seeded-random.ts";
import { type FatesFiles, FatesSoFar } from "./fates-so-far.ts";

const folder = "runs/one/fates/copy/";
const keyOf = (shard: number) => `${folder}${String(shard).padStart(8, "0")}.jsonl`;
const fate = (what: FateLine["fate"], more: Partial<FateLine> = {}): FateLine => ({
  key: "k",
  fate: what,
  bytes: 3,
  at: "2026-01-01T00:00:00.000Z",
  ...more,
});
const { signal } = new AbortController();

/** A bucket of fates as S3 lists it, and how often it was asked. */
function fakeFiles() {
  const files = new Map<string, { etag: string; fates: FateLine[] }>();
  const asked = { lists: 0, reads: 0, longestPage: 0 };
  let version = 0;
  const port: FatesFiles = {
    async listAfter(after) {
      const keys = [...files.keys()].filter((key) => key > after).toSorted();
      const page = keys.slice(0, 1000);
      asked.lists += 1;
      asked.longestPage = Math.max(asked.longestPage, page.length);
      return page.map((key) => ({ key, etag: files.get(key)?.etag ?? "" }));
    },
    async read(key) {
      asked.reads += 1;
      return files.get(key)?.fates ?? [];
    },
  };
  const write = (shard: number, fates: FateLine[]) => {
    version += 1;
    files.set(keyOf(shard), { etag: String(version), fates });
  };
  return { port, write, asked };
}

test("shards that end in any order are each counted once, and read once", async () => {
  for (let seed = 1; seed <= 50; seed += 1) {
    const random = seededRandom(seed);
    const order = Array.from({ length: Math.ceil(random() * 60) }, (_, at) => at + 1)
      .map((shard) => ({ shard, place: random() }))
      .toSorted((one, other) => one.place - other.place)
      .map(({ shard }) => shard);
    const { port, write, asked } = fakeFiles();
    const so = new FatesSoFar(port, folder);
    let done = 0;
    while (done < order.length) {
      const few = order.slice(done, done + Math.ceil(random() * 10));
      for (const shard of few) write(shard, [fate("copied"), fate("failed", { bytes: 0 })]);
      done += few.length;
      await so.look(signal);
      expect(so.counts).toMatchObject({ copied: done, failed: done, bytes: done * 3 });
    }
    expect(asked.reads).toBe(order.length);
  }
});

test("a shard that had to go on is read again, and counted as it is then", async () => {
  const { port, write } = fakeFiles();
  const so = new FatesSoFar(port, folder);
  write(1, [fate("copied"), fate("failed", { error: "OutOfTime" })]);
  write(2, [fate("vanished")]);
  await so.look(signal);
  expect(so.counts).toMatchObject({ copied: 1, failed: 1, vanished: 1 });

  write(1, [fate("copied"), fate("copied")]);
  await so.look(signal);

  expect(so.counts).toMatchObject({ copied: 2, failed: 0, vanished: 1 });
});

test("of a run of millions a look lists one page and reads a hundred files at most", async () => {
  const { port, write, asked } = fakeFiles();
  const so = new FatesSoFar(port, folder);
  const shards = 4000;
  // One that never gets any fates doesn't keep all others in the page.
  for (let shard = 1; shard <= shards; shard += 1) if (shard !== 2) write(shard, [fate("copied")]);

  let before = -1;
  while (so.counts.copied > before) {
    before = so.counts.copied;
    const { reads } = asked;
    await so.look(signal);
    expect(asked.reads - reads).toBeLessThanOrEqual(100);
  }

  expect(so.counts.copied).toBe(shards - 1);
  expect(asked.reads).toBe(shards - 1);
  expect(asked.lists).toBeLessThanOrEqual(shards / 100 + 2);
});
