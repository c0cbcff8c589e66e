import { type ImageItem, imageIdOf } from "@darkroom/workflow";
import { expect, test } from "vitest";
import { Failure } from "./failure.ts";
import { type ProcessPorts, processPhotos } from "./process-photos.ts";
import type { PlannedUpload } from "./upload/plan-uploads.ts";
import type { Progress } from "./watch/tally.ts";

const uploads: PlannedUpload[] = ["a", "b", "c"].map((name) => ({
  file: `${name}.jpg`,
  path: `/p/${name}.jpg`,
  key: `Incoming/ann/x/${name}.jpg`,
}));
const keyOf = (name: string) => `Incoming/ann/x/${name}.jpg`;

/** A cloud in memory, with a clock that moves as it is waited for. */
class Cloud implements ProcessPorts {
  readonly bucket = "landing";
  readonly table = new Map<string, ImageItem>();
  readonly newest = new Map<string, string>();
  readonly progress: Progress[] = [];
  /** What happens when a key is uploaded; the version is `v1` unless it says otherwise. */
  onPut: (key: string) => string | undefined = () => undefined;
  /** What happens at a poll, counted from 1. */
  onPoll: (poll: number) => void = () => {};
  signal = new AbortController().signal;
  clock = 0;
  polls = 0;

  readonly store = {
    put: async (key: string) => {
      const versionId = this.onPut(key) ?? "v1";
      this.newest.set(key, versionId);
      return { versionId, bytes: 10 };
    },
    newestVersion: async (key: string) => this.newest.get(key),
  };
  readonly rows = {
    read: async (imageIDs: readonly string[]) => {
      this.polls += 1;
      this.onPoll(this.polls);
      return new Map(
        imageIDs.flatMap((id) => {
          const row = this.table.get(id);
          return row === undefined ? [] : [[id, row] as const];
        }),
      );
    },
  };
  readonly pause = async (ms: number) => {
    this.clock += ms;
    // Uploads go on meanwhile.
    await new Promise((resolve) => setImmediate(resolve));
  };
  readonly now = () => this.clock;
  readonly showProgress = (read: () => Progress) => () => {
    this.progress.push(read());
  };

  setRow(name: string, status: ImageItem["status"], more: Partial<ImageItem> = {}): void {
    const key = keyOf(name);
    const imageID = imageIdOf(this.bucket, key);
    this.table.set(imageID, {
      imageID,
      albumID: "ann/x",
      userID: "ann",
      uploadTime: "2026-01-01T00:00:00.000Z",
      s3bucket: this.bucket,
      s3key: key,
      versionId: "v1",
      executionArn: `arn:${name}`,
      status,
      ...more,
    });
  }
}

test("each photo is waited for, and answered in the order of the uploads", async () => {
  const cloud = new Cloud();
  cloud.onPoll = (poll) => {
    if (poll === 1) for (const name of ["a", "b", "c"]) cloud.setRow(name, "PROCESSING");
    if (poll === 2) cloud.setRow("c", "READY");
    if (poll === 3) cloud.setRow("a", "UNSUPPORTED", { errReason: "it is text" });
    if (poll === 4) cloud.setRow("b", "PENDING_REVIEW");
  };

  const results = await processPhotos(uploads, cloud);

  expect(results).toMatchObject([
    { file: "a.jpg", status: "UNSUPPORTED", errReason: "it is text" },
    { file: "b.jpg", status: "PENDING_REVIEW" },
    { file: "c.jpg", status: "READY", row: { executionArn: "arn:c" } },
  ]);
  expect(cloud.progress.at(-1)).toMatchObject({ total: 3, uploaded: 3, bytes: 30, done: 3 });
});

test("the row of an older version is no answer", async () => {
  const cloud = new Cloud();
  cloud.setRow("a", "FAILED", { versionId: "v0" });
  cloud.onPoll = (poll) => {
    if (poll === 5) cloud.setRow("a", "READY");
  };

  const results = await processPhotos(uploads.slice(0, 1), cloud);

  expect(results).toMatchObject([{ status: "READY", row: { versionId: "v1" } }]);
  expect(cloud.polls).toBe(5);
});

test("the row of a newer version is the answer, once it is known to be newer", async () => {
  const cloud = new Cloud();
  cloud.setRow("a", "READY", { versionId: "v2" });
  cloud.onPoll = () => cloud.newest.set(keyOf("a"), "v2");

  const results = await processPhotos(uploads.slice(0, 1), cloud);

  expect(results).toMatchObject([{ status: "READY", row: { versionId: "v2" } }]);
});

