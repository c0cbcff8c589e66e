import type { ImageItem, PhotoStatus } from "@darkroom/workflow";
import { expect, test } from "vitest";
import type { ExecutionFacts } from "./decide-retry.ts";
import { withState } from "./photo-rows.ts";
import { type RetryPhotosPorts, retryPhotos } from "./retry-photos.ts";

const aborted = { status: "ABORTED", redrivable: true, redriveCount: 0, caught: false } as const;
const arnOf = (id: string) => `arn:aws:states:eu-west-1:123456789012:execution:images:${id}-r1`;
const idOf = (index: number) => index.toString(16).padStart(32, "0");

/** Photos whose execution was aborted; each ends as `ending` says at the third pause after its redrive. */
function place(count: number, ending: (id: string) => PhotoStatus | "never") {
  const rows = new Map<string, ImageItem>();
  const facts = new Map<string, ExecutionFacts>();
  const due = new Map<string, number>();
  const stop = new AbortController();
  let time = Date.parse("2026-05-02T00:00:00Z");
  let pauses = 0;
  let most = 0;
  for (let index = 0; index < count; index += 1) {
    const imageID = idOf(index);
    facts.set(arnOf(imageID), aborted);
    rows.set(imageID, {
      imageID,
      albumID: "ann/summer",
      userID: "ann",
      uploadTime: "2026-05-01T10:00:00.000Z",
      updatedTime: "2026-05-01T10:00:00.000Z",
      s3bucket: "landing",
      s3key: `Incoming/ann/summer/${index}.jpg`,
      versionId: "v1",
      sequencer: "0",
      executionArn: arnOf(imageID),
      status: "FAILED",
    });
  }
  const ports: RetryPhotosPorts = {
    rows: {
      read: async (imageID) => rows.get(imageID),
      async replace(seen, state) {
        const row = withState(seen, state, seen.updatedTime ?? "");
        rows.set(seen.imageID, row);
        return row;
      },
    },
    polledRows: { read: async () => new Map(rows) },
    cloud: {
      stateMachineArn: "arn:aws:states:eu-west-1:123456789012:stateMachine:images",
      facts: async (arn) => facts.get(arn),
      async start() {},
      async redrive(arn) {
        facts.set(arn, { ...aborted, status: "RUNNING" });
        due.set(arn, pauses + 3);
        most = Math.max(most, due.size);
        return {};
      },
      hasObject: async () => true,
    },
    now: () => new Date(time),
    async pause(ms) {
      pauses += 1;
      time += ms;
      for (const row of rows.values()) {
        const status = ending(row.imageID);
        if (due.get(row.executionArn) !== pauses || status === "never") continue;
        due.delete(row.executionArn);
        facts.set(row.executionArn, { ...aborted, status: "FAILED" });
        rows.set(row.imageID, { ...row, status });
      }
    },
    showProgress() {},
    signal: stop.signal,
  };
  const ids = [...rows.keys()];
  return { ports, ids, rows, facts, stop, most: () => most };
}

test("each photo has its own answer, in the order in which they were given", async () => {
  const { ports, ids, most } = place(450, (id) => (id.endsWith("0") ? "FAILED" : "READY"));
  const results = await retryPhotos(ids, ports);
  expect(results.map(({ imageID }) => imageID)).toEqual(ids);
  for (const { imageID, status, retry } of results) {
    expect({ status, retry }).toEqual({
      status: imageID.endsWith("0") ? "FAILED" : "READY",
      retry: "redriven",
    });
  }
  expect(most()).toBeLessThanOrEqual(200);
});

test("a row that still says FAILED while its execution runs is no answer yet", async () => {
  const { ports, ids, rows, facts } = place(1, () => "READY");
  const [id = ""] = ids;
  facts.set(arnOf(id), { ...aborted, status: "RUNNING" });
  const pause: RetryPhotosPorts["pause"] = async () => {
    const row = rows.get(id);
    if (row !== undefined) rows.set(id, { ...row, status: "READY" });
  };
  expect(await retryPhotos(ids, { ...ports, pause })).toMatchObject([
    { status: "READY", retry: "waiting" },
  ]);
});

test("what nothing is heard of is given up in the end, with those that wait behind it", async () => {
  const { ports, ids } = place(201, () => "never");
  const results = await retryPhotos(ids, ports);
  expect(new Set(results.slice(0, 200).map(({ errReason }) => errReason))).toEqual(
    new Set(["no news for 15 min, its execution goes on"]),
  );
  expect(results[200]).toMatchObject({
    status: "LOST",
    errReason: "not retried: no news for 15 min",
    retry: "refused",
  });
});

test("a photo that is deleted meanwhile is LOST", async () => {
  const { ports, ids, rows } = place(1, () => "never");
  const pause: RetryPhotosPorts["pause"] = async () => rows.clear();
  expect(await retryPhotos(ids, { ...ports, pause })).toMatchObject([
    { status: "LOST", errReason: "its row was deleted" },
  ]);
});

test("an interruption ends the waiting", async () => {
  const { ports, ids, stop } = place(3, () => "never");
  const pause: RetryPhotosPorts["pause"] = async () => stop.abort();
  const results = await retryPhotos(ids, { ...ports, pause });
  expect(results.map(({ errReason }) => errReason)).toEqual(
    ids.map(() => "interrupted, its execution goes on"),
  );
});
