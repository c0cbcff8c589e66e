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

test("the function writes a report by its own clients", async () => {
  process.env.RUN_BUCKET = "runs";
  const { handler } = await import("./handler.ts");
  const fate = { key: "a b", fate: "copied", bytes: 5, at: "2026-01-01T00:00:02.000Z" };
  await put("runs", "runs/r/copy/00000001.jsonl", "");
  await put("runs", "runs/r/fates/copy/00000001.jsonl", `${JSON.stringify(fate)}\n`);
  const sync = syncRequest.parse({ source: "source", destination: "destination" });
  const progress = {
    after: "a b",
    copyShards: 1,
    orphanShards: 0,
    listed: 1,
    listedBytes: 5,
    destinationListed: 0,
    differing: 1,
    differingBytes: 5,
    unchanged: 0,
    orphans: 0,
    listRequests: 2,
    headRequests: 0,
  };

  expect(await handler({ run, sync, progress, failure: null }, {} as Context)).toMatchObject({
    ok: true,
    copied: 1,
    bytes: 5,
    report: "s3://runs/runs/r/report.html",
  });

  const { Body, ContentType } = await local.s3.send(
    new GetObjectCommand({ Bucket: "runs", Key: "runs/r/report.html" }),
  );
  expect(ContentType).toBe("text/html; charset=utf-8");
  expect(await Body?.transformToString()).toMatch(/^<!doctype html>/);
});
