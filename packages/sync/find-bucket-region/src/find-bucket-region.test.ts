import { createServer } from "node:http";
import { S3Client } from "@aws-sdk/client-s3";
import { afterAll, beforeAll, expect, test } from "vitest";
import { findBucketRegion } from "./find-bucket-region.ts";

/** Answers a HEAD of a bucket by its name: a status, and a region where S3 names one. */
const buckets: Record<string, { status: number; region?: string }> = {
  "/near": { status: 200, region: "eu-west-1" },
  "/nameless": { status: 200 },
  "/far": { status: 301, region: "ap-southeast-2" },
  "/locked": { status: 403, region: "eu-west-1" },
  "/slow": { status: 503 },
};
const asked: string[] = [];
const server = createServer(({ method, url = "" }, response) => {
  const path = url.replace(/\/$/, "");
  asked.push(`${method} ${path}`);
  const { status, region } = buckets[path] ?? { status: 404 };
  response.writeHead(status, region === undefined ? {} : { "x-amz-bucket-region": region }).end();
});
let s3: S3Client;

beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  const port = typeof address === "object" ? address?.port : undefined;
  s3 = new S3Client({
    endpoint: `http://127.0.0.1:${port}`,
    region: "eu-west-1",
    credentials: { accessKeyId: "a", secretAccessKey: "b" },
    forcePathStyle: true,
    maxAttempts: 1,
  });
});
afterAll(() => {
  s3.destroy();
  server.close();
});

test.each([
  ["near", "eu-west-1"],
  ["far", "ap-southeast-2"],
])("the region of a bucket is found by one HEAD: %s", async (bucket, region) => {
  asked.length = 0;
  expect(await findBucketRegion(s3, bucket)).toEqual({ bucket, region });
  expect(asked).toEqual([`HEAD /${bucket}`]);
});

test("a bucket whose region isn't named is in the client's", async () => {
  expect(await findBucketRegion(s3, "nameless")).toMatchObject({ region: "eu-west-1" });
});

test("a bucket that isn't there is named", async () => {
  await expect(findBucketRegion(s3, "gone")).rejects.toMatchObject({
    name: "ObjectNotFoundError",
    message: "the bucket gone does not exist",
  });
});

test("a bucket that gives no access is named, and what to look at", async () => {
  await expect(findBucketRegion(s3, "locked")).rejects.toMatchObject({
    name: "AccessDeniedException",
    message: "no access to the bucket locked: check the function's role and the bucket's policy",
  });
});

test("an outage and throttling go by the name that the machine waits for", async () => {
  await expect(findBucketRegion(s3, "slow")).rejects.toMatchObject({
    name: "ServiceUnavailable",
    message: "S3 answered 503 for the bucket slow",
  });
});
