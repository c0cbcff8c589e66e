import { compareKeys, copiedKey } from "@darkroom/run-files";
import {
  copyLine,
  type ListDifferencesOutput,
  type ListingProgress,
  listDifferencesOutput,
  orphanLine,
  type SyncRequest,
  syncRequest,
} from "@darkroom/sync-workflow";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { ListedObject } from "./difference.ts";
import type { ObjectComparison } from "./head-of.ts";
import { type ListingPlace, listDifferences } from "./list-differences.ts";
import type { ObjectPages } from "./object-pages.ts";

/** What a bucket holds: size and ETag by key. An ETag may say behind a hyphen how the same bytes were sent. */
type Bucket = Readonly<Record<string, readonly [size: number, etag: string]>>;

const run = { prefix: "runs/r1/", startTime: "2026-05-01T10:00:00.000Z" };
const requestOf = (request: Partial<SyncRequest> = {}): SyncRequest =>
  syncRequest.parse({ source: "from", destination: "into", ...request });

/** Two buckets that are listed in pages of `pageSize`, and a bucket of runs. */
function place(buckets: { from: Bucket; into: Bucket }, pageSize = 1000) {
  const objects = new Map<string, string>();
  const pages: ObjectPages = async function* ({ bucket, prefix, after, onRequest }) {
    const listed = Object.entries(buckets[bucket as keyof typeof buckets])
      .map(([key, [size, etag]]): ListedObject => ({ key, size, etag, storageClass: "STANDARD" }))
      .filter(({ key }) => key.startsWith(prefix) && compareKeys(key, after) > 0)
      .sort((a, b) => compareKeys(a.key, b.key));
    for (let at = 0; at === 0 || at < listed.length; at += pageSize) {
      onRequest();
      yield listed.slice(at, at + pageSize);
    }
  };
  const store: ListingPlace["store"] = {
    async *blocks(key) {
      const text = objects.get(key);
      if (text !== undefined) yield Buffer.from(text);
    },
    async put(key, text) {
      objects.set(key, text);
    },
    async *keysAfter(prefix, after) {
      yield* [...objects.keys()].filter((key) => key.startsWith(prefix) && key > after).sort();
    },
    async delete(key) {
      objects.delete(key);
    },
  };
  const haveSameBytes: ObjectComparison = async ({ source, destination }, key, { onRequest }) => {
    onRequest();
    onRequest();
    const [wanted, found] = [source, destination].map((bucket) =>
      buckets[bucket as keyof typeof buckets][key]?.[1].replace(/-.*/, ""),
    );
    return wanted === found;
  };
  /** Keys whose metadata differs. */
  const dressedOtherwise = new Set<string>();
  const haveSameMetadata: ObjectComparison = async (_, key, { onRequest }) => {
    onRequest();
    onRequest();
    return !dressedOtherwise.has(key);
  };
  const linesUnder = (folder: string): unknown[] =>
    [...objects.keys()]
      .filter((key) => key.startsWith(run.prefix + folder))
      .sort()
      .flatMap((key) => objects.get(key)?.trimEnd().split("\n") ?? [])
      .map((line) => JSON.parse(line));
  return {
    objects,
    pages,
    store,
    haveSameBytes,
    haveSameMetadata,
    dressedOtherwise,
    copies: () => linesUnder("copy/").map((line) => copyLine.parse(line)),
    orphans: () => linesUnder("orphans/").map((line) => orphanLine.parse(line)),
  };
}

type Place = ReturnType<typeof place>;

async function list(
  there: Place,
  request: Partial<SyncRequest> = {},
  {
    progress = null,
    isTimeUp = () => false,
  }: { progress?: ListingProgress | null; isTimeUp?(): boolean } = {},
): Promise<ListDifferencesOutput> {
  const input = { run, sync: requestOf(request), progress };
  return listDifferencesOutput.parse(await listDifferences(input, { ...there, isTimeUp }));
}

