import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { UpdateFunctionConfigurationCommand } from "@aws-sdk/client-lambda";
import {
  GetObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  type PutObjectCommandOutput,
  S3Client,
} from "@aws-sdk/client-s3";
import { GetExecutionHistoryCommand } from "@aws-sdk/client-sfn";
import type { ImageItem } from "@darkroom/workflow";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Orientation } from "../demo/orient.ts";
import { DarkroomProcess, isTerminal } from "./darkroom-process.ts";
import { photo } from "./odd-files.ts";
import { photoEvent, sendMessage } from "./photo-event.ts";

let darkroom: DarkroomProcess;
let bucket: string;

beforeAll(async () => {
  darkroom = await DarkroomProcess.create();
  await darkroom.start();
  bucket = darkroom.variable("DARKROOM_LANDING_BUCKET");
}, 60_000);

afterAll(() => darkroom.remove());

function put(key: string, body: Buffer): Promise<PutObjectCommandOutput> {
  return darkroom.clients.s3.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: body }));
}

/** Uploads one file and waits for its end. */
async function process(key: string, body: Buffer): Promise<ImageItem> {
  await put(key, body);
  return end(key);
}

async function end(key: string): Promise<ImageItem> {
  const row = (await darkroom.rowsWhen([key], isTerminal)).get(key);
  if (row === undefined) throw new Error(`no row for ${key}`);
  return row;
}

async function derived(key: string): Promise<Buffer> {
  const object = await darkroom.clients.s3.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
  return Buffer.from((await object.Body?.transformToByteArray()) ?? []);
}

const executionCount = async (): Promise<number> => (await darkroom.executions()).length;

function sendEvent(
  key: string,
  versionId: string,
  sequencer: string,
  queue?: string,
): Promise<void> {
  return sendMessage(darkroom, photoEvent(darkroom, key, versionId, sequencer), queue);
}

describe("a photo", () => {
  test("gets its metadata, labels and thumbnails, and a row that says so", async () => {
    const row = await process("Incoming/ann/summer/beach.jpg", await photo({ orientation: 6 }));

    expect(row).toMatchObject({
      albumID: "ann/summer",
      userID: "ann",
      status: "READY",
      s3bucket: bucket,
      s3key: "Incoming/ann/summer/beach.jpg",
      extractedMetadata: {
        format: "JPEG",
        width: 600,
        height: 800,
        exifMake: "Testmake",
        exifModel: "Model 1",
        creationTime: expect.stringMatching(/^2024-05-06T07:08:09/),
        geo: {
          latitude: { D: 46, M: 30, S: 0, Direction: "N" },
          longitude: { D: 7, M: 15, S: 0, Direction: "W" },
        },
      },
    });
    expect(row.tags?.length).toBeGreaterThan(0);
    const thumbnail = await sharp(await derived(row.thumbnail?.s3key ?? "")).metadata();
    expect(thumbnail).toMatchObject({ format: "jpeg", width: 188, height: 250, space: "srgb" });
    expect(thumbnail.exif).toBeUndefined();
    expect(thumbnail.orientation).toBeUndefined();
  });

  test.each<Orientation>([1, 2, 3, 4, 5, 6, 7, 8])(
    "of EXIF orientation %i is shown upright",
    async (orientation) => {
      const row = await process(
        `Incoming/ann/orientations/${orientation}.jpg`,
        await photo({ orientation }),
      );

      const { data, info } = await sharp(await derived(row.thumbnail?.s3key ?? ""))
        .raw()
        .toBuffer({ resolveWithObject: true });
      const corner = [...data.subarray(0, 3)];
      // The picture's top left corner is red when it stands upright.
      expect(corner[0]).toBeGreaterThan(180);
      expect(corner[1]).toBeLessThan(90);
      expect(info.width < info.height).toBe(orientation >= 5);
    },
  );

  test.each([
    "with space.jpg",
    "a+b.jpg",
    "100%41.jpg",
    "%2B%25.jpg",
    "ünï 📷.jpg",
    "quote'\"<&>.jpg",
    "deep/er/still.jpg",
  ])("named %s is found again under its name", async (name) => {
    const key = `Incoming/ann/names/${name}`;

    const row = await process(key, await photo({}));

    expect(row).toMatchObject({ s3key: key, status: "READY" });
  });
});

describe("a file that is no photo that we can read", () => {
  test("does not hold up the others that came with it", async () => {
    const good = await photo({});
    const keys = Array.from({ length: 12 }, (_, index) => `Incoming/ann/mixed/${index}.jpg`);

    await Promise.all(keys.map((key, index) => put(key, index % 3 === 0 ? Buffer.alloc(0) : good)));

    const rows = await darkroom.rowsWhen(keys, isTerminal);
    expect(keys.map((key) => rows.get(key)?.status)).toEqual(
      keys.map((_, index) => (index % 3 === 0 ? "UNSUPPORTED" : "READY")),
    );
  });
});

describe("events", () => {
  test("the same event twice changes nothing and starts nothing", async () => {
    const key = "Incoming/ann/twice/a.jpg";
    const before = await process(key, await photo({}));
    const executions = await executionCount();

    await sendEvent(key, before.versionId ?? "", before.sequencer ?? "");
    const marker = await process("Incoming/ann/twice/marker.jpg", await photo({}));

    expect(marker.status).toBe("READY");
    expect(await end(key)).toEqual(before);
    expect(await executionCount()).toBe(executions + 1);
  });

  test("an older version's late event never overwrites a newer one", async () => {
    const key = "Incoming/ann/late/a.jpg";
    const before = await process(key, await photo({}));

    await sendEvent(key, "older", "000000000000000000");
    await process("Incoming/ann/late/marker.jpg", await photo({}));

    expect(await end(key)).toEqual(before);
  });

  test("no thumbnail starts an execution", async () => {
    await process("Incoming/ann/derived/a.jpg", await photo({}));
    const objects = await darkroom.clients.s3.send(
      new ListObjectsV2Command({ Bucket: bucket, Prefix: "Thumbnail/" }),
    );
    const started = await executionCount();

    await process("Incoming/ann/derived/b.jpg", await photo({}));

    expect(objects.KeyCount).toBeGreaterThan(0);
    expect(await executionCount()).toBe(started + 1);
  });
});

