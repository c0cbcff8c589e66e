import {
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  ListObjectVersionsCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
} from "@aws-sdk/client-s3";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { failure } from "../src/s3/testing/failure.ts";
import { openS3, type S3Contract } from "./s3/s3-contract.ts";

let contract: S3Contract;
let s3: S3Contract["s3"];
let Bucket: string;
let plain: string;
let suspended: string;

beforeAll(async () => {
  contract = await openS3();
  ({ s3 } = contract);
  Bucket = await contract.makeBucket("versions", "Enabled");
  plain = await contract.makeBucket("no-versions");
  suspended = await contract.makeBucket("suspended", "Enabled");
});
afterAll(() => contract.close());

const put = async (Key: string, Body: string, bucket = Bucket) =>
  (await s3.send(new PutObjectCommand({ Bucket: bucket, Key, Body }))).VersionId;
const remove = (Key: string, VersionId?: string, bucket = Bucket) =>
  s3.send(new DeleteObjectCommand({ Bucket: bucket, Key, VersionId }));
async function read(Key: string, VersionId?: string, bucket = Bucket): Promise<string | undefined> {
  const { Body } = await s3.send(new GetObjectCommand({ Bucket: bucket, Key, VersionId }));
  return Body?.transformToString();
}
async function versions(Prefix: string, bucket = Bucket) {
  const listed = await s3.send(new ListObjectVersionsCommand({ Bucket: bucket, Prefix }));
  return {
    versions: (listed.Versions ?? []).map(({ VersionId, IsLatest }) => [VersionId, IsLatest]),
    markers: (listed.DeleteMarkers ?? []).map(({ VersionId, IsLatest }) => [VersionId, IsLatest]),
  };
}
const keys = async (Prefix: string, bucket = Bucket) =>
  ((await s3.send(new ListObjectsV2Command({ Bucket: bucket, Prefix }))).Contents ?? []).map(
    ({ Key }) => Key,
  );

describe("a bucket with versions", () => {
  test("keeps each, and shows the newest", async () => {
    const first = await put("kept", "1");
    const second = await put("kept", "2");

    expect(await read("kept")).toBe("2");
    expect(await read("kept", first)).toBe("1");
    expect(await versions("kept")).toEqual({
      versions: [
        [second, true],
        [first, false],
      ],
      markers: [],
    });
  });

  test("hides what is deleted, and gives it back when the marker goes", async () => {
    const version = await put("hidden", "1");

    const deletion = await remove("hidden");

    expect(deletion.DeleteMarker).toBe(true);
    expect(await failure(read("hidden"))).toMatchObject({ code: "NoSuchKey" });
    expect(await keys("hidden")).toEqual([]);
    expect(await read("hidden", version)).toBe("1");
    expect(await failure(read("hidden", deletion.VersionId))).toMatchObject({
      code: "MethodNotAllowed",
      status: 405,
    });
    const undone = await remove("hidden", deletion.VersionId);
    expect(undone).toMatchObject({ DeleteMarker: true, VersionId: deletion.VersionId });
    expect(await read("hidden")).toBe("1");
    expect(await keys("hidden")).toEqual(["hidden"]);
  });

  test("tells a deleted object by its marker", async () => {
    await put("marked", "1");
    const { VersionId } = await remove("marked");

    const response = await s3
      .send(new HeadObjectCommand({ Bucket, Key: "marked" }))
      .catch((error: { $response: { headers: Record<string, string> } }) => error.$response);

    expect(response).toMatchObject({
      headers: { "x-amz-delete-marker": "true", "x-amz-version-id": VersionId },
    });
  });

  test("shows the one before when the newest is deleted for good", async () => {
    const first = await put("back", "1");
    const second = await put("back", "2");

    const deletion = await remove("back", second);

    expect(deletion.VersionId).toBe(second);
    expect(deletion.DeleteMarker).toBeUndefined();
    expect(await read("back")).toBe("1");
    expect(await failure(read("back", second))).toMatchObject({
      code: "NoSuchVersion",
      status: 404,
    });
    await remove("back", first);
    expect(await versions("back")).toEqual({ versions: [], markers: [] });
  });

  test("marks also what was never there", async () => {
    expect((await remove("never")).DeleteMarker).toBe(true);
    expect((await versions("never")).markers).toHaveLength(1);
  });

  test.each(["HPniJFCxqTsMuIH9KX8K8wEjNUgmABCD", "x"])(
    "knows that %s is no version",
    async (id) => {
      await put("ids", "1");

      expect(await failure(read("ids", id))).toMatchObject({
        code: "InvalidArgument",
        message: "Invalid version id specified",
      });
    },
  );

  test("lists versions in pages that go on where one of them has been deleted", async () => {
    for (let i = 0; i < 3; i++) for (const key of ["page/a", "page/b"]) await put(key, String(i));
    const seen: unknown[] = [];
    let markers: { KeyMarker?: string; VersionIdMarker?: string } = {};
    for (;;) {
      const page = await s3.send(
        new ListObjectVersionsCommand({ Bucket, Prefix: "page/", MaxKeys: 2, ...markers }),
      );
      for (const { Key, VersionId } of page.Versions ?? []) {
        seen.push(Key);
        await remove(Key ?? "", VersionId);
      }
      if (!page.IsTruncated) break;
      markers = {
        KeyMarker: page.NextKeyMarker ?? "",
        VersionIdMarker: page.NextVersionIdMarker ?? "",
      };
    }

    expect(seen).toEqual(["page/a", "page/a", "page/a", "page/b", "page/b", "page/b"]);
  });

  test("rolls versions up by a delimiter", async () => {
    await put("roll/x/1", "1");
    await put("roll/y", "1");

    const listed = await s3.send(
      new ListObjectVersionsCommand({ Bucket, Prefix: "roll/", Delimiter: "/" }),
    );

    expect(listed.CommonPrefixes).toEqual([{ Prefix: "roll/x/" }]);
    expect(listed.Versions?.map(({ Key }) => Key)).toEqual(["roll/y"]);
  });
});

