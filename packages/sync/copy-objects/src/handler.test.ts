import { GetObjectCommand, PutObjectCommand } from "@aws-sdk/client-s3";
import { type LocalS3, startLocalS3 } from "@darkroom/cloud/testing/local-s3";
import type { Context } from "@darkroom/lambda";
import { retrierOf } from "@darkroom/lambda/testing";
import { syncRequest } from "@darkroom/sync-workflow";
import definition from "@darkroom/sync-workflow/sync-buckets.asl.json" with { type: "json" };
import { afterAll, beforeAll, expect, test, vi } from "vitest";

let local: LocalS3;
beforeAll(async () => {
  local = await startLocalS3("source", "destination", "runs");
  Object.assign(process.env, local.environment);
});
afterAll(() => local.close());

const put = (Bucket: string, Key: string, body: string) =>
  local.s3.send(new PutObjectCommand({ Bucket, Key, Body: Buffer.from(body) }));

const run = { prefix: "runs/r/", startTime: "2026-01-01T00:00:00.000Z" };

const sync = syncRequest.parse({ source: "source", destination: "destination" });

test("a function without a bucket of runs stops at init and says so", async () => {
  await expect(import("./handler.ts")).rejects.toThrow("RUN_BUCKET is missing");
  vi.resetModules();
});

test("the function copies a shard by its own clients", async () => {
  process.env.RUN_BUCKET = "runs";
  const { handler } = await import("./handler.ts");
  const { ETag = "" } = await put("source", "a b", "photo");
  const etag = ETag.replaceAll('"', "");
  const shard = "runs/r/copy/00000001.jsonl";
  await put("runs", shard, JSON.stringify({ key: "a b", size: 5, etag, reason: "missing" }));
  const context = (milliseconds: number) =>
    ({ getRemainingTimeInMillis: () => milliseconds }) as Context;

  // Too late to copy anything, and in time to write that down.
  await expect(handler({ run, sync, shard }, context(20_000))).rejects.toMatchObject({
    name: "ShardUnfinishedError",
  });
  expect(await handler({ run, sync, shard }, context(900_000))).toMatchObject({
    copied: 1,
    bytes: 5,
    // The shard, its fates, the copy, the fates again, and that none has failed any more.
    requests: 5,
  });

  const { Body } = await local.s3.send(new GetObjectCommand({ Bucket: "destination", Key: "a b" }));
  expect(await Body?.transformToString()).toBe("photo");
});

test("the machine goes on with a shard that is unfinished, and not with one that has no hope", () => {
  const child = definition.States.CopyObjects.ItemProcessor;
  expect(retrierOf(child, "CopyShard", "ShardUnfinishedError")).toMatchObject({
    ErrorEquals: ["ShardUnfinishedError"],
    MaxAttempts: expect.toSatisfy((attempts: number) => attempts >= 10),
  });
  for (const name of ["AccessDeniedException", "ObjectNotFoundError", "InvalidInputError"]) {
    expect(retrierOf(child, "CopyShard", name)).toMatchObject({
      ErrorEquals: expect.arrayContaining([name]),
      MaxAttempts: 0,
    });
  }
});