test("a wrong secret is refused", async () => {
  const stranger = new S3Client({
    endpoint: darkroom.variable("AWS_ENDPOINT_URL"),
    region: darkroom.variable("AWS_REGION"),
    credentials: {
      accessKeyId: darkroom.variable("AWS_ACCESS_KEY_ID"),
      secretAccessKey: "wrong",
    },
    forcePathStyle: true,
  });

  await expect(stranger.send(new ListObjectsV2Command({ Bucket: bucket }))).rejects.toThrow(
    expect.objectContaining({ name: "SignatureDoesNotMatch" }),
  );
});

/** Lets extract-metadata wait for an S3 that never answers, while `work` runs. */
async function withHangingExtraction(
  timeoutSeconds: number,
  work: () => Promise<void>,
): Promise<void> {
  const silent = createServer(() => {}).listen(0, "127.0.0.1");
  await once(silent, "listening");
  const { port } = silent.address() as AddressInfo;
  const FunctionName = darkroom
    .variable("DARKROOM_START_FUNCTION")
    .replace("StartExecution", "ExtractMetadata");
  const configure = (Timeout: number, Variables: Record<string, string>) =>
    darkroom.clients.lambda.send(
      new UpdateFunctionConfigurationCommand({ FunctionName, Timeout, Environment: { Variables } }),
    );
  try {
    await configure(timeoutSeconds, { AWS_ENDPOINT_URL_S3: `http://127.0.0.1:${port}` });
    await work();
  } finally {
    await configure(120, {});
    silent.closeAllConnections();
    silent.close();
  }
}

describe("what no state of the machine can catch", () => {
  test("a Lambda that is killed by its timeout is retried, and leaves a status and a reason", async () => {
    await withHangingExtraction(1, async () => {
      const row = await process("Incoming/ann/slow/a.jpg", await photo({}));

      expect(row.status).toBe("FAILED");
      expect(row.errReason).toMatch(/ExtractImageMetadata.*timed out/i);
      const { events } = await darkroom.clients.sfn.send(
        new GetExecutionHistoryCommand({ executionArn: row.executionArn }),
      );
      expect(events?.filter(({ type }) => type === "LambdaFunctionFailed")).toHaveLength(4);
    });
  }, 90_000);

  test("an execution that is aborted leaves a status and a reason, by EventBridge's rule", async () => {
    await withHangingExtraction(10, async () => {
      const key = "Incoming/ann/slow/aborted.jpg";
      await put(key, await photo({}));
      const started = (await darkroom.rowsWhen([key], (row) => row !== undefined)).get(key);

      await darkroom.stopExecution(started?.executionArn ?? "", {
        error: "Enough",
        cause: "the operator stopped it",
      });

      expect(await end(key)).toMatchObject({
        status: "FAILED",
        errReason: "its execution was aborted: Enough: the operator stopped it",
      });
    });
  }, 90_000);

  test("an event that died in the queue leaves a row without an execution", async () => {
    const key = "Incoming/ann/dead/letter.jpg";

    await sendEvent(key, "v1", "0065F0000000000001", "photo-events-dead");

    expect(await end(key)).toMatchObject({
      status: "FAILED",
      executionArn: "ERR",
      errReason: expect.stringContaining("its event could not be processed"),
    });
  });
});

describe("a restart", () => {
  test("after kill -9 keeps what was done and finishes what was under way", async () => {
    const done = await process("Incoming/ann/restart/done.jpg", await photo({}));
    const large = await photo({ width: 4000, height: 3000 });
    const keys = Array.from({ length: 20 }, (_, index) => `Incoming/ann/restart/${index}.jpg`);
    await Promise.all(keys.map((key) => put(key, large)));
    await darkroom.rowsWhen(keys.slice(0, 1), (row) => row !== undefined);

    await darkroom.stop("SIGKILL");
    await darkroom.start();

    const rows = await darkroom.rowsWhen(keys, isTerminal, 90_000);
    expect(new Set([...rows.values()].map((row) => row.status))).toEqual(new Set(["READY"]));
    expect(await end("Incoming/ann/restart/done.jpg")).toEqual(done);
    expect(await derived(done.thumbnail?.s3key ?? "")).not.toHaveLength(0);
  }, 150_000);

  test("after Ctrl-C too, and the operator's key stays the same", async () => {
    const key = darkroom.variable("AWS_ACCESS_KEY_ID");

    expect(await darkroom.stop("SIGINT")).toBe(0);
    await darkroom.start();

    expect(darkroom.variable("AWS_ACCESS_KEY_ID")).toBe(key);
    expect((await end("Incoming/ann/restart/done.jpg")).status).toBe("READY");
  }, 60_000);

  test("a second start on the same data folder is one clear line and exit 1", async () => {
    const second = await darkroom.run(["start", "--no-demo"]);

    expect(second.code).toBe(1);
    expect(second.stderr.trim().split("\n")).toHaveLength(1);
  });
});

test("the definition that ran is the one that is deployed", async () => {
  const { stackFile } = await import("@darkroom/infra");

  expect(JSON.parse(await readFile(stackFile, "utf8"))).toHaveProperty(
    "resource.aws_sfn_state_machine",
  );
});
