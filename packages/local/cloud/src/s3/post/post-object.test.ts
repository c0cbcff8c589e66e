import { readdirSync } from "node:fs";
import { request } from "node:http";
import { join } from "node:path";
import { HeadObjectCommand, type S3Client } from "@aws-sdk/client-s3";
import { createPresignedPost } from "@aws-sdk/s3-presigned-post";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type ServedS3, serveS3 } from "../testing/serve-s3.ts";

const Bucket = "photos";
let served: ServedS3;
let s3: S3Client;

beforeAll(async () => {
  const targetArn = "arn:aws:sqs:us-east-1:000000000000:q";
  const events = ["s3:ObjectCreated:Post"];
  served = await serveS3({
    buckets: [{ name: Bucket, notifications: [{ id: "posts", targetArn, events }] }],
  });
  s3 = served.client();
});
afterAll(async () => {
  expect(served.faults).toEqual([]);
  await served.close();
});

async function post(client: S3Client, Key: string, changed: Record<string, string> = {}) {
  const { url, fields } = await createPresignedPost(client, { Bucket, Key });
  const form = new FormData();
  for (const [name, value] of Object.entries({ ...fields, ...changed })) form.append(name, value);
  form.append("file", new Blob(["x"]));
  return fetch(url, { method: "POST", body: form });
}

test("a form has the rights of the role that signed it, and no more", async () => {
  const credentials = served.roleKey({
    Effect: "Allow",
    Action: "s3:PutObject",
    Resource: `arn:aws:s3:::${Bucket}/in/*`,
  });
  const role = served.client({ credentials });

  expect((await post(role, "in/a")).status).toBe(204);
  const denied = await post(role, "out/a");
  expect(denied.status).toBe(403);
  expect(await denied.text()).toContain("is not authorized to perform: s3:PutObject");
});

test("the key of a role's session counts only with its token", async () => {
  const credentials = served.roleKey({ Effect: "Allow", Action: "s3:*", Resource: "*" });
  const { sessionToken: _, ...bare } = credentials;

  const response = await post(served.client({ credentials: bare }), "a");

  expect(response.status).toBe(400);
  expect(await response.text()).toContain("<Code>InvalidToken</Code>");
});

test("a field that asks for something that isn't there is refused by its name", async () => {
  const { url, fields } = await createPresignedPost(s3, {
    Bucket,
    Key: "refused",
    Fields: { "x-amz-website-redirect-location": "/x" },
  });
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) form.append(name, value);
  form.append("file", new Blob(["x"]));

  const response = await fetch(url, { method: "POST", body: form });

  expect(response.status).toBe(501);
  expect(await response.text()).toContain("x-amz-website-redirect-location");
});

test("an upload by a form is told as one", async () => {
  await post(s3, "told");

  const told = () => served.events.find(({ body }) => body.includes('"told"'))?.body;
  await expect.poll(told).toBeDefined();
  expect(JSON.parse(told() ?? "")).toMatchObject({
    Records: [{ eventName: "ObjectCreated:Post", s3: { object: { key: "told", size: 1 } } }],
  });
});

test("a form that breaks off leaves nothing", async () => {
  const blobs = () => readdirSync(join(served.folder, "blobs"), { recursive: true }).length;
  await post(s3, "before");
  const before = blobs();
  const { url, fields } = await createPresignedPost(s3, { Bucket, Key: "broken" });
  const part = (name: string, value: string) =>
    `--b\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}`;
  const head = Object.entries(fields).map(([name, value]) => `${part(name, value)}\r\n`);
  await new Promise<void>((resolve) => {
    const sent = request(url, {
      method: "POST",
      headers: { "content-type": "multipart/form-data; boundary=b", "content-length": 3_000_000 },
    });
    sent.on("error", () => resolve());
    sent.write(head.join("") + part("file", "x".repeat(1_000_000)), () => sent.destroy());
  });

  await expect.poll(blobs).toBeLessThanOrEqual(before + 33);
  const head404 = s3.send(new HeadObjectCommand({ Bucket, Key: "broken" }));
  await expect(head404).rejects.toMatchObject({ name: "NotFound" });
});
