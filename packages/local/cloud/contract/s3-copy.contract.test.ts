import { randomBytes } from "node:crypto";
import {
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  type CopyObjectCommandInput,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  GetObjectTaggingCommand,
  HeadObjectCommand,
  PutObjectCommand,
  UploadPartCommand,
} from "@aws-sdk/client-s3";
import { afterAll, beforeAll, expect, test } from "vitest";
import { failure } from "../src/s3/testing/failure.ts";
import { openS3, type S3Contract } from "./s3/s3-contract.ts";

const large = randomBytes(300_000);
let contract: S3Contract;
let s3: S3Contract["s3"];
let Bucket: string;
let versioned: string;
let etag: string;

beforeAll(async () => {
  contract = await openS3();
  ({ s3 } = contract);
  Bucket = await contract.makeBucket("copy");
  versioned = await contract.makeBucket("copy-versions", "Enabled");
  const source = {
    Bucket,
    Key: "a b/é+.jpg",
    ContentType: "image/jpeg",
    Metadata: { who: "me" },
    Tagging: "x=1&y=two%20words",
  };
  const { ETag } = await s3.send(new PutObjectCommand({ ...source, Body: large }));
  etag = ETag ?? "";
});
afterAll(() => contract.close());

const source = () => `${Bucket}/${encodeURIComponent("a b/é+.jpg")}`;
const copy = (input: Partial<CopyObjectCommandInput> = {}) =>
  s3.send(new CopyObjectCommand({ Bucket, Key: "copy", CopySource: source(), ...input }));
const head = (Key: string) =>
  s3.send(new HeadObjectCommand({ Bucket, Key, ChecksumMode: "ENABLED" }));
async function tags(Key: string) {
  return (await s3.send(new GetObjectTaggingCommand({ Bucket, Key }))).TagSet;
}

test("a copy has the bytes, headers, metadata, tags and checksum of its source", async () => {
  const { CopyObjectResult } = await copy();

  expect(CopyObjectResult?.ETag).toBe(etag);
  expect(await head("copy")).toMatchObject({
    ETag: etag,
    ContentType: "image/jpeg",
    Metadata: { who: "me" },
    ChecksumCRC32: CopyObjectResult?.ChecksumCRC32,
  });
  expect(await tags("copy")).toEqual([
    { Key: "x", Value: "1" },
    { Key: "y", Value: "two words" },
  ]);
});

test("a copy lives on when its source is deleted", async () => {
  await s3.send(new PutObjectCommand({ Bucket, Key: "source", Body: large }));
  await copy({ Key: "survivor", CopySource: `${Bucket}/source` });

  await s3.send(new DeleteObjectCommand({ Bucket, Key: "source" }));

  const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key: "survivor" }));
  expect(Buffer.compare((await Body?.transformToByteArray()) ?? large, large)).toBe(0);
});

test("metadata and tags can be replaced", async () => {
  await copy({
    Key: "replaced",
    MetadataDirective: "REPLACE",
    ContentType: "text/plain",
    TaggingDirective: "REPLACE",
    Tagging: "z=3",
  });

  const answer = await head("replaced");
  expect(answer).toMatchObject({ ContentType: "text/plain", Metadata: {} });
  expect(await tags("replaced")).toEqual([{ Key: "z", Value: "3" }]);
});

test("another checksum is computed when asked for", async () => {
  const { CopyObjectResult } = await copy({ Key: "sha", ChecksumAlgorithm: "SHA256" });

  expect(CopyObjectResult?.ChecksumSHA256).toBeDefined();
  expect((await head("sha")).ChecksumSHA256).toBe(CopyObjectResult?.ChecksumSHA256);
});

test("onto itself an object is copied only if that changes it", async () => {
  await s3.send(new PutObjectCommand({ Bucket, Key: "self", Body: "x" }));
  const self = { Key: "self", CopySource: `${Bucket}/self` };

  expect(await failure(copy(self))).toMatchObject({ code: "InvalidRequest", status: 400 });
  await copy({ ...self, MetadataDirective: "REPLACE", Metadata: { changed: "yes" } });
  expect((await head("self")).Metadata).toEqual({ changed: "yes" });
});

