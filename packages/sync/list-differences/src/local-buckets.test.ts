import {
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  CreateMultipartUploadCommand,
  GetObjectCommand,
  PutObjectCommand,
  UploadPartCommand,
} from "@aws-sdk/client-s3";
import { startLocalS3 } from "@darkroom/cloud/testing/local-s3";
import { compareKeys, runStore } from "@darkroom/run-files";
import { copyLine, syncRequest } from "@darkroom/sync-workflow";
import { afterAll, describe, expect, test } from "vitest";
import { listDifferences } from "./list-differences.ts";
import { objectPages } from "./object-pages.ts";
import { sameChecksum } from "./same-checksum.ts";
import { sameMetadata } from "./same-metadata.ts";

const local = await startLocalS3("from", "into", "runs");
afterAll(() => local.close());
const { s3 } = local;

const put = (Bucket: string, Key: string, Body: string) =>
  s3.send(new PutObjectCommand({ Bucket, Key, Body }));

let runs = 0;
async function list(
  prefix: string,
  {
    destination = "into",
    request = {},
    isTimeUp = (): boolean => false,
  }: { destination?: string; request?: object; isTimeUp?(): boolean } = {},
) {
  runs += 1;
  const run = { prefix: `runs/r${runs}/`, startTime: "2026-05-01T10:00:00.000Z" };
  const sync = syncRequest.parse({ source: "from", destination, prefix, ...request });
  const there = {
    pages: objectPages(s3),
    store: runStore(s3, "runs"),
    haveSameBytes: sameChecksum(s3),
    haveSameMetadata: sameMetadata(s3),
    isTimeUp,
  };
  let calls = 1;
  let listed = await listDifferences({ run, sync, progress: null }, there);
  for (; !listed.done; calls += 1) {
    listed = await listDifferences({ run, sync, progress: listed.progress }, there);
  }
  return { ...listed.progress, run, calls };
}

async function linesOf(run: { prefix: string }, shard: number) {
  const Key = `${run.prefix}copy/0000000${shard}.jsonl`;
  const { Body } = await s3.send(new GetObjectCommand({ Bucket: "runs", Key }));
  const text = (await Body?.transformToString()) ?? "";
  return text
    .trimEnd()
    .split("\n")
    .map((line) => copyLine.parse(JSON.parse(line)));
}

test("keys with every odd character are listed as they are, in S3's own order", async () => {
  const names = [
    " ",
    "+",
    "%",
    "%2B",
    "a b",
    "é",
    "\u0001",
    "&<>\"'",
    "日本",
    "😀",
    "\u{FFFD}",
    "~!*()",
    "x/",
    "?#",
  ];
  const keys = names.map((name) => `odd/${name}`);
  for (const key of keys) await put("from", key, key);

  const { run, differing, listRequests } = await list("odd/");

  expect(differing).toBe(keys.length);
  const lines = await linesOf(run, 1);
  expect(lines.map(({ key }) => key)).toEqual(keys.toSorted(compareKeys));
  expect(lines.map(({ size }) => size)).toEqual(
    keys.toSorted(compareKeys).map((key) => Buffer.byteLength(key)),
  );
  expect(listRequests).toBe(2);
});

describe("2,100 objects in both buckets", async () => {
  const keys = Array.from({ length: 2100 }, (_, index) => `many/${String(index).padStart(5, "0")}`);
  await Promise.all(
    keys.map(async (key) => {
      await put("from", key, "photo");
      if (key !== "many/01500") await put("into", key, "photo");
    }),
  );

  test("cost three list requests a bucket and no HEAD", async () => {
    const { run, ...progress } = await list("many/");
    expect(progress).toMatchObject({
      listed: 2100,
      destinationListed: 2099,
      unchanged: 2099,
      differing: 1,
      listRequests: 6,
      headRequests: 0,
    });
    expect(await linesOf(run, 1)).toMatchObject([{ key: "many/01500", reason: "missing" }]);
  });

  test("are listed to the same end when the time is up after every page", async () => {
    const { calls, ...progress } = await list("many/", { isTimeUp: () => true });
    expect(calls).toBeGreaterThan(2);
    expect(progress).toMatchObject({
      listed: 2100,
      destinationListed: 2099,
      differing: 1,
      orphans: 0,
    });
  });
});

test("an object that came in parts is the same as its copy in one, which costs two HEADs", async () => {
  const at = { Bucket: "from", Key: "parts/a" };
  const { UploadId } = await s3.send(
    new CreateMultipartUploadCommand({ ...at, ChecksumAlgorithm: "CRC64NVME" }),
  );
  const part = { ...at, UploadId, PartNumber: 1 };
  const { ETag } = await s3.send(
    new UploadPartCommand({ ...part, Body: "photo", ChecksumAlgorithm: "CRC64NVME" }),
  );
  await s3.send(
    new CompleteMultipartUploadCommand({
      ...at,
      UploadId,
      MultipartUpload: { Parts: [{ PartNumber: 1, ETag }] },
    }),
  );
  await s3.send(new CopyObjectCommand({ Bucket: "into", Key: at.Key, CopySource: "from/parts/a" }));
  await put("from", "parts/b", "other");
  await put("into", "parts/b", "OTHER");

  expect(await list("parts/")).toMatchObject({ unchanged: 1, differing: 1, headRequests: 4 });
});

test("metadata and headers are compared where the request wants it, tags never", async () => {
  const dressed = { Metadata: { album: "summer" }, ContentType: "image/jpeg" };
  const putBoth = async (Key: string, one: object, other: object) => {
    await s3.send(new PutObjectCommand({ Bucket: "from", Key, Body: "photo", ...one }));
    await s3.send(new PutObjectCommand({ Bucket: "into", Key, Body: "photo", ...other }));
  };
  await putBoth("meta/alike", dressed, dressed);
  await putBoth("meta/header", dressed, { ...dressed, ContentType: "image/png" });
  await putBoth("meta/more", dressed, { ...dressed, Metadata: { album: "summer", by: "ann" } });
  await putBoth("meta/tags", dressed, { ...dressed, Tagging: "a=b" });

  const keysOf = async (request: object) => {
    const { run } = await list("meta/", { request });
    return (await linesOf(run, 1)).map(({ key, reason }) => [key, reason]);
  };
  expect(await list("meta/")).toMatchObject({ unchanged: 4, headRequests: 0 });
  expect(await keysOf({ compareMetadata: true })).toEqual([
    ["meta/header", "metadata"],
    ["meta/more", "metadata"],
  ]);
});

test("a bucket that isn't there is named", async () => {
  await expect(list("odd/", { destination: "gone" })).rejects.toMatchObject({
    name: "ObjectNotFoundError",
    message: "the bucket gone does not exist",
  });
});
