import {
  GetObjectCommand,
  HeadObjectCommand,
  ListMultipartUploadsCommand,
} from "@aws-sdk/client-s3";
import { type LocalS3, startLocalS3 } from "@darkroom/cloud/testing/local-s3";
import { afterAll, beforeAll, expect, test } from "vitest";
import { objectWriter } from "./object-writer.ts";

let local: LocalS3;
beforeAll(async () => {
  local = await startLocalS3("runs");
});
afterAll(() => local.close());

const partSize = 5 * 1024 ** 2;
const piece = `${"x".repeat(1024 ** 2 - 3)}📷`;
const writer = (key: string) =>
  objectWriter(local.s3, { bucket: "runs", key, contentType: "application/jsonl" }, partSize);

test.each([
  ["empty", 0, /^"[0-9a-f]+"$/],
  ["small", 1, /^"[0-9a-f]+"$/],
  ["of many parts", 12, /-3"$/],
])("what is %s arrives whole", async (key, pieces, etag) => {
  const object = writer(key);
  for (let written = 0; written < pieces; written += 1) await object.write(piece);
  await object.close();

  const address = { Bucket: "runs", Key: key };
  expect(await local.s3.send(new HeadObjectCommand(address))).toMatchObject({
    ContentType: "application/jsonl",
    ETag: expect.stringMatching(etag),
  });
  const { Body } = await local.s3.send(new GetObjectCommand(address));
  expect((await Body?.transformToString()) === piece.repeat(pieces)).toBe(true);
});

test("what is abandoned leaves nothing behind", async () => {
  const object = writer("abandoned");
  for (let written = 0; written < 6; written += 1) await object.write(piece);
  await object.abandon();
  const { Uploads = [] } = await local.s3.send(new ListMultipartUploadsCommand({ Bucket: "runs" }));
  expect(Uploads).toEqual([]);
});
