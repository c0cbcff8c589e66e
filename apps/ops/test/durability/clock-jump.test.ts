import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ListBucketsCommand, S3Client } from "@aws-sdk/client-s3";
import { afterAll, expect, test } from "vitest";
import { quiet } from "./open-work.ts";
import { goodPhotos, ownDarkroom } from "./own-darkroom.ts";
import { sha256 } from "./varied-files.ts";
import { verifyFolder } from "./verify-folder.ts";

const folder = mkdtempSync(join(tmpdir(), "darkroom-clock-"));
const clockFile = join(folder, "offset");
afterAll(() => rmSync(folder, { recursive: true }));

const preload = new URL("./shifted-clock.mjs", import.meta.url);
preload.searchParams.set("file", clockFile);

const hour = 3_600_000;

/** Turns the clock of the system and its functions. */
const turnClock = (offsetMs: number): void => writeFileSync(clockFile, String(offsetMs));

const behaviour = "while photos are processed holds up none, loses none and starts none twice";

test(`a clock that jumps forwards by a day ${behaviour}`, { timeout: 180_000 }, () =>
  jumpWhileProcessing(24 * hour),
);

test(`a clock that jumps backwards by an hour ${behaviour}`, { timeout: 180_000 }, () =>
  jumpWhileProcessing(-hour),
);

async function jumpWhileProcessing(jump: number): Promise<void> {
  turnClock(0);
  await using darkroom = await ownDarkroom({
    nodeArguments: ["--import", preload.href],
  });
  await darkroom.process.start();
  // What was signed just before the jump is refused after it, and its event comes again.
  await darkroom.shortenVisibility();
  const photos = await goodPhotos(40, 5);
  const keys = photos.map(({ key }) => key);
  await Promise.all(photos.map(darkroom.put));
  await darkroom.process.rowsWhen(keys.slice(0, 1), (row) => row !== undefined);

  turnClock(jump);
  const { s3 } = darkroom.process.clients;
  const { endpoint, region, credentials, forcePathStyle } = s3.config;
  if (endpoint === undefined) throw new Error("the client has an endpoint");
  const onceOnly = new S3Client({
    endpoint,
    region,
    credentials,
    forcePathStyle,
    maxAttempts: 1,
  });
  await expect(onceOnly.send(new ListBucketsCommand({}))).rejects.toMatchObject({
    name: "RequestTimeTooSkewed",
  });
  // The SDK sees the server's time in the refusal, and signs anew.
  const rows = await darkroom.ends(keys, 60_000);

  for (const photo of photos) {
    const { status, errReason } = rows.get(photo.key) ?? {};
    expect({ status, errReason }).toEqual({ status: "READY" });
    expect(sha256(await darkroom.get(photo.key))).toBe(photo.sha256);
  }
  await quiet(darkroom.dataFolder, 30_000);
  const executions = await darkroom.process.executions();
  expect(executions.length).toBe(photos.length);
  expect(await darkroom.process.stop("SIGINT")).toBe(0);
  // A task that had just begun may find its time over when the clock has jumped ahead: the machine tries again.
  const wrong = verifyFolder(darkroom.dataFolder).filter(
    (one) => jump < 0 || !one.endsWith("waited until a timeout"),
  );
  expect(wrong).toEqual([]);
}
