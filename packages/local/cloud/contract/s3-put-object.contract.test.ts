import { createHash, randomBytes } from "node:crypto";
import { Readable } from "node:stream";
import {
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  PutObjectCommand,
  type PutObjectCommandInput,
} from "@aws-sdk/client-s3";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { failure } from "../src/s3/testing/failure.ts";
import { openS3, type S3Contract } from "./s3/s3-contract.ts";

let contract: S3Contract;
let s3: S3Contract["s3"];
let Bucket: string;
let versioned: string;

beforeAll(async () => {
  contract = await openS3();
  ({ s3 } = contract);
  Bucket = await contract.makeBucket("put");
  versioned = await contract.makeBucket("put-versions", "Enabled");
});
afterAll(() => contract.close());

const put = (input: Partial<PutObjectCommandInput>) =>
  s3.send(new PutObjectCommand({ Bucket, Key: "key", ...input }));

async function bytesOf(Key: string): Promise<Uint8Array> {
  const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key }));
  return (await Body?.transformToByteArray()) ?? new Uint8Array();
}

describe("PutObject", () => {
  test.each([0, 1, 128 * 1024, 128 * 1024 + 1, 512 * 1024 + 1, 6_000_000])(
    "%i bytes come back as they were",
    async (size) => {
      const body = randomBytes(size);
      const md5 = createHash("md5").update(body).digest("hex");

      const answer = await put({ Key: `size-${size}`, Body: body });

      expect(answer.ETag).toBe(`"${md5}"`);
      expect(Buffer.compare(await bytesOf(`size-${size}`), body)).toBe(0);
    },
  );

  test.each([
    "x//y",
    "../x",
    "/",
    "a b+c%41.jpg",
    "é😀",
    "k".repeat(1024),
    "'\"<&>",
    "./.",
    "% %2F ?#",
    "ä".repeat(512),
  ])("the key %j is kept exactly", async (key) => {
    await put({ Key: key, Body: key });

    expect(Buffer.from(await bytesOf(key)).toString()).toBe(key);
  });

  test("a key of 1,025 bytes is too long", async () => {
    for (const Key of ["k".repeat(1025), `${"ä".repeat(512)}x`]) {
      expect(await failure(put({ Key, Body: "x" }))).toMatchObject({
        code: "KeyTooLongError",
        status: 400,
      });
    }
  });

  test("headers and metadata are given back", async () => {
    const given = {
      ContentType: "image/jpeg",
      CacheControl: "max-age=60",
      ContentDisposition: 'attachment; filename="a.jpg"',
      ContentEncoding: "gzip",
      ContentLanguage: "de",
      Metadata: { camera: "x", "with-dash": "two  spaces" },
    };
    await put({ Key: "headers", Body: "data", ...given });

    const head = await s3.send(new HeadObjectCommand({ Bucket, Key: "headers" }));

    expect(head).toMatchObject(given);
    expect(head).toMatchObject({ ContentLength: 4, ServerSideEncryption: "AES256" });
    expect(head.VersionId).toBeUndefined();
  });

  test("without a type it is binary", async () => {
    await put({ Key: "untyped", Body: "data", ContentType: undefined });

    const head = await s3.send(new HeadObjectCommand({ Bucket, Key: "untyped" }));

    expect(head.ContentType).toBe("application/octet-stream");
  });

  test("a stream of unknown hash comes in chunks with a checksum behind it", async () => {
    const body = randomBytes(3_000_000);
    const parts = Array.from({ length: 30 }, (_, i) =>
      body.subarray(i * 100_000, (i + 1) * 100_000),
    );

    const answer = await put({
      Key: "stream",
      Body: Readable.from(parts, { objectMode: false }),
      ContentLength: body.length,
      ChecksumAlgorithm: "CRC32C",
    });

    expect(answer.ChecksumCRC32C).toBeDefined();
    const head = await s3.send(new HeadObjectCommand({ Bucket, Key: "stream" }));
    expect(head.ContentEncoding).toBeUndefined();
    expect(Buffer.compare(await bytesOf("stream"), body)).toBe(0);
  });

  test("more than 2 kB of metadata is too large", async () => {
    expect(await failure(put({ Body: "x", Metadata: { a: "x".repeat(2048) } }))).toMatchObject({
      code: "MetadataTooLarge",
      status: 400,
    });
  });

  test("a bucket that is not there is said, also to somebody who is still sending", async () => {
    const call = put({ Bucket: "darkroom-contract-nowhere", Body: randomBytes(8_000_000) });

    expect(await failure(call)).toMatchObject({ code: "NoSuchBucket", status: 404 });
  });
});

describe("conditional writes", () => {
  test("If-None-Match: * writes only where nothing is", async () => {
    await put({ Key: "once", Body: "first", IfNoneMatch: "*" });

    expect(await failure(put({ Key: "once", Body: "second", IfNoneMatch: "*" }))).toEqual({
      code: "PreconditionFailed",
      status: 412,
      message: "At least one of the pre-conditions you specified did not hold",
    });
    expect(Buffer.from(await bytesOf("once")).toString()).toBe("first");
  });

  test("of many who write a key that must be free, one succeeds", async () => {
    const calls = Array.from({ length: 8 }, (_, i) =>
      put({ Key: "race", Body: `writer ${i}`, IfNoneMatch: "*" }),
    );

    const results = await Promise.allSettled(calls);

    expect(results.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
  });

  test("If-Match writes only over what the caller knows", async () => {
    const { ETag } = await put({ Key: "known", Body: "1" });
    await put({ Key: "known", Body: "2", IfMatch: ETag });

    expect(await failure(put({ Key: "known", Body: "3", IfMatch: ETag }))).toMatchObject({
      code: "PreconditionFailed",
    });
    expect(await failure(put({ Key: "unknown", Body: "3", IfMatch: ETag }))).toMatchObject({
      code: "NoSuchKey",
      status: 404,
    });
  });

  test("a delete marker leaves the key free", async () => {
    const first = { Bucket: versioned, Key: "deleted", IfNoneMatch: "*" };
    await put({ ...first, Body: "1" });
    await s3.send(new DeleteObjectCommand({ Bucket: versioned, Key: "deleted" }));

    expect((await put({ ...first, Body: "2" })).VersionId).toBeDefined();
  });

  test.each([
    [{ IfNoneMatch: '"etag"' }],
    [{ IfMatch: "*" }],
    [{ IfMatch: '"etag"', IfNoneMatch: "*" }],
  ])("the condition %j is refused, as by S3", async (condition) => {
    expect(await failure(put({ Key: "odd", Body: "x", ...condition }))).toMatchObject({
      code: "NotImplemented",
      status: 501,
    });
  });
});

test("an access list is refused, since the bucket belongs to its owner alone", async () => {
  expect(await failure(put({ Key: "refused", Body: "x", ACL: "public-read" }))).toMatchObject({
    code: "AccessControlListNotSupported",
    status: 400,
  });
});

test("what holds anyway is accepted", async () => {
  await put({
    Key: "accepted",
    Body: "x",
    ACL: "private",
    StorageClass: "STANDARD",
    ServerSideEncryption: "AES256",
  });
});

test("a bucket of somebody else's is none of this account", async () => {
  const call = put({ Key: "x", Body: "x", ExpectedBucketOwner: "111111111111" });

  expect(await failure(call)).toMatchObject({ code: "AccessDenied", status: 403 });
});
