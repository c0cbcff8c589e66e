import { PutObjectCommand } from "@aws-sdk/client-s3";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Authorize } from "../service.ts";
import { type ServedS3, serveS3 } from "./testing/serve-s3.ts";

const bucket = "photos";
let served: ServedS3;
let versionId: string;

beforeAll(async () => {
  served = await serveS3({ buckets: [{ name: bucket, versioning: true }] });
  const put = (body: Buffer) =>
    served.client().send(new PutObjectCommand({ Bucket: bucket, Key: "k", Body: body }));
  versionId = (await put(Buffer.from("first"))).VersionId ?? "";
  await put(Buffer.alloc(900_000, 1));
});
afterAll(() => served.close());

const anything: Authorize = () => {};

test("another service reads an object, or a version, with the permissions of whom it works for", async () => {
  const asked: string[] = [];
  const authorize: Authorize = (action, resource) => asked.push(`${action} ${resource}`);

  const current = await served.s3.readObject({ bucket, key: "k" }, authorize, 1_000_000);
  const first = await served.s3.readObject({ bucket, key: "k", versionId }, authorize, 10);

  expect(current).toHaveLength(900_000);
  expect(Buffer.from(first).toString()).toBe("first");
  expect(asked).toEqual([
    "s3:GetObject arn:aws:s3:::photos/k",
    "s3:GetObjectVersion arn:aws:s3:::photos/k",
  ]);
});

test("another service reads an object's metadata, or a version's, with the same permissions", async () => {
  const asked: string[] = [];
  const authorize: Authorize = (action, resource) => asked.push(`${action} ${resource}`);
  const put = (Metadata: Record<string, string>) =>
    served
      .client()
      .send(new PutObjectCommand({ Bucket: bucket, Key: "m", Body: Buffer.from("m"), Metadata }));
  const { VersionId: versionId = "" } = await put({ "Darkroom-Moderation": "suspect" });
  await put({});

  expect(served.s3.readMetadata({ bucket, key: "m" }, authorize)).toEqual({});
  expect(served.s3.readMetadata({ bucket, key: "m", versionId }, authorize)).toEqual({
    "darkroom-moderation": "suspect",
  });
  expect(asked).toEqual([
    "s3:GetObject arn:aws:s3:::photos/m",
    "s3:GetObjectVersion arn:aws:s3:::photos/m",
  ]);
});

test("what is too large is not read", async () => {
  const call = served.s3.readObject({ bucket, key: "k" }, anything, 899_999);

  await expect(call).rejects.toMatchObject({ code: "ImageTooLargeException" });
});

test.each([
  [{ bucket, key: "nothing" }, "NoSuchKey"],
  [{ bucket: "nowhere", key: "k" }, "NoSuchBucket"],
])("%j is %s", async (object, code) => {
  await expect(served.s3.readObject(object, anything, 10)).rejects.toMatchObject({ code });
});

test("a denial is passed on", async () => {
  const never: Authorize = () => {
    throw new Error("denied");
  };

  await expect(served.s3.readObject({ bucket, key: "k" }, never, 10)).rejects.toThrow("denied");
});
