import {
  type _Object,
  type CommonPrefix,
  ListObjectsCommand,
  ListObjectsV2Command,
  type ListObjectsV2CommandInput,
  PutObjectCommand,
} from "@aws-sdk/client-s3";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { failure } from "../src/s3/testing/failure.ts";
import { openS3, type S3Contract } from "./s3/s3-contract.ts";

/** In the order of their UTF-8 bytes, which is not that of JavaScript's strings for the last two. */
const all = ["a", "a b+c", "a/1", "a/2/x", "a/2/y", "a/3", "b", "z/", "\uffee", "😀"];
let contract: S3Contract;
let s3: S3Contract["s3"];
let Bucket: string;
let empty: string;

beforeAll(async () => {
  contract = await openS3();
  ({ s3 } = contract);
  Bucket = await contract.makeBucket("listing");
  empty = await contract.makeBucket("listing-empty");
  for (const Key of [...all].reverse()) {
    await s3.send(new PutObjectCommand({ Bucket, Key, Body: Key }));
  }
});
afterAll(() => contract.close());

const list = (input: Partial<ListObjectsV2CommandInput> = {}) =>
  s3.send(new ListObjectsV2Command({ Bucket, ...input }));
const keysOf = (page: { Contents?: _Object[] | undefined }) =>
  (page.Contents ?? []).map(({ Key }) => Key);
const prefixesOf = (page: { CommonPrefixes?: CommonPrefix[] | undefined }) =>
  (page.CommonPrefixes ?? []).map(({ Prefix }) => Prefix);

describe("ListObjectsV2", () => {
  test("lists keys in the order of their UTF-8 bytes", async () => {
    const page = await list();

    expect(keysOf(page)).toEqual(all);
    expect(page).toMatchObject({ KeyCount: 10, IsTruncated: false, MaxKeys: 1000, Prefix: "" });
    expect(page.Contents?.[0]).toEqual({
      Key: "a",
      Size: 1,
      ETag: '"0cc175b9c0f1b6a831c399e269772661"',
      LastModified: expect.any(Date),
      StorageClass: "STANDARD",
      ChecksumAlgorithm: ["CRC32"],
      ChecksumType: "FULL_OBJECT",
    });
  });

  test("lists what begins with a prefix", async () => {
    expect(keysOf(await list({ Prefix: "a/" }))).toEqual(["a/1", "a/2/x", "a/2/y", "a/3"]);
    expect(keysOf(await list({ Prefix: "nothing" }))).toEqual([]);
  });

  test("rolls up by a delimiter", async () => {
    const top = await list({ Delimiter: "/" });
    const folder = await list({ Delimiter: "/", Prefix: "a/" });

    expect(keysOf(top)).toEqual(["a", "a b+c", "b", "\uffee", "😀"]);
    expect(prefixesOf(top)).toEqual(["a/", "z/"]);
    expect(keysOf(folder)).toEqual(["a/1", "a/3"]);
    expect(prefixesOf(folder)).toEqual(["a/2/"]);
    expect(folder.KeyCount).toBe(3);
  });

  test.each([1, 2, 3])("gives all of it in pages of %i", async (MaxKeys) => {
    const keys = [];
    const prefixes = [];
    let ContinuationToken: string | undefined;
    do {
      const page = await list({ MaxKeys, Delimiter: "/", ContinuationToken });
      keys.push(...keysOf(page));
      prefixes.push(...prefixesOf(page));
      ContinuationToken = page.NextContinuationToken;
    } while (ContinuationToken !== undefined);

    expect(keys).toEqual(["a", "a b+c", "b", "\uffee", "😀"]);
    expect(prefixes).toEqual(["a/", "z/"]);
  });

  test("starts after a key, there or not", async () => {
    expect(keysOf(await list({ StartAfter: "a/3" }))).toEqual(["b", "z/", "\uffee", "😀"]);
    expect(keysOf(await list({ StartAfter: "a/29", Prefix: "a/" }))).toEqual(["a/3"]);
  });

  test("writes keys as in a URL when asked to", async () => {
    const page = await list({ EncodingType: "url", Prefix: "a b" });

    expect(keysOf(page)).toEqual(["a+b%2Bc"]);
    expect(page).toMatchObject({ EncodingType: "url", Prefix: "a+b" });
  });

  test("tells the owner when asked to", async () => {
    const { Contents } = await list({ FetchOwner: true, MaxKeys: 1 });

    expect(Contents?.[0]?.Owner?.ID).toMatch(/^[0-9a-f]{64}$/);
  });

  test("gives nothing of nothing", async () => {
    expect(await list({ MaxKeys: 0 })).toMatchObject({ KeyCount: 0, IsTruncated: false });
    expect(await list({ Bucket: empty })).toMatchObject({ KeyCount: 0, IsTruncated: false });
  });

  test.each([
    [{ MaxKeys: -1 }, "InvalidArgument"],
    [{ ContinuationToken: "made up" }, "InvalidArgument"],
    [{ EncodingType: "base64" as "url" }, "InvalidArgument"],
    [{ Bucket: "darkroom-contract-nowhere" }, "NoSuchBucket"],
  ])("refuses %j", async (input, code) => {
    expect(await failure(list(input))).toMatchObject({ code });
  });
});

describe("ListObjects", () => {
  const listOld = (input: object) => s3.send(new ListObjectsCommand({ Bucket, ...input }));

  test("goes on behind a marker, which it tells where keys are rolled up", async () => {
    const first = await listOld({ Delimiter: "/", MaxKeys: 3 });
    const second = await listOld({ Delimiter: "/", Marker: first.NextMarker });

    expect(keysOf(first)).toEqual(["a", "a b+c"]);
    expect(first).toMatchObject({ IsTruncated: true, NextMarker: "a/", Marker: "" });
    expect(keysOf(second)).toEqual(["b", "\uffee", "😀"]);
    expect(prefixesOf(second)).toEqual(["z/"]);
  });

  test("without a delimiter leaves the marker to the caller", async () => {
    const page = await listOld({ MaxKeys: 2 });

    expect(page).toMatchObject({ IsTruncated: true });
    expect(page.NextMarker).toBeUndefined();
    expect(page.Contents?.[0]?.Owner?.ID).toBeDefined();
  });
});