describe("an object", () => {
  test.each([
    ["that the destination lacks is missing", {}, { reason: "missing" }],
    [
      "of another size differs by size, and says what it replaces",
      { a: [2, "e2"] },
      { reason: "size", replaces: "e2" },
    ],
    [
      "of the same size with another ETag differs by ETag, and says what it replaces",
      { a: [1, "e2"] },
      { reason: "etag", replaces: "e2" },
    ],
  ] as const)("%s", async (_, into, why) => {
    const there = place({ from: { a: [1, "e1"] }, into });
    const { done, progress } = await list(there);
    expect(there.copies()).toEqual([{ key: "a", size: 1, etag: "e1", ...why }]);
    expect(done).toBe(true);
    expect(progress).toMatchObject({
      differing: 1,
      differingBytes: 1,
      unchanged: 0,
      copyShards: 1,
    });
  });

  test("of the same size and ETag is unchanged, and nothing is written of it", async () => {
    const there = place({ from: { a: [1, "e1"] }, into: { a: [1, "e1"] } });
    const { progress } = await list(there);
    expect(progress).toMatchObject({ listed: 1, listedBytes: 1, unchanged: 1, differing: 0 });
    expect(there.objects.size).toBe(0);
  });

  test("of the same bytes in other parts is unchanged, which costs two HEADs", async () => {
    const there = place({
      from: { a: [1, "e1-2"], b: [1, "e"] },
      into: { a: [1, "e1"], b: [1, "e"] },
    });
    const { progress } = await list(there);
    expect(progress).toMatchObject({ unchanged: 2, differing: 0, headRequests: 2 });
    expect(there.objects.size).toBe(0);
  });

  test("that an earlier run copied is unchanged as long as size and both ETags are as it left them", async () => {
    const names = ["a", "b", "c", "d"];
    const objectOf = (etag: string): Bucket =>
      Object.fromEntries(names.map((name) => [name, [5, etag] as const]));
    const there = place({ from: objectOf("e1-2"), into: objectOf("other") });
    const line = { size: 5, source: "e1-2", destination: "other" };
    const lines = [
      { key: "a", ...line },
      { key: "aa", ...line },
      { key: "b", ...line, source: "e1-3" },
      { key: "c", ...line, destination: "e1-2" },
      { key: "d", ...line, size: 4 },
    ];
    there.objects.set(
      copiedKey({ source: "from", destination: "into" }),
      lines.map((one) => `${JSON.stringify(one)}\n`).join(""),
    );

    const { progress } = await list(there);

    expect(progress).toMatchObject({ unchanged: 1, differing: 3, headRequests: 6 });
    expect(there.copies().map(({ key }) => key)).toEqual(["b", "c", "d"]);
  });

  test("whose metadata alone differs is copied where the request compares it, for two HEADs", async () => {
    const from = { a: [1, "e"], b: [1, "e1-2"], c: [2, "e"] } as const;
    const there = place({ from, into: { a: [1, "e"], b: [1, "e1"], c: [1, "e"] } });
    there.dressedOtherwise.add("a").add("c");

    expect((await list(there)).progress).toMatchObject({ unchanged: 2, headRequests: 2 });
    const { progress } = await list(there, { compareMetadata: true });

    expect(progress).toMatchObject({ unchanged: 1, differing: 2, headRequests: 2 + 4 });
    expect(there.copies().map(({ key, reason }) => [key, reason])).toEqual([
      ["a", "metadata"],
      ["c", "size"],
    ]);
  });

  test("that takes a closer look keeps its place among the copies", async () => {
    const there = place({ from: { a: [1, "x"], b: [1, "x"], c: [1, "x"] }, into: { a: [1, "y"] } });
    const haveSameBytes = async () => {
      await new Promise(setImmediate);
      return false;
    };
    await list({ ...there, haveSameBytes });
    expect(there.copies().map(({ key }) => key)).toEqual(["a", "b", "c"]);
  });

  test("of 0 bytes, and a folder's, are objects like others", async () => {
    const there = place({ from: { "a/": [0, "e0"], "a/b": [0, "e0"] }, into: {} });
    await list(there);
    expect(there.copies().map(({ key }) => key)).toEqual(["a/", "a/b"]);
  });
});

describe("an orphan", () => {
  const buckets = {
    from: { b: [1, "e"] },
    into: { a: [5, "e"], b: [1, "e"], c: [6, "e"] },
  } as const;

  test("is counted, and written down when it is to be deleted", async () => {
    const there = place(buckets);
    const { progress } = await list(there, { deleteOrphans: true });
    expect(there.orphans()).toEqual([
      { key: "a", size: 5 },
      { key: "c", size: 6 },
    ]);
    expect(progress).toMatchObject({
      orphans: 2,
      orphanShards: 1,
      destinationListed: 3,
      listed: 1,
    });
  });

  test("stays when there are more than the share that may be deleted", async () => {
    const most = { deleteOrphans: true, maximumOrphanShare: 0.7 };
    expect(await list(place(buckets), most)).toMatchObject({ orphansRefused: false });
    const fewer = { deleteOrphans: true, maximumOrphanShare: 0.6 };
    expect(await list(place(buckets), fewer)).toMatchObject({ orphansRefused: true });
  });

  test("is only counted otherwise", async () => {
    const there = place(buckets);
    const { progress } = await list(there);
    expect(progress).toMatchObject({ orphans: 2, orphanShards: 0 });
    expect(there.objects.size).toBe(0);
  });
});

describe("what is listed", () => {
  const from: Bucket = { "a/1": [1, "e"], "a/2": [1, "e"], "a/3": [1, "e"], "b/1": [1, "e"] };

  test("is what has the prefix and stands behind startAfter", async () => {
    const there = place({ from, into: {} });
    await list(there, { prefix: "a/", startAfter: "a/1" });
    expect(there.copies().map(({ key }) => key)).toEqual(["a/2", "a/3"]);
  });

  test.each([{ prefix: "none/" }, { startAfter: "z" }])("may be nothing: %j", async (request) => {
    const there = place({ from, into: {} });
    const { done, progress } = await list(there, request);
    expect(done).toBe(true);
    expect(progress).toMatchObject({
      after: "",
      listed: 0,
      differing: 0,
      orphans: 0,
      copyShards: 0,
    });
  });

  test("is the same in a dry run", async () => {
    const [wet, dry] = [place({ from, into: {} }), place({ from, into: {} })];
    expect(await list(dry, { dryRun: true })).toEqual(await list(wet));
    expect(dry.objects).toEqual(wet.objects);
  });
});

