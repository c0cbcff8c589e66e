import { createHash, randomBytes } from "node:crypto";
import { readdirSync } from "node:fs";
import { request as httpRequest } from "node:http";
import { join } from "node:path";
import { Readable } from "node:stream";
import {
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  PutObjectCommand,
  type PutObjectCommandInput,
} from "@aws-sdk/client-s3";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { presignedPut } from "../testing/presigned-put.ts";
import { failure, type ServedS3, serveS3 } from "../testing/serve-s3.ts";

const Bucket = "photos";
let served: ServedS3;
let s3: ReturnType<ServedS3["client"]>;

beforeAll(async () => {
  served = await serveS3({ buckets: [{ name: Bucket }, { name: "versioned", versioning: true }] });
  s3 = served.client();
});
afterAll(async () => {
  expect(served.faults).toEqual([]);
  await served.close();
});

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
    "a\u0000b",
    "./.",
  ])("the key %j is kept exactly", async (key) => {
    await put({ Key: key, Body: key });

    expect(Buffer.from(await bytesOf(key)).toString()).toBe(key);
  });

  test("what a key says of folders leads nowhere", async () => {
    await put({ Key: "../../../escaped", Body: randomBytes(200_000) });

    expect(readdirSync(served.folder).sort()).toEqual([
      "blobs",
      "key.json",
      "s3.sqlite",
      "s3.sqlite-shm",
      "s3.sqlite-wal",
    ]);
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
    const call = put({ Bucket: "nowhere", Body: randomBytes(8_000_000) });

    expect(await failure(call)).toMatchObject({ code: "NoSuchBucket", status: 404 });
  });

  test("a body without a length is not taken", async () => {
    const url = new URL(`${served.endpoint}/${Bucket}/no-length`);
    const path = await presignedPut(s3, Bucket, "no-length");
    const status = await new Promise((resolve, reject) => {
      const request = httpRequest(
        { host: url.hostname, port: url.port, method: "PUT", path },
        (response) => resolve(response.resume().statusCode),
      );
      request.on("error", reject);
      request.write("chunk");
      request.end();
    });

    expect(status).toBe(411);
  });

  test("an upload that breaks off leaves nothing", async () => {
    const before = countBlobs();
    const url = new URL(served.endpoint);
    await new Promise<void>((resolve, reject) => {
      const request = httpRequest({
        host: url.hostname,
        port: url.port,
        method: "PUT",
        path: "",
        headers: { "content-length": 1_000_000 },
      });
      request.on("error", () => resolve());
      presignedPut(s3, Bucket, "broken").then((path) => {
        request.path = path;
        request.write(Buffer.alloc(600_000), () => request.destroy());
      }, reject);
    });

    expect(await failure(s3.send(new GetObjectCommand({ Bucket, Key: "broken" })))).toMatchObject({
      code: "NoSuchKey",
    });
    await expect.poll(countBlobs).toBeLessThanOrEqual(before + 32);
  });
});

const countBlobs = (): number =>
  readdirSync(join(served.folder, "blobs"), { recursive: true }).length;

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
    const first = { Bucket: "versioned", Key: "deleted", IfNoneMatch: "*" };
    await put({ ...first, Body: "1" });
    await s3.send(new DeleteObjectCommand({ Bucket: "versioned", Key: "deleted" }));

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

describe("what a PUT asks for in vain is refused by name", () => {
  test.each([
    [{ ACL: "public-read" } as const, "AccessControlListNotSupported", "ACLs"],
    [{ StorageClass: "GLACIER" } as const, "NotImplemented", 'x-amz-storage-class "GLACIER"'],
    [
      { ServerSideEncryption: "aws:kms" } as const,
      "NotImplemented",
      "x-amz-server-side-encryption",
    ],
    [{ WebsiteRedirectLocation: "/x" }, "NotImplemented", "x-amz-website-redirect-location"],
    [
      { ObjectLockLegalHoldStatus: "ON" } as const,
      "NotImplemented",
      "x-amz-object-lock-legal-hold",
    ],
    [{ GrantRead: "id=x" }, "NotImplemented", "x-amz-grant-read"],
    [{ ChecksumSHA512: "eA==" }, "NotImplemented", "x-amz-checksum-sha512"],
    [
      { SSECustomerAlgorithm: "AES256", SSECustomerKey: "k".repeat(32) },
      "NotImplemented",
      "customer",
    ],
  ])("%j", async (input, code, name) => {
    const refused = await failure(put({ Key: "refused", Body: "x", ...input }));

    expect(refused).toMatchObject({ code });
    expect(refused.message).toContain(name);
  });

  test("but what holds anyway is accepted", async () => {
    await put({
      Key: "accepted",
      Body: "x",
      ACL: "private",
      StorageClass: "STANDARD",
      ServerSideEncryption: "AES256",
      ExpectedBucketOwner: "000000000000",
      RequestPayer: "requester",
    });
  });

  test("a bucket of somebody else's is none of this account", async () => {
    const call = put({ Key: "x", Body: "x", ExpectedBucketOwner: "111111111111" });

    expect(await failure(call)).toMatchObject({ code: "AccessDenied", status: 403 });
  });
});
