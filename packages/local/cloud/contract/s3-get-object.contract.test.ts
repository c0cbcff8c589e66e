import { randomBytes } from "node:crypto";
import {
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  type GetObjectCommandInput,
  HeadObjectCommand,
  PutObjectCommand,
  UploadPartCommand,
} from "@aws-sdk/client-s3";
import { getSignedUrl } from "@aws-sdk/s3-request-presigner";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { failure } from "../src/s3/testing/failure.ts";
import { openS3, type S3Contract } from "./s3/s3-contract.ts";

const large = randomBytes(2_500_000);
let contract: S3Contract;
let s3: S3Contract["s3"];
let Bucket: string;
let etag: string;

beforeAll(async () => {
  contract = await openS3();
  ({ s3 } = contract);
  Bucket = await contract.makeBucket("get");
  const { ETag } = await s3.send(new PutObjectCommand({ Bucket, Key: "ten", Body: "0123456789" }));
  etag = ETag ?? "";
  await s3.send(new PutObjectCommand({ Bucket, Key: "large", Body: large }));
});
afterAll(() => contract.close());

const get = (input: Partial<GetObjectCommandInput> = {}) =>
  s3.send(new GetObjectCommand({ Bucket, Key: "ten", ...input }));

describe("ranges", () => {
  test.each([
    ["bytes=0-3", "0123", "bytes 0-3/10"],
    ["bytes=7-", "789", "bytes 7-9/10"],
    ["bytes=-2", "89", "bytes 8-9/10"],
    ["bytes=-15", "0123456789", "bytes 0-9/10"],
  ])("%s", async (Range, content, ContentRange) => {
    const answer = await get({ Range });

    expect(answer).toMatchObject({ ContentRange, ContentLength: content.length });
    expect(answer.$metadata.httpStatusCode).toBe(206);
    expect(await answer.Body?.transformToString()).toBe(content);
  });

  test("a range that is nowhere is refused with the object's size", async () => {
    expect(await failure(get({ Range: "bytes=10-" }))).toMatchObject({
      code: "InvalidRange",
      status: 416,
    });
  });

  test("of a large object any range is right, and HEAD says the same of it", async () => {
    for (const [from, to] of [
      [0, 0],
      [100, 600_000],
      [524_287, 1_048_577],
      [2_499_999, 2_499_999],
    ] as const) {
      const Range = `bytes=${from}-${to}`;
      const answer = await get({ Key: "large", Range });
      const head = await s3.send(new HeadObjectCommand({ Bucket, Key: "large", Range }));

      const bytes = await answer.Body?.transformToByteArray();
      expect(Buffer.compare(bytes ?? new Uint8Array(), large.subarray(from, to + 1))).toBe(0);
      expect(head.ContentLength).toBe(to - from + 1);
    }
  });
});

describe("conditions", () => {
  const past = new Date(Date.now() - 60_000);

  test("a match gives the object, another ETag does not", async () => {
    expect((await get({ IfMatch: etag })).ETag).toBe(etag);
    expect((await get({ IfMatch: etag.replaceAll('"', "") })).ETag).toBe(etag);
    expect(await failure(get({ IfMatch: '"other"' }))).toMatchObject({
      code: "PreconditionFailed",
      status: 412,
    });
  });

  test("who has it already is told so", async () => {
    expect(await failure(get({ IfNoneMatch: etag }))).toMatchObject({ status: 304 });
    expect((await get({ IfNoneMatch: '"other"' })).ETag).toBe(etag);
  });

  test("dates count where there is no ETag", async () => {
    expect(await failure(get({ IfUnmodifiedSince: past }))).toMatchObject({ status: 412 });
    expect((await get({ IfModifiedSince: past })).ETag).toBe(etag);
    const { LastModified } = await get();
    expect(await failure(get({ IfModifiedSince: LastModified }))).toMatchObject({ status: 304 });
  });

  test("an ETag that holds counts more than a date that does not", async () => {
    expect((await get({ IfMatch: etag, IfUnmodifiedSince: past })).ETag).toBe(etag);
  });
});

test("headers of the answer can be asked for", async () => {
  const answer = await get({
    ResponseContentType: "text/x",
    ResponseContentDisposition: "attachment",
    ResponseCacheControl: "no-store",
    ResponseContentLanguage: "de",
    ResponseContentEncoding: "identity",
  });

  expect(answer).toMatchObject({
    ContentType: "text/x",
    ContentDisposition: "attachment",
    CacheControl: "no-store",
    ContentLanguage: "de",
    ContentEncoding: "identity",
  });
});

