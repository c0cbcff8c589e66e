import { GetObjectCommand, HeadObjectCommand, PutObjectCommand } from "@aws-sdk/client-s3";
import { getSignedUrl } from "@aws-sdk/s3-request-presigner";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openS3, type S3Contract } from "./s3/s3-contract.ts";

let contract: S3Contract;
let s3: S3Contract["s3"];
let Bucket: string;

beforeAll(async () => {
  contract = await openS3();
  ({ s3 } = contract);
  Bucket = await contract.makeBucket("presigned");
});
afterAll(() => contract.close());

test("an upload and a download work for whoever has the URL", async () => {
  const Key = "a b/é.txt";
  const put = await getSignedUrl(
    s3,
    new PutObjectCommand({ Bucket, Key, ContentType: "text/plain", Metadata: { who: "me" } }),
  );
  const get = await getSignedUrl(s3, new GetObjectCommand({ Bucket, Key }));

  const uploaded = await fetch(put, {
    method: "PUT",
    body: "hello",
    headers: { "content-type": "text/plain" },
  });
  const downloaded = await fetch(get);

  expect(uploaded.status).toBe(200);
  expect(await downloaded.text()).toBe("hello");
  expect(downloaded.headers.get("content-type")).toBe("text/plain");
  // The SDK puts metadata into the query; it counts like a header.
  const head = await s3.send(new HeadObjectCommand({ Bucket, Key }));
  expect(head.Metadata).toEqual({ who: "me" });
});

test("the checksum of nothing that SDKs sign into an upload's URL is not held against the body", async () => {
  const url = await getSignedUrl(s3, new PutObjectCommand({ Bucket, Key: "crc" }));
  expect(url).toContain("x-amz-checksum-crc32=AAAAAA");

  expect((await fetch(url, { method: "PUT", body: "something" })).status).toBe(200);
});

test("headers of the answer can be part of the URL", async () => {
  await s3.send(new PutObjectCommand({ Bucket, Key: "named", Body: "x" }));
  const url = await getSignedUrl(
    s3,
    new GetObjectCommand({
      Bucket,
      Key: "named",
      ResponseContentDisposition: 'attachment; filename="x.txt"',
    }),
  );

  const response = await fetch(url);

  expect(response.headers.get("content-disposition")).toBe('attachment; filename="x.txt"');
});

test("what was not signed is refused", async () => {
  const url = await getSignedUrl(s3, new GetObjectCommand({ Bucket, Key: "named" }));

  expect((await fetch(url.replace("named", "other"))).status).toBe(403);
  expect((await fetch(`${url}&response-content-type=x`)).status).toBe(403);
  expect((await fetch(contract.url(Bucket, "named"))).status).toBe(403);
});
