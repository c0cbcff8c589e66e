import { readdirSync } from "node:fs";
import { join } from "node:path";
import { PutObjectCommand } from "@aws-sdk/client-s3";
import { afterAll, beforeAll, expect, test } from "vitest";
import { failure } from "../testing/failure.ts";
import { type ServedS3, serveS3 } from "../testing/serve-s3.ts";

const Bucket = "photos";
let served: ServedS3;
let s3: ReturnType<ServedS3["client"]>;

beforeAll(async () => {
  served = await serveS3({ buckets: [{ name: Bucket }] });
  s3 = served.client();
});
afterAll(() => served.close());

test("a body that was refused is not kept", async () => {
  const blobs = () => readdirSync(join(served.folder, "blobs"), { recursive: true }).length;
  const put = (ChecksumCRC32?: string) =>
    s3.send(
      new PutObjectCommand({ Bucket, Key: "large", Body: Buffer.alloc(200_000), ChecksumCRC32 }),
    );
  await put();
  const before = blobs();

  await failure(put("AAAAAA=="));

  await expect.poll(blobs).toBe(before - 1);
});