test("what can't stand in a header is not put into one", async () => {
  expect(await failure(get({ ResponseContentType: "a\r\nx: y" }))).toMatchObject({
    code: "InvalidArgument",
    message: "Header value cannot be represented using ISO-8859-1.",
  });
});

test("a key that is not there is told with its name", async () => {
  expect(await failure(get({ Key: "nothing" }))).toEqual({
    code: "NoSuchKey",
    status: 404,
    message: "The specified key does not exist.",
  });
  const head = s3.send(new HeadObjectCommand({ Bucket, Key: "nothing" }));
  expect(await failure(head)).toMatchObject({ code: "NotFound", status: 404 });
});

test("an object that is deleted while it is read is read to its end", async () => {
  const body = randomBytes(20_000_000);
  await s3.send(new PutObjectCommand({ Bucket, Key: "leaving", Body: body }));
  const { Body } = await get({ Key: "leaving" });

  await s3.send(new DeleteObjectCommand({ Bucket, Key: "leaving" }));

  const read = (await Body?.transformToByteArray()) ?? new Uint8Array();
  expect(Buffer.compare(read, body)).toBe(0);
});

test("a reader who leaves early holds nothing up", async () => {
  const url = await getSignedUrl(s3, new GetObjectCommand({ Bucket, Key: "large" }));
  const leaving = new AbortController();
  const response = await fetch(url, { signal: leaving.signal });
  await response.body?.getReader().read();
  leaving.abort();

  const { Body } = await get({ Key: "large" });
  expect((await Body?.transformToByteArray())?.length).toBe(large.length);
});

describe("parts", () => {
  const parts = [randomBytes(5 * 1024 * 1024), randomBytes(7)];

  async function upload(Key: string, ChecksumAlgorithm: "CRC32" | "SHA256"): Promise<void> {
    const of = { Bucket, Key };
    const { UploadId } = await s3.send(
      new CreateMultipartUploadCommand({ ...of, ChecksumAlgorithm }),
    );
    const Parts = [];
    for (const [index, Body] of parts.entries()) {
      const PartNumber = index + 1;
      const part = { ...of, UploadId, PartNumber, Body, ChecksumAlgorithm };
      const { ETag, ChecksumCRC32, ChecksumSHA256 } = await s3.send(new UploadPartCommand(part));
      Parts.push({ PartNumber, ETag, ChecksumCRC32, ChecksumSHA256 });
    }
    const MultipartUpload = { Parts };
    await s3.send(new CompleteMultipartUploadCommand({ ...of, UploadId, MultipartUpload }));
  }

  test.each(["CRC32", "SHA256"] as const)("are read one by one, with their %s", async (kind) => {
    const Key = `parts-${kind}`;
    await upload(Key, kind);

    for (const [index, body] of parts.entries()) {
      const PartNumber = index + 1;
      const answer = await get({ Key, PartNumber, ChecksumMode: "ENABLED" });
      const head = await s3.send(new HeadObjectCommand({ Bucket, Key, PartNumber }));

      const read = (await answer.Body?.transformToByteArray()) ?? new Uint8Array();
      expect(Buffer.compare(read, body)).toBe(0);
      expect(answer).toMatchObject({ PartsCount: 2, ContentLength: body.length });
      expect(answer.$metadata.httpStatusCode).toBe(206);
      const start = index === 0 ? 0 : (parts[0]?.length ?? 0);
      expect(answer.ContentRange).toBe(`bytes ${start}-${start + body.length - 1}/5242887`);
      expect(head).toMatchObject({ PartsCount: 2, ContentLength: body.length });
    }
    expect(await failure(get({ Key, PartNumber: 3 }))).toMatchObject({
      code: "InvalidPartNumber",
      status: 416,
    });
  });

  test("what was uploaded at once is one part", async () => {
    const answer = await get({ PartNumber: 1 });

    expect(await answer.Body?.transformToString()).toBe("0123456789");
    expect(answer.ContentRange).toBe("bytes 0-9/10");
    expect(answer.PartsCount).toBeUndefined();
    expect(await failure(get({ PartNumber: 2 }))).toMatchObject({ status: 416 });
  });

  test("are not asked for by a range as well, nor by a number that none can have", async () => {
    const both = get({ PartNumber: 1, Range: "bytes=0-1" });

    expect(await failure(both)).toMatchObject({ code: "InvalidRequest", status: 400 });
    expect(await failure(get({ PartNumber: 10_001 }))).toMatchObject({ code: "InvalidArgument" });
  });
});
