import {
  CreateBucketCommand,
  GetObjectCommand,
  GetObjectTaggingCommand,
  HeadObjectCommand,
  ListMultipartUploadsCommand,
  ListObjectVersionsCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
  type PutObjectCommandInput,
} from "@aws-sdk/client-s3";
import { type LocalS3, startLocalS3 } from "@darkroom/cloud/testing/local-s3";
import { runStore, shardFiles } from "@darkroom/run-files";
import { type CopyLine, type FateLine, shardOutput, syncRequest } from "@darkroom/sync-workflow";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { copyShard } from "./copy-shard.ts";
import { type CopierOptions, objectCopier } from "./object-copier.ts";
import { retryingCalls } from "./retrying-calls.ts";

let local: LocalS3;
beforeAll(async () => {
  local = await startLocalS3("source", "destination", "versioned", "runs");
  await local.s3.send(
    new PutBucketVersioningCommand({
      Bucket: "versioned",
      VersioningConfiguration: { Status: "Enabled" },
    }),
  );
});
afterAll(() => local.close());

const signal = new AbortController().signal;
let runs = 0;

async function put(key: string, body: string, more: Partial<PutObjectCommandInput> = {}) {
  const { ETag = "" } = await local.s3.send(
    new PutObjectCommand({ Bucket: "source", Key: key, Body: Buffer.from(body), ...more }),
  );
  return line(key, body.length, ETag);
}

const line = (key: string, size: number, etag: string): CopyLine => ({
  key,
  size,
  etag: etag.replaceAll('"', ""),
  reason: "missing",
});

/** An object in the bucket with versions. @returns its ETag, without quotes */
async function there(Key: string, body: string): Promise<string> {
  const { ETag = "" } = await local.s3.send(
    new PutObjectCommand({ Bucket: "versioned", Key, Body: Buffer.from(body) }),
  );
  return ETag.replaceAll('"', "");
}

async function versionsOf(Prefix: string) {
  const { Versions = [] } = await local.s3.send(
    new ListObjectVersionsCommand({ Bucket: "versioned", Prefix }),
  );
  return Versions;
}

async function textOf(Bucket: string, Key: string): Promise<string> {
  const { Body } = await local.s3.send(new GetObjectCommand({ Bucket, Key }));
  return (await Body?.transformToString()) ?? "";
}

/** A run with one shard of these lines, which may be copied several times. */
async function shardOf(
  lines: CopyLine[],
  { request = {}, ...options }: CopierOptions & { request?: object } = {},
) {
  const run = { prefix: `runs/r${++runs}/`, startTime: "2026-01-01T00:00:00.000Z" };
  const shard = `${run.prefix}copy/00000001.jsonl`;
  const body = lines.map((one) => `${JSON.stringify(one)}\n`).join("");
  await local.s3.send(
    new PutObjectCommand({ Bucket: "runs", Key: shard, Body: Buffer.from(body) }),
  );
  const sync = syncRequest.parse({ source: "source", destination: "destination", ...request });
  return {
    /** @param killed before it has written what it has copied */
    async copy({ killed = false } = {}) {
      const calls = retryingCalls({ signal });
      const store = runStore(local.s3, "runs", calls.call);
      const kill = () => Promise.reject(new Error("killed"));
      const there = killed ? { ...store, put: kill } : store;
      const files = shardFiles(there, run, "copy", shard);
      const output = await copyShard(
        { run, sync, shard },
        {
          files,
          copier: objectCopier(local.s3, calls, sync, options),
          signal,
          requests: () => calls.requests,
        },
      );
      return shardOutput.parse(output);
    },
    async fates(): Promise<FateLine[]> {
      const text = await textOf("runs", `${run.prefix}fates/copy/00000001.jsonl`);
      return text
        .trim()
        .split("\n")
        .map((one) => JSON.parse(one));
    },
  };
}