test("an old version is brought back by a copy onto itself", async () => {
  const put = (Body: string) =>
    s3.send(new PutObjectCommand({ Bucket: versioned, Key: "k", Body }));
  const { VersionId } = await put("old");
  await put("new");
  const oldVersion = `${versioned}/k?versionId=${VersionId}`;

  const answer = await copy({ Bucket: versioned, Key: "k", CopySource: oldVersion });

  expect(answer.CopySourceVersionId).toBe(VersionId);
  const { Body } = await s3.send(new GetObjectCommand({ Bucket: versioned, Key: "k" }));
  expect(await Body?.transformToString()).toBe("old");
});

test("an object that was uploaded in parts becomes one piece", async () => {
  const parts = [randomBytes(5 * 1024 * 1024), randomBytes(1000)];
  const { UploadId } = await s3.send(new CreateMultipartUploadCommand({ Bucket, Key: "parts" }));
  const Parts = [];
  for (const [index, Body] of parts.entries()) {
    const of = { Bucket, Key: "parts", UploadId, PartNumber: index + 1 };
    const { ETag, ChecksumCRC32 } = await s3.send(new UploadPartCommand({ ...of, Body }));
    Parts.push({ ETag, PartNumber: index + 1, ChecksumCRC32 });
  }
  await s3.send(
    new CompleteMultipartUploadCommand({
      Bucket,
      Key: "parts",
      UploadId,
      MultipartUpload: { Parts },
    }),
  );
  await copy({ Key: "whole", CopySource: `${Bucket}/parts` });

  const whole = await s3.send(new GetObjectCommand({ Bucket, Key: "whole" }));
  const plain = await s3.send(
    new PutObjectCommand({ Bucket, Key: "plain", Body: Buffer.concat(parts) }),
  );
  expect(whole.ETag).toBe(plain.ETag);
  expect(whole.ChecksumType).toBe("FULL_OBJECT");
  const bytes = (await whole.Body?.transformToByteArray()) ?? new Uint8Array();
  expect(Buffer.compare(bytes, Buffer.concat(parts))).toBe(0);
});

test("conditions are put on the source", async () => {
  const past = new Date(Date.now() - 60_000);

  await copy({ CopySourceIfMatch: etag, CopySourceIfUnmodifiedSince: past });
  for (const condition of [
    { CopySourceIfMatch: '"other"' },
    { CopySourceIfNoneMatch: etag },
    { CopySourceIfUnmodifiedSince: past },
    { CopySourceIfModifiedSince: new Date() },
  ]) {
    expect(await failure(copy(condition))).toMatchObject({
      code: "PreconditionFailed",
      status: 412,
    });
  }
});

test("a condition on where the copy goes is held too", async () => {
  await copy({ Key: "taken" });

  expect(await failure(copy({ Key: "taken", IfNoneMatch: "*" }))).toMatchObject({ status: 412 });
});

test.each([
  [{ CopySource: "darkroom-contract-nowhere/key" }, "NoSuchBucket"],
  [{ CopySource: "photos" }, "InvalidArgument"],
  [{ MetadataDirective: "MOVE" as "COPY" }, "InvalidArgument"],
  [{ ExpectedSourceBucketOwner: "111111111111" }, "AccessDenied"],
])("%j is refused", async (input, code) => {
  expect(await failure(copy(input))).toMatchObject({ code });
});

test("what is not there is no source", async () => {
  const versionId = "HPniJFCxqTsMuIH9KX8K8wEjNUgmABCD";

  const byKey = await failure(copy({ CopySource: `${Bucket}/nothing` }));
  const byVersion = await failure(copy({ CopySource: `${source()}?versionId=${versionId}` }));

  expect(byKey.code).toBe("NoSuchKey");
  expect(byVersion.code).toBe("InvalidArgument");
});

test("a delete marker is no source", async () => {
  const deletion = await s3.send(new DeleteObjectCommand({ Bucket: versioned, Key: "marker" }));

  const byKey = await failure(copy({ CopySource: `${versioned}/marker` }));
  const byVersion = await failure(
    copy({ CopySource: `${versioned}/marker?versionId=${deletion.VersionId}` }),
  );

  expect(byKey.code).toBe("NoSuchKey");
  expect(byVersion.code).toBe("InvalidRequest");
});
