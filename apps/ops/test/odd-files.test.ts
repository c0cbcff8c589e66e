import { readFile } from "node:fs/promises";
import { DeleteObjectCommand, PutObjectCommand } from "@aws-sdk/client-s3";
import { ListExecutionsCommand } from "@aws-sdk/client-sfn";
import type { ImageItem } from "@darkroom/workflow";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { DarkroomProcess, isTerminal } from "./darkroom-process.ts";
import { functionLog } from "./function-log.ts";
import { type OddFile, oddFiles, photo } from "./odd-files.ts";
import { photoEvent, sendMessage } from "./photo-event.ts";

let darkroom: DarkroomProcess;

beforeAll(async () => {
  darkroom = await DarkroomProcess.create();
  await darkroom.start();
}, 120_000);

afterAll(() => darkroom.remove());

const documented = await readTable(new URL("../../../docs/odd-files.md", import.meta.url));

/** The rows of a page's table of files: what → status and what is said about it. */
async function readTable(page: URL): Promise<Map<string, { status: string; said: string }>> {
  const cells = (row: string) => row.split("|").map((cell) => cell.trim());
  const [, table = ""] =
    /^\| file .*\n\|.*\n((?:\|.*\n)+)/m.exec(await readFile(page, "utf8")) ?? [];
  return new Map(
    table
      .split("\n")
      .slice(0, -1)
      .map((row) => {
        const [, what = "", status = "", said = ""] = cells(row);
        return [what, { status: status.replaceAll("`", ""), said: said.replaceAll("\\<", "<") }];
      }),
  );
}

/** The reason of what isn't READY; of what is, its warnings. */
function outcomeOf(row: ImageItem): { status: string; said: string } {
  const said = row.status === "READY" ? row.extractedMetadata?.warnings?.join("; ") : row.errReason;
  return { status: row.status, said: said ?? "" };
}

async function put(key: string, body: Buffer): Promise<string> {
  const { VersionId = "" } = await darkroom.clients.s3.send(
    new PutObjectCommand({
      Bucket: darkroom.variable("DARKROOM_LANDING_BUCKET"),
      Key: key,
      Body: body,
    }),
  );
  return VersionId;
}

async function rowWhen(key: string, ready = isTerminal): Promise<ImageItem> {
  const row = (await darkroom.rowsWhen([key], ready, 150_000)).get(key);
  if (row === undefined) throw new Error(`no row for ${key}`);
  return row;
}

const keyOf = ({ name }: OddFile) => `Incoming/ann/odd/${name}`;

describe("docs/odd-files.md says what becomes of", () => {
  test.each(oddFiles)(
    "$what",
    async (file) => {
      const key = keyOf(file);
      await put(key, await file.bytes());

      const row = await rowWhen(key);

      expect(outcomeOf(row)).toEqual(documented.get(file.what));
      expect(row.s3key).toBe(key);
      if (row.status === "READY") expect(row).toMatchObject({ thumbnail: {}, preview: {} });
    },
    240_000,
  );

  test("no file that isn't tried here", () => {
    const events = ["An object that is deleted before it is read", "A key that names no album"];
    expect([...documented.keys()].sort()).toEqual(
      [...oddFiles.map(({ what }) => what), ...events].sort(),
    );
  });
});

test("of EXIF that lies, what is plain text is kept: up to the NUL, without control characters", async () => {
  const file = oddFiles.find(({ name }) => name === "lies.jpg");
  if (file === undefined) throw new Error("No such file");
  const { extractedMetadata } = await rowWhen(keyOf(file));

  expect(extractedMetadata).toMatchObject({ exifMake: "Evil Corp", exifModel: "Model X" });
  expect(extractedMetadata).not.toHaveProperty("geo");
  expect(extractedMetadata).not.toHaveProperty("creationTime");
});

