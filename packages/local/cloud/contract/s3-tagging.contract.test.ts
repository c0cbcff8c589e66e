import {
  DeleteObjectCommand,
  DeleteObjectTaggingCommand,
  GetObjectCommand,
  GetObjectTaggingCommand,
  PutObjectCommand,
  PutObjectTaggingCommand,
} from "@aws-sdk/client-s3";
import { afterAll, beforeAll, expect, test } from "vitest";
import { failure } from "../src/s3/testing/failure.ts";
import { openS3, type S3Contract } from "./s3/s3-contract.ts";

let contract: S3Contract;
let s3: S3Contract["s3"];
let Bucket: string;

beforeAll(async () => {
  contract = await openS3();
  ({ s3 } = contract);
  Bucket = await contract.makeBucket("tagging", "Enabled");
});
afterAll(() => contract.close());

const put = (Key: string, Tagging?: string) =>
  s3.send(new PutObjectCommand({ Bucket, Key, Body: "body", Tagging }));
const tag = (Key: string, TagSet: { Key: string; Value: string }[], VersionId?: string) =>
  s3.send(new PutObjectTaggingCommand({ Bucket, Key, VersionId, Tagging: { TagSet } }));
async function tags(Key: string, VersionId?: string) {
  return (await s3.send(new GetObjectTaggingCommand({ Bucket, Key, VersionId }))).TagSet;
}
const many = (count: number) =>
  Array.from({ length: count }, (_, i) => ({ Key: `k${i}`, Value: "" }));

test("tags are set with the object, changed and removed, and the body stays", async () => {
  await put("photo", "a=1&b=two+words&c");
  expect(await tags("photo")).toEqual([
    { Key: "a", Value: "1" },
    { Key: "b", Value: "two words" },
    { Key: "c", Value: "" },
  ]);

  await tag("photo", [{ Key: "ä ö", Value: "+-=._:/@" }]);
  expect(await tags("photo")).toEqual([{ Key: "ä ö", Value: "+-=._:/@" }]);
  const tagged = await s3.send(new GetObjectCommand({ Bucket, Key: "photo" }));
  expect(tagged.TagCount).toBe(1);
  expect(await tagged.Body?.transformToString()).toBe("body");

  await s3.send(new DeleteObjectTaggingCommand({ Bucket, Key: "photo" }));
  expect(await tags("photo")).toEqual([]);
  const untagged = await s3.send(new GetObjectCommand({ Bucket, Key: "photo" }));
  expect(untagged.TagCount).toBeUndefined();
  expect(await untagged.Body?.transformToString()).toBe("body");
});

test("each version has its own", async () => {
  const { VersionId: first = "" } = await put("two", "v=1");
  const { VersionId: second } = await put("two", "v=2");

  const answer = await tag("two", [{ Key: "v", Value: "changed" }], first);

  expect(answer.VersionId).toBe(first);
  expect(await tags("two", first)).toEqual([{ Key: "v", Value: "changed" }]);
  expect(await tags("two", second)).toEqual([{ Key: "v", Value: "2" }]);
});

test("an empty set removes all", async () => {
  await put("emptied", "a=1");

  await tag("emptied", []);

  expect(await tags("emptied")).toEqual([]);
});

test("a deleted object has none", async () => {
  await put("deleted");
  await s3.send(new DeleteObjectCommand({ Bucket, Key: "deleted" }));

  expect(await failure(tags("deleted"))).toMatchObject({ code: "MethodNotAllowed", status: 405 });
  expect(await failure(tags("never"))).toMatchObject({ code: "NoSuchKey", status: 404 });
});

test.each([
  [many(11), "BadRequest", "Object tags cannot be greater than 10"],
  [
    [
      { Key: "a", Value: "1" },
      { Key: "a", Value: "2" },
    ],
    "InvalidTag",
    "Cannot provide multiple Tags with the same key",
  ],
  [[{ Key: "k".repeat(129), Value: "" }], "InvalidTag", "The TagKey you have provided is invalid"],
  [
    [{ Key: "a", Value: "v".repeat(257) }],
    "InvalidTag",
    "The TagValue you have provided is invalid",
  ],
  [[{ Key: "a", Value: "<" }], "InvalidTag", "The TagValue you have provided is invalid"],
  [[{ Key: "aws:x", Value: "" }], "InvalidTag", "System tags cannot be added/updated by requester"],
])("%j is refused", async (set, code, message) => {
  await put("refused");

  expect(await failure(tag("refused", set))).toEqual({ code, status: 400, message });
});

test("ten are not too many", async () => {
  await put("ten");

  await tag("ten", many(10));

  expect(await tags("ten")).toHaveLength(10);
});
