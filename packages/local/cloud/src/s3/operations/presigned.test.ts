import { request } from "node:http";
import { GetObjectCommand, HeadObjectCommand, PutObjectCommand } from "@aws-sdk/client-s3";
import { getSignedUrl } from "@aws-sdk/s3-request-presigner";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type ServedS3, serveS3 } from "../testing/serve-s3.ts";

const Bucket = "photos";
let served: ServedS3;
let s3: ReturnType<ServedS3["client"]>;

beforeAll(async () => {
  served = await serveS3({ buckets: [{ name: Bucket }] });
  s3 = served.client();
});
afterAll(() => served.close());

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
  expect((await fetch(`${served.endpoint}/${Bucket}/named`)).status).toBe(403);
});

test("the bucket may stand in the host", async () => {
  const { port } = new URL(served.endpoint);
  const virtual = served.client({ endpoint: `http://localhost:${port}`, forcePathStyle: false });
  const url = new URL(await getSignedUrl(virtual, new PutObjectCommand({ Bucket, Key: "v/x" })));
  expect(url.hostname).toBe(`${Bucket}.localhost`);
  const status = await new Promise((resolve, reject) => {
    const put = request(
      {
        host: "127.0.0.1",
        port,
        method: "PUT",
        path: url.pathname + url.search,
        headers: { host: url.host, "content-length": 2 },
      },
      (response) => resolve(response.resume().statusCode),
    );
    put.on("error", reject);
    put.end("hi");
  });

  expect(status).toBe(200);
  const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key: "v/x" }));
  expect(await Body?.transformToString()).toBe("hi");
});
