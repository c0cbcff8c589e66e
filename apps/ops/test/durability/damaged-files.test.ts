import { createHash } from "node:crypto";
import {
  appendFileSync,
  closeSync,
  openSync,
  readdirSync,
  readFileSync,
  statSync,
  truncateSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { DescribeExecutionCommand, ListExecutionsCommand } from "@aws-sdk/client-sfn";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { goodPhotos, type OwnDarkroom, ownDarkroom } from "./own-darkroom.ts";
import { sha256 } from "./varied-files.ts";

const minute = 60_000;

/** The file that holds an object's bytes. */
function blobOf({ dataFolder }: OwnDarkroom, key: string): string {
  const database = new DatabaseSync(join(dataFolder, "s3/s3.sqlite"), { readOnly: true });
  const row = database.prepare("SELECT blob FROM versions WHERE key = ?").get(key);
  database.close();
  const name = String(row?.blob);
  return join(dataFolder, "s3/blobs", name.slice(0, 2), name);
}

/** Of every file below a folder; a log of SQLite that has nothing in it counts as none. */
function hashes(folder: string): Map<string, string> {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.name.endsWith("-shm"))
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((file) => !file.endsWith("-wal") || statSync(file).size > 0);
  return new Map(
    files
      .sort()
      .map((file) => [file, createHash("sha256").update(readFileSync(file)).digest("hex")]),
  );
}

function overwrite(file: string, position: number, bytes: Uint8Array): void {
  const descriptor = openSync(file, "r+");
  writeSync(descriptor, bytes, 0, bytes.length, position);
  closeSync(descriptor);
}

describe("a write-ahead log with a torn end", () => {
  test.each([
    ["half a frame that looks right", (wal: Buffer) => wal.subarray(-4120, -2000)],
    ["garbage", () => Buffer.alloc(10_000, 0xa5)],
  ])(
    "of %s loses nothing that was acknowledged",
    async (_, torn) => {
      await using darkroom = await ownDarkroom();
      await darkroom.process.start();
      const photos = await goodPhotos(6, 1);
      const [early = [], late = []] = [photos.slice(0, 3), photos.slice(3)];
      for (const photo of early) await darkroom.put(photo);
      const before = await darkroom.ends(early.map(({ key }) => key));
      for (const photo of late) await darkroom.put(photo);
      await darkroom.process.stop("SIGKILL");

      const logs = [...hashes(darkroom.dataFolder).keys()].filter((file) => file.endsWith("-wal"));
      expect(logs.length).toBeGreaterThan(4);
      for (const log of logs) appendFileSync(log, torn(readFileSync(log)));
      await darkroom.process.start();

      const after = await darkroom.ends(photos.map(({ key }) => key));
      for (const { key } of early) expect(after.get(key)).toEqual(before.get(key));
      for (const { key, sha256: wanted } of photos) {
        expect(after.get(key)?.status).toBe("READY");
        expect(sha256(await darkroom.get(key))).toBe(wanted);
      }
    },
    minute,
  );
});

describe("the file of an object", () => {
  test.each([
    ["cut in half", (file: string) => truncateSync(file, statSync(file).size >> 1)],
    ["cut to nothing", (file: string) => truncateSync(file, 0)],
  ])(
    "that was %s is never handed out as the object, and its photo gets a status",
    async (_, cut) => {
      await using darkroom = await ownDarkroom();
      await darkroom.process.start();
      const photos = (await goodPhotos(30, 2)).filter(({ bytes }) => bytes.length > 140_000);
      const [broken, whole] = photos;
      if (broken === undefined || whole === undefined) throw new Error("no photo is large enough");
      await Promise.all([darkroom.put(broken), darkroom.put(whole)]);
      // Before any function has had the time to start.
      await darkroom.process.stop("SIGKILL");

      cut(blobOf(darkroom, broken.key));
      await darkroom.process.start();

      await expect(darkroom.get(broken.key)).rejects.toThrow();
      expect(sha256(await darkroom.get(whole.key))).toBe(whole.sha256);
      const rows = await darkroom.ends([broken.key, whole.key]);
      expect(rows.get(whole.key)?.status).toBe("READY");
      expect(rows.get(broken.key)).toMatchObject({ status: "FAILED", errReason: /.+/ });
      expect(darkroom.process.log).toMatch(/blob|s3\/blobs/);
    },
    2 * minute,
  );
});