describe("a bucket without versions", () => {
  test("knows its objects by the version null, and says nothing of it", async () => {
    expect(await put("k", "1", plain)).toBeUndefined();
    expect(await put("k", "2", plain)).toBeUndefined();

    expect(await read("k", "null", plain)).toBe("2");
    expect(await versions("k", plain)).toEqual({ versions: [["null", true]], markers: [] });
  });

  test("deletes for good, and what is not there as well", async () => {
    await put("gone", "1", plain);

    const deletion = await remove("gone", undefined, plain);
    await remove("gone", undefined, plain);

    expect(deletion.DeleteMarker).toBeUndefined();
    expect(await versions("gone", plain)).toEqual({ versions: [], markers: [] });
  });
});

test("a bucket that no longer makes versions keeps the old ones and writes over one called null", async () => {
  const old = await put("k", "old", suspended);
  const VersioningConfiguration = { Status: "Suspended" as const };
  await s3.send(new PutBucketVersioningCommand({ Bucket: suspended, VersioningConfiguration }));

  expect(await put("k", "1", suspended)).toBeUndefined();
  await put("k", "2", suspended);

  expect(await versions("k", suspended)).toEqual({
    versions: [
      ["null", true],
      [old, false],
    ],
    markers: [],
  });
  expect(await remove("k", undefined, suspended)).toMatchObject({
    DeleteMarker: true,
    VersionId: "null",
  });
  expect(await versions("k", suspended)).toEqual({
    versions: [[old, false]],
    markers: [["null", true]],
  });
  await remove("k", "null", suspended);
  expect(await read("k", undefined, suspended)).toBe("old");
});

describe("conditional deletes", () => {
  test("only what the caller knows is deleted", async () => {
    const { ETag } = await s3.send(new PutObjectCommand({ Bucket, Key: "cond", Body: "1" }));
    const removeIf = (IfMatch: string) =>
      s3.send(new DeleteObjectCommand({ Bucket, Key: "cond", IfMatch }));

    expect(await failure(removeIf('"other"'))).toMatchObject({
      code: "PreconditionFailed",
      status: 412,
    });
    await removeIf(ETag ?? "");
    expect(await failure(removeIf("*"))).toMatchObject({ code: "NoSuchKey", status: 404 });
  });

  test("any object will do for a star", async () => {
    await put("star", "1");

    await s3.send(new DeleteObjectCommand({ Bucket, Key: "star", IfMatch: "*" }));

    expect(await keys("star")).toEqual([]);
  });
});

describe("DeleteObjects", () => {
  const removeAll = (
    Objects: { Key: string; VersionId?: string; ETag?: string }[],
    Quiet = false,
  ) => s3.send(new DeleteObjectsCommand({ Bucket, Delete: { Objects, Quiet } }));

  test("deletes keys and versions, each with its own outcome", async () => {
    const version = await put("many/a", "1");
    await put("many/ b&<", "1");

    const answer = await removeAll([
      { Key: "many/a", VersionId: version ?? "" },
      { Key: "many/ b&<" },
      { Key: "many/c", VersionId: "HPniJFCxqTsMuIH9KX8K8wEjNUgmABCD" },
      { Key: "many/d", ETag: "other" },
    ]);

    expect(answer.Deleted).toEqual([
      { Key: "many/a", VersionId: version },
      { Key: "many/ b&<", DeleteMarker: true, DeleteMarkerVersionId: expect.any(String) },
    ]);
    expect(answer.Errors).toMatchObject([
      { Key: "many/c", Code: "NoSuchVersion" },
      { Key: "many/d", Code: "NoSuchKey" },
    ]);
    expect(await keys("many/")).toEqual([]);
  });

  test("is silent about success when asked to be", async () => {
    await put("quiet", "1");

    expect((await removeAll([{ Key: "quiet" }], true)).Deleted).toBeUndefined();
  });

  test("takes a thousand keys and not one more", async () => {
    const objects = (count: number) => Array.from({ length: count }, (_, i) => ({ Key: `n/${i}` }));

    expect((await removeAll(objects(1000))).Deleted).toHaveLength(1000);
    expect(await failure(removeAll(objects(1001)))).toMatchObject({ code: "MalformedXML" });
  });
});