describe("a shard", () => {
  test("is copied by one request an object, under keys of every kind, and each has its fate", async () => {
    const keys = [
      "with space.jpg",
      "a+b%41&c=d?#.jpg",
      "100%25.jpg",
      "ünï 📷.jpg",
      "x//y",
      "folder/",
      "x".repeat(1024),
      "a'b(c)!*~.jpg",
    ];
    const lines = await Promise.all(keys.map((key) => put(key, `of ${key}`)));
    const shard = await shardOf(lines);

    const output = await shard.copy();

    expect(output).toMatchObject({ copied: keys.length, failed: 0, requests: keys.length + 3 });
    for (const key of keys) expect(await textOf("destination", key)).toBe(`of ${key}`);
    expect((await shard.fates()).map(({ key, fate }) => [key, fate])).toEqual(
      keys.map((key) => [key, "copied"]),
    );
  });

  test("carries metadata, tags and content headers over, and empty objects too", async () => {
    const shard = await shardOf([
      await put("dressed", "", {
        Metadata: { album: "summer" },
        Tagging: "who=ann%20%2B%20bob",
        ContentType: "image/jpeg",
        CacheControl: "no-store",
      }),
    ]);
    await shard.copy();
    const address = { Bucket: "destination", Key: "dressed" };
    expect(await local.s3.send(new HeadObjectCommand(address))).toMatchObject({
      ContentLength: 0,
      Metadata: { album: "summer" },
      ContentType: "image/jpeg",
      CacheControl: "no-store",
    });
    const { TagSet } = await local.s3.send(new GetObjectTaggingCommand(address));
    expect(TagSet).toEqual([{ Key: "who", Value: "ann + bob" }]);
  });

  test("copies what has changed since the listing as it is now, with two HEADs more", async () => {
    const before = await put("changing", "old");
    await put("changing", "newer");
    const shard = await shardOf([before]);

    expect(await shard.copy()).toMatchObject({ copied: 1, bytes: 5, requests: 3 + 4 });
    expect(await textOf("destination", "changing")).toBe("newer");
  });

  test("takes an object that is gone as vanished, and copies the rest", async () => {
    const shard = await shardOf([line("gone", 3, "e"), await put("there", "abc")]);
    expect(await shard.copy()).toMatchObject({ copied: 1, vanished: 1, failed: 0 });
    expect((await shard.fates()).map(({ fate }) => fate)).toEqual(["vanished", "copied"]);
  });

  test("copies nothing twice when it is run again", async () => {
    const shard = await shardOf([await put("once", "abc"), await put("twice", "abc")]);
    const first = await shard.copy();
    const fates = await shard.fates();
    const second = await shard.copy();
    expect(second).toEqual({ ...first, requests: 3 });
    expect(await shard.fates()).toEqual(fates);
  });

  test("makes no second version of an object when it was killed before it wrote its fates", async () => {
    const lines = [
      await put("killed/new", "abc"),
      { ...(await put("killed/changed", "abc")), replaces: await there("killed/changed", "old") },
    ];
    const shard = await shardOf(lines, { request: { destination: "versioned" } });
    await expect(shard.copy({ killed: true })).rejects.toThrow("killed");
    const copies = await versionsOf("killed/");
    expect(copies.map(({ Key }) => Key)).toEqual([
      "killed/changed",
      "killed/changed",
      "killed/new",
    ]);

    expect(await shard.copy()).toMatchObject({ copied: 2, bytes: 6, requests: 3 + 2 * 3 });

    expect(await versionsOf("killed/")).toEqual(copies);
    expect((await shard.fates()).map(({ fate }) => fate)).toEqual(["copied", "copied"]);
  });

  test("that was killed brings an object of the same bytes and other metadata again: no ETag tells", async () => {
    const replaces = await there("dressed again", "abc");
    const line = await put("dressed again", "abc", { Metadata: { album: "summer" } });
    const shard = await shardOf([{ ...line, reason: "metadata", replaces }], {
      request: { destination: "versioned" },
    });
    await expect(shard.copy({ killed: true })).rejects.toThrow("killed");
    expect(await shard.copy()).toMatchObject({ copied: 1 });
    const address = { Bucket: "versioned", Key: "dressed again" };
    expect(await local.s3.send(new HeadObjectCommand(address))).toMatchObject({
      Metadata: { album: "summer" },
    });
    expect(await versionsOf("dressed again")).toHaveLength(3);
  });

  test("replaces nothing that the listing didn't see, without a look at it", async () => {
    const line = await put("written meanwhile", "from source");
    await there("written meanwhile", "by somebody else");
    const shard = await shardOf([line], { request: { destination: "versioned" } });
    expect(await shard.copy()).toMatchObject({ copied: 1, requests: 3 + 4 });
    expect(await textOf("versioned", "written meanwhile")).toBe("from source");
    expect(await versionsOf("written meanwhile")).toHaveLength(2);
  });

  test("whose destination has lost what was to be replaced is copied all the same", async () => {
    const line = await put("lost there", "abc");
    const shard = await shardOf([{ ...line, reason: "etag", replaces: "e" }]);
    expect(await shard.copy()).toMatchObject({ copied: 1, requests: 3 + 4 });
  });

  test("of a dry run is refused", async () => {
    const shard = await shardOf([], { request: { dryRun: true } });
    await expect(shard.copy()).rejects.toMatchObject({ name: "InvalidInputError" });
  });

  test("whose destination doesn't exist is an error by name", async () => {
    const shard = await shardOf([await put("lost", "a")], {
      request: { destination: "nowhere" },
    });
    await expect(shard.copy()).rejects.toMatchObject({ name: "ObjectNotFoundError" });
    await local.s3.send(new CreateBucketCommand({ Bucket: "nowhere" }));
    expect(await shard.copy()).toMatchObject({ copied: 1 });
  });
});

