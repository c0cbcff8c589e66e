import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readdirSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import {
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  ListMultipartUploadsCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import { expect, test } from "vitest";
import { type ServedS3, serveS3 } from "./testing/serve-s3.ts";

const Bucket = "photos";
const queue = "arn:aws:sqs:us-east-1:000000000000:q";
const notifications = [{ id: "n", targetArn: queue, events: ["s3:ObjectCreated:*"] }];

const sequencers = (served: ServedS3): string[] =>
  served.events.flatMap(({ body }) => JSON.parse(body).Records?.[0].s3.object.sequencer ?? []);

test("a restart keeps objects, uploads under way and the order of events", async () => {
  const buckets = [{ name: Bucket, versioning: true, notifications }];
  const first = await serveS3({ buckets });
  const small = randomBytes(100);
  const large = randomBytes(1_000_000);
  const s3 = first.client();
  await s3.send(new PutObjectCommand({ Bucket, Key: "small", Body: small }));
  await s3.send(new PutObjectCommand({ Bucket, Key: "large", Body: large }));
  const upload = await s3.send(new CreateMultipartUploadCommand({ Bucket, Key: "up" }));
  await expect.poll(() => sequencers(first).length).toBe(2);
  await first.close();

  const second = await serveS3({ folder: first.folder, buckets });
  const again = second.client();
  for (const [Key, body] of [
    ["small", small],
    ["large", large],
  ] as const) {
    const { Body } = await again.send(new GetObjectCommand({ Bucket, Key }));
    expect(Buffer.compare((await Body?.transformToByteArray()) ?? small, body)).toBe(0);
  }
  const uploads = await again.send(new ListMultipartUploadsCommand({ Bucket }));
  expect(uploads.Uploads).toMatchObject([{ UploadId: upload.UploadId }]);
  await again.send(new PutObjectCommand({ Bucket, Key: "small", Body: "later" }));
  await expect.poll(() => sequencers(second).length).toBe(1);
  const all = [...sequencers(first), ...sequencers(second)];
  expect(all).toEqual([...all].sort());
  // Nothing but the new event: the set-up of the notification has not changed.
  expect(second.events).toHaveLength(1);
  await second.close();
});

test("an event that could not be delivered is delivered after a restart", async () => {
  const buckets = [{ name: Bucket, notifications }];
  const first = await serveS3({
    buckets,
    deliver: async () => {
      throw new Error("the queue is away");
    },
  });
  await first.client().send(new PutObjectCommand({ Bucket, Key: "k", Body: "x" }));
  await first.close();

  const second = await serveS3({ folder: first.folder, buckets });

  await expect.poll(() => sequencers(second).length).toBe(1);
  await second.close();
});

test("what a crash left in the blobs is swept, and nothing else", async () => {
  const first = await serveS3({ buckets: [{ name: Bucket }] });
  const body = randomBytes(300_000);
  await first.client().send(new PutObjectCommand({ Bucket, Key: "kept", Body: body }));
  await first.client().send(new PutObjectCommand({ Bucket, Key: "gone", Body: body }));
  await first.client().send(new DeleteObjectCommand({ Bucket, Key: "gone" }));
  await first.close();
  const blobs = join(first.folder, "blobs");
  mkdirSync(join(blobs, "ab"), { recursive: true });
  writeFileSync(join(blobs, "ab", `ab${"0".repeat(30)}`), "half of an upload");

  const second = await serveS3({ folder: first.folder });
  await second.close();

  const files = readdirSync(blobs, { recursive: true, withFileTypes: true }).filter((entry) =>
    entry.isFile(),
  );
  expect(files).toHaveLength(1);
});

test("what was acknowledged before a kill -9 is there, whole, and told", {
  timeout: 60_000,
}, async () => {
  const folder = mkdtempSync(join(tmpdir(), "darkroom-s3-kill-"));
  const acknowledged = new Map<string, number>();
  for (let round = 0; round < 3; round++) {
    await killWhileWriting(folder, round, acknowledged);
  }

  const served = await serveS3({ folder });
  const s3 = served.client();
  expect(acknowledged.size).toBeGreaterThan(10);
  for (const [Key, size] of acknowledged) {
    const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key }));
    const bytes = Buffer.from((await Body?.transformToByteArray()) ?? []);
    expect(bytes.equals(Buffer.alloc(size, Key))).toBe(true);
  }
  const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket }));
  await expect
    .poll(
      () => new Set(served.events.map(({ body }) => JSON.parse(body).Records?.[0].s3.object.key)),
    )
    .toEqual(new Set([undefined, ...Contents.map(({ Key }) => Key)]));
  expect(served.faults).toEqual([]);
  await served.close();
});

/** Starts S3 as a process that can't deliver anything, writes to it and kills it in the middle. */
async function killWhileWriting(
  folder: string,
  round: number,
  acknowledged: Map<string, number>,
): Promise<void> {
  const child = spawn(
    process.execPath,
    [fileURLToPath(new URL("./testing/s3-process.ts", import.meta.url)), folder],
    {
      stdio: ["ignore", "pipe", "inherit"],
    },
  );
  const { endpoint, credentials } = await firstLine(child);
  const s3 = new S3Client({
    endpoint,
    credentials,
    region: "us-east-1",
    forcePathStyle: true,
    maxAttempts: 1,
  });
  let running = true;
  const writers = Array.from({ length: 6 }, async (_, writer) => {
    for (let i = 0; running; i++) {
      const Key = `r${round}-w${writer}-${i}`;
      const size = [10, 50_000, 200_000, 700_000][i % 4] ?? 0;
      try {
        await s3.send(new PutObjectCommand({ Bucket, Key, Body: Buffer.alloc(size, Key) }));
        acknowledged.set(Key, size);
      } catch {
        return;
      }
    }
  });
  await expect
    .poll(() => [...acknowledged.keys()].filter((key) => key.startsWith(`r${round}`)).length, {
      timeout: 20_000,
    })
    .toBeGreaterThan(12 + round * 7);
  child.kill("SIGKILL");
  await once(child, "exit");
  running = false;
  await Promise.all(writers);
  s3.destroy();
}

async function firstLine(child: ChildProcess): Promise<{
  endpoint: string;
  credentials: { accessKeyId: string; secretAccessKey: string };
}> {
  let text = "";
  for await (const part of child.stdout ?? []) {
    text += part;
    if (text.includes("\n")) break;
  }
  return JSON.parse(text);
}