describe("an event", () => {
  test("of an object that is deleted before it is read ends in a status and a reason", async () => {
    const key = "Incoming/ann/events/deleted.jpg";
    const versionId = await put(key, await photo({}));
    const { sequencer = "" } = await rowWhen(key);
    await darkroom.clients.s3.send(
      new DeleteObjectCommand({
        Bucket: darkroom.variable("DARKROOM_LANDING_BUCKET"),
        Key: key,
      }),
    );

    const newer = `F${sequencer.slice(1)}`;
    await sendMessage(darkroom, photoEvent(darkroom, key, `${versionId}-next`, newer));

    const row = await rowWhen(key, (row) => row?.sequencer === newer && isTerminal(row));
    expect(outcomeOf(row)).toEqual(documented.get("An object that is deleted before it is read"));
  });

  test("of a key that names no album too, without an execution", async () => {
    const key = "Incoming/lonely.jpg";
    await put(key, await photo({}));

    const row = await rowWhen(key);

    expect(row.executionArn).toBe("ERR");
    expect(outcomeOf(row)).toEqual(documented.get("A key that names no album"));
  });

  test("s3:TestEvent is a line in the log and no error", async () => {
    const body = { Service: "Amazon S3", Event: "s3:TestEvent", Bucket: "landing" };
    const errors = async () =>
      (await functionLog(darkroom, "StartExecution")).filter((line) => line.includes('"ERROR"'));
    const before = await errors();

    await sendMessage(darkroom, body);

    await expect
      .poll(() => functionLog(darkroom, "StartExecution"), { timeout: 60_000 })
      .toContainEqual(expect.stringMatching(/"level":"INFO".*test event, is ignored/));
    expect(await errors()).toEqual(before);
  }, 90_000);
});

describe("of two versions of one key the newest upload wins", () => {
  /** Executions that have ended don't write any more. */
  async function whenQuiet(): Promise<void> {
    const running = () =>
      darkroom.clients.sfn.send(
        new ListExecutionsCommand({
          stateMachineArn: darkroom.variable("DARKROOM_IMAGE_MACHINE_ARN"),
          statusFilter: "RUNNING",
        }),
      );
    await expect.poll(async () => (await running()).executions, { timeout: 100_000 }).toEqual([]);
  }

  test("when the older one is still being processed, and ends after it", async () => {
    const key = "Incoming/ann/versions/quick.jpg";
    const slow = await photo({ width: 6000, height: 4000 });
    const quick = await photo({ width: 300, height: 200 });
    const older = await put(key, slow);
    const newer = await put(key, quick);

    const row = await rowWhen(key, (row) => row?.versionId === newer && isTerminal(row));
    await whenQuiet();

    expect(older).not.toBe(newer);
    expect(row).toMatchObject({ status: "READY", extractedMetadata: { width: 300, height: 200 } });
    expect(await rowWhen(key)).toEqual(row);
  }, 180_000);

  test("when the older one fails after it", async () => {
    const key = "Incoming/ann/versions/failing.jpg";
    await put(key, Buffer.from("no photo"));
    const newer = await put(key, await photo({}));

    const row = await rowWhen(key, (row) => row?.versionId === newer && isTerminal(row));
    await whenQuiet();

    expect(row.status).toBe("READY");
    expect(await rowWhen(key)).toEqual(row);
  }, 180_000);

  test("when their events come in the wrong order", async () => {
    const key = "Incoming/ann/versions/wrong-order.jpg";
    await sendMessage(darkroom, photoEvent(darkroom, key, "newer", "0065F0000000000002"));
    await rowWhen(key, (row) => row !== undefined);
    await sendMessage(darkroom, photoEvent(darkroom, key, "older", "0065F0000000000001"));
    // Handled after it: the queue's messages are taken in turn.
    await put("Incoming/ann/versions/marker.jpg", await photo({}));
    await rowWhen("Incoming/ann/versions/marker.jpg");
    await whenQuiet();

    expect(await rowWhen(key)).toMatchObject({
      versionId: "newer",
      sequencer: "0065F0000000000002".padEnd(32, "0"),
    });
  }, 180_000);
});

const report = z.object({
  type: z.literal("platform.report"),
  record: z.object({
    metrics: z.object({ memorySizeMB: z.number(), maxMemoryUsedMB: z.number() }),
  }),
});

test.each(["ExtractMetadata", "DetectLabels", "GenerateThumbnails"])(
  "%s stays within its memory for all of these files",
  async (name) => {
    const peaks = (await functionLog(darkroom, name)).flatMap((line) => {
      if (!line.includes('"platform.report"')) return [];
      return [report.parse(JSON.parse(line)).record.metrics];
    });

    expect(peaks.length).toBeGreaterThanOrEqual(name === "ExtractMetadata" ? oddFiles.length : 10);
    const most = Math.max(...peaks.map(({ maxMemoryUsedMB }) => maxMemoryUsedMB));
    expect(most).toBeLessThanOrEqual(Math.min(...peaks.map(({ memorySizeMB }) => memorySizeMB)));
  },
);