describe("an object too large for one copy", () => {
  const mebibyte = 1024 ** 2;
  const large = "0123456789abcdef".repeat((6 * mebibyte) / 16);
  const inParts = { largestSingleCopy: mebibyte, partSize: 5 * mebibyte };

  test("is copied in parts, with metadata, tags and headers set again", async () => {
    const shard = await shardOf(
      [
        await put("large +%.jpg", large, {
          Metadata: { album: "summer" },
          Tagging: "who=ann%20%2B%20bob",
          ContentType: "image/jpeg",
          Expires: new Date("2027-01-01T00:00:00Z"),
        }),
      ],
      inParts,
    );

    expect(await shard.copy()).toMatchObject({ copied: 1, bytes: large.length });

    const address = { Bucket: "destination", Key: "large +%.jpg" };
    expect(await local.s3.send(new HeadObjectCommand(address))).toMatchObject({
      ContentLength: large.length,
      ETag: expect.stringMatching(/-2"$/),
      Metadata: { album: "summer" },
      ContentType: "image/jpeg",
      ExpiresString: "Fri, 01 Jan 2027 00:00:00 GMT",
    });
    expect(await textOf("destination", "large +%.jpg")).toBe(large);
    const { TagSet } = await local.s3.send(new GetObjectTaggingCommand(address));
    expect(TagSet).toEqual([{ Key: "who", Value: "ann + bob" }]);
  });

  test("takes the place of what was seen there, and of nothing else", async () => {
    const line = await put("large there", large);
    await there("large there", "by somebody else");
    const shard = await shardOf([line], { ...inParts, request: { destination: "versioned" } });

    expect(await shard.copy()).toMatchObject({ copied: 1, bytes: large.length });

    // The first upload ends with a conflict, which leaves nothing behind; the second one knows better.
    expect(await versionsOf("large there")).toHaveLength(2);
    const { Uploads = [] } = await local.s3.send(
      new ListMultipartUploadsCommand({ Bucket: "versioned" }),
    );
    expect(Uploads).toEqual([]);
  });

  test("leaves no upload behind when a part of it fails", async () => {
    const shard = await shardOf([await put("half", large)], {
      ...inParts,
      // Too small for S3, which says so at the end.
      partSize: mebibyte,
    });
    expect(await shard.copy()).toMatchObject({ copied: 0, failed: 1 });
    expect(await shard.fates()).toMatchObject([{ fate: "failed", error: "EntityTooSmall" }]);
    const { Uploads = [] } = await local.s3.send(
      new ListMultipartUploadsCommand({ Bucket: "destination" }),
    );
    expect(Uploads).toEqual([]);
  });
});
