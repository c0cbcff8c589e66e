import { randomBytes } from "node:crypto";
import { readdirSync } from "node:fs";
import { request as httpRequest } from "node:http";
import { join } from "node:path";
import {
  GetObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  type PutObjectCommandInput,
} from "@aws-sdk/client-s3";
import { afterAll, beforeAll, expect, test } from "vitest";
import { failure } from "../testing/failure.ts";
import { presignedPut } from "../testing/presigned-put.ts";
import { type ServedS3, serveS3 } from "../testing/serve-s3.ts";

const Bucket = "photos";
let served: ServedS3;
let s3: ReturnType<ServedS3["client"]>;

beforeAll(async () => {
  served = await serveS3({ buckets: [{ name: Bucket }] });
  s3 = served.client();
});
afterAll(async () => {
  expect(served.faults).toEqual([]);
  await served.close();
});

const put = (input: Partial<PutObjectCommandInput>) =>
  s3.send(new PutObjectCommand({ Bucket, Key: "key", ...input }));

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

const countBlobs = (): number =>
  readdirSync(join(served.folder, "blobs"), { recursive: true }).length;

test.each([
  [{ StorageClass: "GLACIER" } as const, "NotImplemented", 'x-amz-storage-class "GLACIER"'],
  [{ ServerSideEncryption: "aws:kms" } as const, "NotImplemented", "x-amz-server-side-encryption"],
  [{ WebsiteRedirectLocation: "/x" }, "NotImplemented", "x-amz-website-redirect-location"],
  [{ ObjectLockLegalHoldStatus: "ON" } as const, "NotImplemented", "x-amz-object-lock-legal-hold"],
  [{ GrantRead: "id=x" }, "NotImplemented", "x-amz-grant-read"],
  [{ ChecksumSHA512: "eA==" }, "NotImplemented", "x-amz-checksum-sha512"],
  [
    { SSECustomerAlgorithm: "AES256", SSECustomerKey: "k".repeat(32) },
    "NotImplemented",
    "customer",
  ],
])("what a PUT asks for in vain is refused by name: %j", async (input, code, name) => {
  const refused = await failure(put({ Key: "refused", Body: "x", ...input }));

  expect(refused).toMatchObject({ code });
  expect(refused.message).toContain(name);
});

test("a listing that asks for more than there is is refused by name", async () => {
  const call = s3.send(
    new ListObjectsV2Command({ Bucket, OptionalObjectAttributes: ["RestoreStatus"] }),
  );

  expect(await failure(call)).toMatchObject({ code: "NotImplemented" });
});

test("what asks for nothing that isn't so anyway is accepted", async () => {
  await put({ Body: "x", ExpectedBucketOwner: "000000000000", RequestPayer: "requester" });
});
