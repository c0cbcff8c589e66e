import { randomBytes } from "node:crypto";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import {
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  HeadObjectCommand,
  UploadPartCommand,
} from "@aws-sdk/client-s3";
import { afterAll, beforeAll, expect, test } from "vitest";
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

const blobs = () => readdirSync(join(served.folder, "blobs"), { recursive: true }).length;

test("an upload leaves the parts that did not become the object behind with nobody", async () => {
  const Key = "replaced";
  const { UploadId } = await s3.send(new CreateMultipartUploadCommand({ Bucket, Key }));
  const put = async (PartNumber: number, size: number) => {
    const of = { Bucket, Key, UploadId, PartNumber };
    const { ETag, ChecksumCRC32 } = await s3.send(
      new UploadPartCommand({ ...of, Body: randomBytes(size) }),
    );
    return { PartNumber, ETag, ChecksumCRC32 };
  };
  const before = blobs();
  await put(1, 6_000_000);
  const first = await put(1, 5_500_000);
  await put(2, 1000);

  const MultipartUpload = { Parts: [first] };
  await s3.send(new CompleteMultipartUploadCommand({ Bucket, Key, UploadId, MultipartUpload }));

  expect((await s3.send(new HeadObjectCommand({ Bucket, Key }))).ContentLength).toBe(5_500_000);
  await s3.send(new DeleteObjectCommand({ Bucket, Key }));
  await expect.poll(() => blobs() - before).toBeLessThanOrEqual(32);
});