test("a shard has at most 500 lines, and their names count from 1", async () => {
  const from = Object.fromEntries(
    Array.from({ length: 1001 }, (_, index) => [`k${index}`, [1, "e"] as const]),
  );
  const there = place({ from, into: {} });
  await list(there);
  expect([...there.objects].map(([key, text]) => [key, text.trimEnd().split("\n").length])).toEqual(
    [
      ["runs/r1/copy/00000001.jsonl", 500],
      ["runs/r1/copy/00000002.jsonl", 500],
      ["runs/r1/copy/00000003.jsonl", 1],
    ],
  );
});

test("shards that an attempt left beyond the last one are gone at the end, and nothing else", async () => {
  const there = place({ from: { a: [1, "e"] }, into: {} });
  for (const left of ["copy/00000002.jsonl", "orphans/00000001.jsonl", "report.html"]) {
    there.objects.set(run.prefix + left, "{}\n");
  }
  await list(there);
  expect([...there.objects.keys()].sort()).toEqual([
    "runs/r1/copy/00000001.jsonl",
    "runs/r1/report.html",
  ]);
});

test("a failed listing fails the call, and keeps no progress", async () => {
  const there = place({ from: { a: [1, "e"] }, into: {} });
  const pages: ObjectPages = async function* (request) {
    yield* there.pages(request);
    if (request.bucket === "into") throw new Error("listing broke off");
  };
  await expect(list({ ...there, pages })).rejects.toThrow("listing broke off");
});

test("of two failed listings the source's is told, whichever failed first", async () => {
  const there = place({ from: {}, into: {} });
  const pages: ObjectPages = async function* ({ bucket }) {
    if (bucket === "from") await new Promise((done) => setImmediate(done));
    yield await Promise.reject(new Error(`no access to ${bucket}`));
  };
  await expect(list({ ...there, pages })).rejects.toThrow("no access to from");
});

test("a comparison that fails fails the call", async () => {
  const there = place({ from: { a: [1, "e1"] }, into: { a: [1, "e2"] } });
  const haveSameBytes = () => Promise.reject(new Error("try later"));
  await expect(list({ ...there, haveSameBytes })).rejects.toThrow("try later");
});

test("a shard that can't be stored fails the call", async () => {
  const there = place({ from: { a: [1, "e"] }, into: {} });
  const store = { ...there.store, put: () => Promise.reject(new Error("no room")) };
  await expect(list({ ...there, store })).rejects.toThrow("no room");
});

test("a bucket that lists its keys in another order is refused", async () => {
  const object = { size: 1, etag: "e", storageClass: "STANDARD" };
  const pages: ObjectPages = async function* () {
    yield [
      { ...object, key: "b" },
      { ...object, key: "a" },
    ];
  };
  await expect(list({ ...place({ from: {}, into: {} }), pages })).rejects.toMatchObject({
    name: "UnsortedListingError",
    message: expect.stringContaining('lists "a" behind "b"'),
  });
});

const key = fc.string({ unit: "binary", minLength: 1, maxLength: 3 });
const bucket = fc.dictionary(key, fc.tuple(fc.nat(2), fc.constantFrom("e1", "e2")), {
  noNullPrototype: true,
});

test("any two buckets are compared key by key, however often the time is up on the way", async () => {
  await fc.assert(
    fc.asyncProperty(
      bucket,
      bucket,
      fc.integer({ min: 1, max: 4 }),
      async (from, into, pageSize) => {
        const there = place({ from, into }, pageSize);
        let { done, progress } = await list(
          there,
          { deleteOrphans: true },
          { isTimeUp: () => true },
        );
        for (let calls = 0; !done; calls += 1) {
          expect(calls).toBeLessThan(100);
          const again = { progress, isTimeUp: () => true };
          ({ done, progress } = await list(there, { deleteOrphans: true }, again));
        }

        const reasons = Object.entries(from).flatMap(([name, [size, etag]]) => {
          const found = Object.hasOwn(into, name) ? into[name] : undefined;
          if (found === undefined) return [[name, "missing"]];
          if (found[0] !== size) return [[name, "size"]];
          return found[1] === etag ? [] : [[name, "etag"]];
        });
        const inOrder = <T extends readonly unknown[]>(rows: T[]) =>
          rows.toSorted(([a], [b]) => compareKeys(String(a), String(b)));
        const orphans = Object.keys(into).filter((name) => !Object.hasOwn(from, name));
        const copies = there.copies().map(({ key, reason }) => [key, reason]);
        expect(inOrder(copies)).toEqual(inOrder(reasons));
        expect(there.orphans().map((line) => line.key)).toEqual(orphans.toSorted(compareKeys));
        expect(progress).toMatchObject({
          listed: Object.keys(from).length,
          destinationListed: Object.keys(into).length,
          differing: reasons.length,
          unchanged: Object.keys(from).length - reasons.length,
          orphans: orphans.length,
        });
      },
    ),
  );
});
