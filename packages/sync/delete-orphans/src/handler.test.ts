import { GetObjectCommand, PutObjectCommand } from "@aws-sdk/client-s3";
import { type LocalS3, startLocalS3 } from "@darkroom/cloud/testing/local-s3";
import type { Context } from "@darkroom/lambda";
import { syncRequest } from "@darkroom/sync-workflow";
import { afterAll, beforeAll, expect, test } from "vitest";

let local: LocalS3;
beforeAll(async () => {
  local = await startLocalS3("source", "destination", "runs");
  Object.assign(process.env, local.environment);
});
afterAll(() => local.close());

const put = (Bucket: string, Key: string, body: string) =>
  local.s3.send(new PutObjectCommand({ Bucket, Key, Body: Buffer.from(body) }));

const run = { prefix: "runs/r/", startTime: "2026-01-01T00:00:00.000Z" };

test("the function deletes a shard by its own clients", async () => {
  process.env.RUN_BUCKET = "runs";
  const { handler } = await import("./handler.ts");
  const shard = "runs/r/orphans/00000001.jsonl";
  await put("destination", "a b", "photo");
  await put("runs", shard, JSON.stringify({ key: "a b", size: 5 }));
  const sync = syncRequest.parse({
    source: "source",
    destination: "destination",
    deleteOrphans: true,
  });

  expect(await handler({ run, sync, shard }, {} as Context)).toMatchObject({
    deleted: 1,
    bytes: 5,
    requests: 3 + 3,
  });

  await expect(
    local.s3.send(new GetObjectCommand({ Bucket: "destination", Key: "a b" })),
  ).rejects.toMatchObject({ name: "NoSuchKey" });
});