describe("a database whose head was destroyed", () => {
  let darkroom: OwnDarkroom;
  beforeAll(async () => {
    darkroom = await ownDarkroom();
    await darkroom.process.start();
    await darkroom.process.stop("SIGINT");
  }, minute);
  afterAll(() => darkroom[Symbol.asyncDispose]());

  test.each([
    "s3/s3.sqlite",
    "dynamodb.sqlite",
    "sqs.sqlite",
    "states.sqlite",
    "events.sqlite",
    "logs.sqlite",
    "faults.sqlite",
    "lambda/async-invocations.sqlite",
  ])(
    "%s is told by its name and what to do; exit 1, and nothing is changed",
    { timeout: minute },
    async (name) => {
      const file = join(darkroom.dataFolder, name);
      const head = readFileSync(file).subarray(0, 100);
      overwrite(file, 0, Buffer.alloc(100, 0xff));
      const before = hashes(darkroom.dataFolder);

      const { code, stderr } = await darkroom.process.run(["start", "--no-demo"]);
      const after = hashes(darkroom.dataFolder);
      overwrite(file, 0, head);

      expect(code).toBe(1);
      expect(stderr.trim().split("\n")).toHaveLength(1);
      expect(stderr).toContain(`${file} is damaged`);
      expect(stderr).toMatch(/put back a copy/);
      expect(after).toEqual(before);
    },
  );
});

describe("a journal whose last record is no JSON any more", () => {
  test("ends that execution with a reason, and every other goes on", {
    timeout: 2 * minute,
  }, async () => {
    await using darkroom = await ownDarkroom();
    await darkroom.process.start();
    const photos = await goodPhotos(40, 3);
    let broken: string | undefined;
    while (broken === undefined) {
      await Promise.all(photos.map(darkroom.put));
      await someRun(darkroom);
      await darkroom.process.stop("SIGKILL");
      broken = spoilJournal(darkroom);
      await darkroom.process.start();
    }

    const rows = await darkroom.ends(photos.map(({ key }) => key));
    expect(darkroom.process.log).toContain(broken);
    for (const { key } of photos) {
      const row = rows.get(key);
      if (row?.executionArn === broken) {
        expect(row).toMatchObject({
          status: "FAILED",
          errReason: expect.stringMatching(/journal|history/),
        });
      } else expect(row?.status).toBe("READY");
    }
    const ended = await darkroom.process.clients.sfn.send(
      new DescribeExecutionCommand({ executionArn: broken }),
    );
    expect(ended).toMatchObject({ status: "FAILED", error: "States.Runtime" });
  });
});

async function someRun({ process }: OwnDarkroom): Promise<void> {
  const stateMachineArn = process.variable("DARKROOM_IMAGE_MACHINE_ARN");
  const running = new ListExecutionsCommand({ stateMachineArn, statusFilter: "RUNNING" });
  for (;;) {
    const { executions = [] } = await process.clients.sfn.send(running);
    if (executions.length >= 3) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/**
 * Cuts the last record of an execution that runs and has others before it.
 * @returns its ARN; undefined when the kill found none: they had all just begun, or ended
 */
function spoilJournal({ dataFolder }: OwnDarkroom): string | undefined {
  const database = new DatabaseSync(join(dataFolder, "states.sqlite"));
  const row = database
    .prepare(
      `SELECT arn, (SELECT max(id) FROM events WHERE execution_arn = arn) AS last
       FROM executions WHERE status = 'RUNNING' AND last > 1 ORDER BY last LIMIT 1`,
    )
    .get();
  if (row !== undefined) {
    database
      .prepare("UPDATE events SET event = substr(event, 1, 20) WHERE execution_arn = ? AND id = ?")
      .run(String(row.arn), Number(row.last));
  }
  database.close();
  return row === undefined ? undefined : String(row.arn);
}