test("a file that can't be uploaded is LOST and holds up no other", async () => {
  const cloud = new Cloud();
  cloud.onPut = (key) => {
    if (key === keyOf("b")) throw new Failure("it can't be read (EACCES)");
    return undefined;
  };
  cloud.onPoll = () => {
    cloud.setRow("a", "READY");
    cloud.setRow("c", "READY");
  };

  const results = await processPhotos(uploads, cloud);

  expect(results).toMatchObject([
    { status: "READY" },
    { status: "LOST", errReason: "not uploaded: it can't be read (EACCES)" },
    { status: "READY" },
  ]);
});

test("photos that nothing is heard of for long are LOST, each with what to do", async () => {
  const cloud = new Cloud();
  cloud.onPoll = () => {
    cloud.setRow("a", "READY");
    cloud.setRow("b", "PROCESSING");
  };

  const results = await processPhotos(uploads, cloud);

  expect(results).toMatchObject([
    { status: "READY" },
    { status: "LOST", errReason: expect.stringContaining("executions show") },
    { status: "LOST", errReason: expect.stringContaining("run the same command again") },
  ]);
  expect(cloud.clock).toBeGreaterThan(15 * 60_000);
});

test("a photo that takes long is waited for while others move", async () => {
  const cloud = new Cloud();
  cloud.onPoll = () => {
    const minutes = cloud.clock / 60_000;
    cloud.setRow("a", "PROCESSING");
    if (minutes > 10) cloud.setRow("b", "READY");
    if (minutes > 20) cloud.setRow("c", "READY");
    if (minutes > 30) cloud.setRow("a", "READY");
  };

  const results = await processPhotos(uploads, cloud);

  expect(results.map(({ status }) => status)).toEqual(["READY", "READY", "READY"]);
});

const refused = () => Object.assign(new Error("connect ECONNREFUSED"), { code: "ECONNREFUSED" });

test("a cloud that is started anew meanwhile loses nothing", async () => {
  const cloud = new Cloud();
  cloud.onPoll = () => {
    if (cloud.clock < 20_000) throw refused();
    for (const name of ["a", "b", "c"]) cloud.setRow(name, "READY");
  };

  const results = await processPhotos(uploads, cloud);

  expect(results.map(({ status }) => status)).toEqual(["READY", "READY", "READY"]);
});

test("a cloud that stays away leaves the rest LOST, and says what to do", async () => {
  const cloud = new Cloud();
  cloud.onPoll = (poll) => {
    cloud.setRow("a", "READY");
    if (poll > 1) throw refused();
  };

  const results = await processPhotos(uploads, cloud);

  expect(results.map(({ status }) => status)).toEqual(["READY", "LOST", "LOST"]);
  expect(results[1]?.errReason).toMatch(/doesn't answer any more.*run the same command again/);
  expect(cloud.clock).toBeLessThan(40_000);
});

test("a key that is refused ends it at once", async () => {
  const cloud = new Cloud();
  cloud.onPut = () => {
    throw Object.assign(new Error("no such key id"), {
      name: "InvalidAccessKeyId",
      $metadata: { httpStatusCode: 403 },
    });
  };

  const results = await processPhotos(uploads, cloud);

  expect(new Set(results.map(({ status }) => status))).toEqual(new Set(["LOST"]));
  expect(results[0]?.errReason).toContain("InvalidAccessKeyId: no such key id");
});

test("Ctrl-C ends it with what is known", async () => {
  const cloud = new Cloud();
  const controller = new AbortController();
  cloud.signal = controller.signal;
  cloud.onPoll = (poll) => {
    cloud.setRow("a", "READY");
    if (poll === 3) controller.abort();
  };

  const results = await processPhotos(uploads, cloud);

  expect(results.map(({ status }) => status)).toEqual(["READY", "LOST", "LOST"]);
});

test("a fault of ours is thrown and not told as a photo's", async () => {
  const cloud = new Cloud();
  cloud.onPoll = () => {
    throw new TypeError("a bug");
  };

  await expect(processPhotos(uploads, cloud)).rejects.toThrow("a bug");
});

test("of many photos each comes to its turn", async () => {
  const many = Array.from({ length: 1000 }, (_, index) => ({
    file: `${index}`,
    path: "",
    key: keyOf(`${index}`),
  }));
  const cloud = new Cloud();
  // The first 400 never end before the others have.
  cloud.onPoll = (poll) => {
    for (let index = poll > 20 ? 0 : 400; index < 1000; index += 1)
      cloud.setRow(`${index}`, "READY");
  };

  const results = await processPhotos(many, cloud);

  expect(results.every(({ status }) => status === "READY")).toBe(true);
});
