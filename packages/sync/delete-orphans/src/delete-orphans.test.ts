import {
  GetObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import { type LocalS3, startLocalS3 } from "@darkroom/cloud/testing/local-s3";
import { answering, s3Failure } from "@darkroom/lambda/testing";
import { isAllCopied, runStore, shardFiles } from "@darkroom/run-files";
import { type FateLine, shardOutput, syncRequest } from "@darkroom/sync-workflow";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { countedRequests } from "./counted-requests.ts";
import { deleteOrphans } from "./delete-orphans.ts";
import { type ObjectDeleter, objectDeleter } from "./object-deleter.ts";

let local: LocalS3;
let sent: () => number;
beforeAll(async () => {
  local = await startLocalS3("destination", "runs");
  sent = countedRequests(local.s3);
});
afterAll(() => local.close());

let runs = 0;

const put = (Bucket: string, Key: string, body: string) =>
  local.s3.send(new PutObjectCommand({ Bucket, Key, Body: Buffer.from(body) }));

async function keysLeft(prefix: string): Promise<(string | undefined)[]> {
  const { Contents = [] } = await local.s3.send(
    new ListObjectsV2Command({ Bucket: "destination", Prefix: prefix }),
  );
  return Contents.map(({ Key }) => Key);
}

/** A run with one shard of these keys. */
async function shardOf(keys: string[], request: object, deleter?: ObjectDeleter) {
  const run = { prefix: `runs/r${++runs}/`, startTime: "2026-01-01T00:00:00.000Z" };
  const shard = `${run.prefix}orphans/00000001.jsonl`;
  const lines = keys.map((key) => `${JSON.stringify({ key, size: 3 })}\n`);
  await put("runs", shard, lines.join(""));
  const sync = syncRequest.parse({
    source: "source",
    destination: "destination",
    deleteOrphans: true,
    ...request,
  });
  return {
    run,
    async delete() {
      const before = sent();
      const output = await deleteOrphans(
        { run, sync, shard },
        {
          files: shardFiles(runStore(local.s3, "runs"), run, "orphans", shard),
          isAllCopied: () => isAllCopied(runStore(local.s3, "runs"), run),
          deleter: deleter ?? objectDeleter(local.s3, sync.destination),
          requests: () => sent() - before,
        },
      );
      return shardOutput.parse(output);
    },
    async fates(): Promise<FateLine[]> {
      const { Body } = await local.s3.send(
        new GetObjectCommand({ Bucket: "runs", Key: `${run.prefix}fates/orphans/00000001.jsonl` }),
      );
      const text = (await Body?.transformToString()) ?? "";
      return text
        .trim()
        .split("\n")
        .map((line) => JSON.parse(line));
    },
  };
}

describe("a shard of orphans", () => {
  test("is deleted by one request, under keys of every kind, and each has its fate", async () => {
    const names = ["with space", "a+b%41&c=d?<x>", "ünï 📷", "x//y", "folder/", "x".repeat(1020)];
    const keys = names.map((name) => `odd/${name}`.slice(0, 1024));
    for (const key of [...keys, "odd/kept"]) await put("destination", key, "abc");
    const shard = await shardOf(keys, { prefix: "odd/" });

    expect(await shard.delete()).toEqual({
      copied: 0,
      deleted: keys.length,
      vanished: 0,
      archived: 0,
      failed: 0,
      bytes: 3 * keys.length,
      // The shard, whether all is copied, the deletion, the fates.
      requests: 1 + 3 + 1 + 1,
    });

    expect(await keysLeft("odd/")).toEqual(["odd/kept"]);
    expect((await shard.fates()).map(({ key, fate }) => [key, fate])).toEqual(
      keys.map((key) => [key, "deleted"]),
    );
  });

  test("may have been deleted before", async () => {
    await put("destination", "again", "abc");
    const shard = await shardOf(["again", "never"], {});
    const first = await shard.delete();
    expect(await shard.delete()).toEqual(first);
    expect(first).toMatchObject({ deleted: 2, failed: 0 });
  });

  test.each([
    ["outside the prefix", { prefix: "in/" }, ["in/a", "out/a"]],
    ["not after where the run began", { startAfter: "in/b" }, ["in/c", "in/b"]],
  ])("with a key %s is refused before anything is deleted", async (_, request, keys) => {
    for (const key of keys) await put("destination", key, "abc");
    const shard = await shardOf(keys, request);
    await expect(shard.delete()).rejects.toMatchObject({
      name: "InvalidInputError",
      message: expect.stringContaining(`(value: "${keys[1]}")`),
    });
    for (const key of keys) expect(await keysLeft(key)).toEqual([key]);
  });

  test.each([
    ["has no fates yet", ["copy/00000001.jsonl"]],
    [
      "has failures",
      ["copy/00000001.jsonl", "fates/copy/00000001.jsonl", "failed/copy/00000001.jsonl"],
    ],
  ])("stays, whole, when a shard of copies %s", async (_, names) => {
    await put("destination", "stays", "abc");
    const shard = await shardOf(["stays"], {});
    for (const name of names) await put("runs", `${shard.run.prefix}${name}`, "");
    await expect(shard.delete()).rejects.toMatchObject({ name: "CopiesFailedError" });
    expect(await keysLeft("stays")).toEqual(["stays"]);
  });

  test.each([[{ deleteOrphans: false }], [{ dryRun: true }]])(
    "of a run with %j is refused",
    async (request) => {
      await put("destination", "safe", "abc");
      const shard = await shardOf(["safe"], request);
      await expect(shard.delete()).rejects.toMatchObject({ name: "InvalidInputError" });
      expect(await keysLeft("safe")).toEqual(["safe"]);
    },
  );

  test("that none may be deleted of is an error by name", async () => {
    const denied: ObjectDeleter = {
      delete: async (keys) =>
        new Map(keys.map((key) => [key, { error: "AccessDenied", message: "Access Denied" }])),
    };
    const shard = await shardOf(["a", "b"], {}, denied);
    await expect(shard.delete()).rejects.toMatchObject({ name: "AccessDeniedException" });
    expect(await shard.fates()).toMatchObject([{ fate: "failed" }, { fate: "failed" }]);
  });

  test("whose bucket is not there is an error by name", async () => {
    const shard = await shardOf(["a"], { destination: "nowhere" });
    await expect(shard.delete()).rejects.toMatchObject({ name: "ObjectNotFoundError" });
  });
});

describe("S3's answers for single keys", () => {
  const answered = (deleted: string[], errors: [string, string][]) => ({
    headers: { "content-type": "application/xml" },
    body: `<DeleteResult>${deleted.map((key) => `<Deleted><Key>${key}</Key></Deleted>`).join("")}${errors.map(([key, code]) => `<Error><Key>${key}</Key><Code>${code}</Code><Message>${code}!</Message></Error>`).join("")}</DeleteResult>`,
  });

  test("that may pass are asked for again, with waits; others are failures", async () => {
    const waits: number[] = [];
    const asked: string[][] = [];
    const s3 = new S3Client(
      answering(({ body }) => {
        const keys = [...body.matchAll(/<Key>(.*?)<\/Key>/g)].map(([, key = ""]) => key);
        asked.push(keys);
        if (asked.length === 1) {
          return answered(
            ["a"],
            [
              ["b", "SlowDown"],
              ["c", "AccessDenied"],
            ],
          );
        }
        return asked.length < 3 ? answered([], [["b", "InternalError"]]) : answered(["b"], []);
      }),
    );
    const deleter = objectDeleter(s3, "destination", {
      random: () => 1,
      wait: async (milliseconds) => waits.push(milliseconds),
    });

    expect(await deleter.delete(["a", "b", "c", "d"])).toEqual(
      new Map([
        ["c", { error: "AccessDenied", message: "AccessDenied!" }],
        ["d", { error: "NoAnswer", message: "S3 did not say what became of it" }],
      ]),
    );
    expect(asked).toEqual([["a", "b", "c", "d"], ["b"], ["b"]]);
    expect(waits).toEqual([200, 400]);
  });

  test("are for a thousand keys at a time", async () => {
    const sizes: number[] = [];
    const s3 = new S3Client(
      answering(({ body }) => {
        const keys = [...body.matchAll(/<Key>(.*?)<\/Key>/g)].map(([, key = ""]) => key);
        sizes.push(keys.length);
        return answered(keys, []);
      }),
    );
    const keys = Array.from({ length: 1500 }, (_, index) => `k${index}`);
    expect(await objectDeleter(s3, "destination").delete(keys)).toEqual(new Map());
    expect(sizes).toEqual([1000, 500]);
  });

  test("can't be had for a key that XML can't hold, which is deleted by itself", async () => {
    const requests: string[] = [];
    const s3 = new S3Client(
      answering(({ method, path }) => {
        requests.push(`${method} ${path}`);
        return path.includes("%02") ? s3Failure(403, "AccessDenied") : { status: 204 };
      }),
    );
    expect(await objectDeleter(s3, "destination").delete(["a\u0001", "b\u0002"])).toEqual(
      new Map([["b\u0002", { error: "AccessDenied", message: "AccessDenied!" }]]),
    );
    expect(requests).toEqual(["DELETE /a%01", "DELETE /b%02"]);
  });

  test("never let an object pass for deleted that S3 didn't say it of", async () => {
    const fates = fc.array(fc.constantFrom("deleted", "AccessDenied", "InternalError", "nothing"), {
      minLength: 1,
      maxLength: 20,
    });
    await fc.assert(
      fc.asyncProperty(fates, fc.integer({ min: 1, max: 4 }), async (said, spell) => {
        const keys = said.map((_, index) => `k${index}`);
        let rounds = 0;
        const s3 = new S3Client(
          answering(({ body }) => {
            rounds += 1;
            const asked = [...body.matchAll(/<Key>k(.*?)<\/Key>/g)].map(([, index]) =>
              Number(index),
            );
            const saying = (index: number): string =>
              said[index] === "InternalError" && rounds > spell ? "deleted" : (said[index] ?? "");
            return answered(
              asked.filter((index) => saying(index) === "deleted").map((index) => `k${index}`),
              asked
                .filter((index) => !["deleted", "nothing"].includes(saying(index)))
                .map((index) => [`k${index}`, saying(index)]),
            );
          }),
        );
        const deleter = objectDeleter(s3, "destination", { wait: async () => undefined });
        const failures = await deleter.delete(keys);
        expect([...failures.keys()].sort()).toEqual(
          keys.filter((_, index) => ["AccessDenied", "nothing"].includes(said[index] ?? "")).sort(),
        );
      }),
      { numRuns: 50 },
    );
  });
});
