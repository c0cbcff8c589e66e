import type { ImageItem } from "@darkroom/workflow";
import { beforeEach, describe, expect, test } from "vitest";
import { reconcile } from "./reconcile.ts";
import {
  arnOf,
  type FakeExecution,
  FakePlace,
  idOf,
  longAgo,
  secondsAgo,
} from "./testing/fake-place.ts";

const key = "Incoming/ann/summer/beach.jpg";
let place: FakePlace;
const report = () => reconcile(place.ports);

beforeEach(() => {
  place = new FakePlace();
});

const clean = { ok: true, objects: 1, accountedFor: 1, tooYoung: 0, waiting: 0, rows: 1 };
const none = { failed: [], startErrors: [], stuck: [], missing: [], orphanedRows: [] };

test("of an empty bucket and an empty table there is nothing to say", async () => {
  expect(await report()).toMatchObject({ ...clean, objects: 0, accountedFor: 0, rows: 0, ...none });
});

describe("accounted for is a photo", () => {
  test.each<[string, Partial<ImageItem>, FakeExecution | undefined]>([
    ["that is READY", { status: "READY" }, undefined],
    ["that is not supported", { status: "UNSUPPORTED", errReason: "no photo" }, undefined],
    ["that nobody decided on", { status: "EXPIRED" }, { status: "TIMED_OUT" }],
    ["that is being processed", { status: "PROCESSING" }, { status: "RUNNING" }],
    ["that waits for a person", { status: "PENDING_REVIEW" }, { status: "RUNNING" }],
    ["that its Map Run will redrive", { status: "PROCESSING" }, { status: "PENDING_REDRIVE" }],
    [
      "whose execution ended just now: its event is on its way",
      { status: "PROCESSING" },
      { status: "FAILED", stopDate: secondsAgo(20) },
    ],
    [
      "whose row was written just now: its execution is about to start",
      { status: "PROCESSING", updatedTime: secondsAgo(20).toISOString() },
      undefined,
    ],
  ])("%s", async (_, state, execution) => {
    place.put(key);
    const { executionArn, status } = place.row(key, state);
    if (execution !== undefined) place.executions.set(executionArn, execution);
    expect(await report()).toMatchObject({ ...clean, byStatus: { [status]: 1 }, ...none });
  });
});

test.each<[string, "failed" | "startErrors", Partial<ImageItem>, string]>([
  ["failed", "failed", { errReason: "DetectLabels: SlowDown" }, "DetectLabels: SlowDown"],
  ["failed without a reason", "failed", {}, "no reason is known"],
  ["never started", "startErrors", { executionArn: "ERR", errReason: "denied" }, "denied"],
])("a photo that %s is told with its reason and execution", async (_, list, state, reason) => {
  place.put(key);
  const { executionArn } = place.row(key, { status: "FAILED", ...state });
  expect(await report()).toMatchObject({
    ...clean,
    ok: false,
    accountedFor: 0,
    ...none,
    [list]: [{ key, imageID: idOf(key), status: "FAILED", executionArn, reason }],
  });
});

describe("stuck is a photo that is", () => {
  test.each<[ImageItem["status"], string, FakeExecution | undefined, string]>([
    ["PROCESSING", "and whose execution isn't there", undefined, "isn't there"],
    ["PROCESSING", "and was stopped", { status: "ABORTED", stopDate: secondsAgo(90) }, "ABORTED"],
    [
      "PENDING_REVIEW",
      "and timed out",
      { status: "TIMED_OUT", stopDate: secondsAgo(90) },
      "TIMED_OUT",
    ],
    ["PROCESSING", "and succeeded", { status: "SUCCEEDED", stopDate: secondsAgo(90) }, "SUCCEEDED"],
  ])("%s %s", async (status, _, execution, reason) => {
    place.put(key);
    const { executionArn } = place.row(key, { status });
    if (execution !== undefined) place.executions.set(executionArn, execution);
    expect(await report()).toMatchObject({
      ok: false,
      accountedFor: 0,
      ...none,
      stuck: [{ key, status, executionArn, reason: expect.stringContaining(reason) }],
    });
  });
});

test("a photo that came to its end between two reads isn't stuck", async () => {
  place.put(key);
  const seen = place.row(key, { status: "PROCESSING" });
  place.ports.polledRows.read = async () => new Map([[seen.imageID, seen]]);
  place.row(key, { status: "READY" });
  place.executions.set(seen.executionArn, { status: "SUCCEEDED", stopDate: secondsAgo(90) });
  expect(await report()).toMatchObject({ ...clean, ...none });
});

describe("an object without a row", () => {
  test("is missing", async () => {
    place.put(key);
    expect(await report()).toMatchObject({
      ok: false,
      objects: 1,
      accountedFor: 0,
      rows: 0,
      ...none,
      missing: [{ key, imageID: idOf(key), status: null, executionArn: null }],
    });
  });

  test("is too young to judge for a minute", async () => {
    place.put(key, "v1", secondsAgo(59));
    expect(await report()).toMatchObject({ ok: true, accountedFor: 0, tooYoung: 1, ...none });
  });

  test("isn't missing when a throttled table only left its row unread", async () => {
    place.put(key);
    place.row(key, {});
    place.ports.polledRows.read = async () => new Map();
    expect(await report()).toMatchObject({ ...clean, ...none });
  });

  test("that was deleted since it was listed is none", async () => {
    place.put(key);
    const { pages } = place.ports.objects;
    place.ports.objects.pages = async function* () {
      for await (const page of pages()) {
        place.delete(key);
        yield page;
      }
    };
    expect(await report()).toMatchObject({ ok: true, objects: 0, accountedFor: 0, ...none });
  });
});

describe("an object whose row is of another version", () => {
  test("is missing when that version is older", async () => {
    place.put(key, "v1");
    place.put(key, "v2");
    place.row(key, {});
    expect(await report()).toMatchObject({
      ok: false,
      ...none,
      missing: [{ key, status: "READY", object: { versionId: "v2" } }],
    });
  });

  test("is missing when that version is gone and came before it", async () => {
    place.put(key, "v2", secondsAgo(600));
    place.row(key, { versionId: "v1", uploadTime: longAgo });
    expect(await report()).toMatchObject({ ok: false, missing: [{ key }] });
  });

  test("is too young to judge for a minute", async () => {
    place.put(key, "v1");
    place.put(key, "v2", secondsAgo(20));
    place.row(key, {});
    expect(await report()).toMatchObject({ ok: true, tooYoung: 1, ...none });
  });

  test("is fine when that version was rejected: the one before it is the current one again", async () => {
    place.put(key, "v1");
    place.row(key, {
      versionId: "v2",
      status: "REJECTED",
      uploadTime: secondsAgo(600).toISOString(),
    });
    expect(await report()).toMatchObject({ ...clean, ...none });
  });

  test("has an orphaned row when that version was newer and was deleted for good", async () => {
    place.put(key, "v1");
    place.row(key, { versionId: "v2", uploadTime: secondsAgo(600).toISOString() });
    expect(await report()).toMatchObject({ ok: true, ...none, orphanedRows: [{ key }] });
  });
});

describe("a row without an object", () => {
  test("is orphaned, told, and no reason to fail", async () => {
    place.put(key);
    place.delete(key);
    place.row(key, {});
    const other = "Incoming/ann/summer/gone.jpg";
    place.row(other, { status: "FAILED", errReason: "not found" });
    expect(await report()).toMatchObject({
      ok: true,
      objects: 0,
      rows: 2,
      ...none,
      orphanedRows: [
        { key, reason: "its object was deleted", status: "READY" },
        { key: other, reason: expect.stringContaining("it failed with: not found") },
      ],
    });
  });

  test("is none of a rejected photo, which is in quarantine", async () => {
    place.row(key, { status: "REJECTED" });
    expect(await report()).toMatchObject({ ok: true, byStatus: { REJECTED: 1 }, ...none });
  });

  test("is none of an object that came in since the bucket was listed", async () => {
    place.ports.objects.pages = async function* () {};
    place.put(key);
    place.row(key, {});
    expect(await report()).toMatchObject({ ok: true, objects: 0, rows: 1, ...none });
  });

  test("is one of a row that names another bucket", async () => {
    place.put(key);
    place.row(key, {});
    place.row(key, { imageID: "f".repeat(32), s3bucket: "elsewhere" });
    expect(await report()).toMatchObject({ orphanedRows: [{ imageID: "f".repeat(32) }] });
  });
});

test("it goes over all pages, and tells findings in the order of their keys", async () => {
  place.pageSize = 7;
  const keys = Array.from({ length: 250 }, (_, index) => `Incoming/ann/all/${1000 + index}.jpg`);
  for (const each of keys) {
    place.put(each);
    if (!each.endsWith("5.jpg")) place.row(each, { executionArn: arnOf(each) });
  }
  const { objects, accountedFor, rows, missing, counts } = await report();
  expect({ objects, accountedFor, rows }).toEqual({ objects: 250, accountedFor: 225, rows: 225 });
  expect(counts).toMatchObject({ missing: 25, orphanedRows: 0 });
  expect(missing.map((finding) => finding.key)).toEqual(
    keys.filter((each) => each.endsWith("5.jpg")),
  );
});

test("an error ends it: half a comparison is none", async () => {
  place.put(key);
  place.ports.rows.read = () => Promise.reject(new Error("denied"));
  await expect(report()).rejects.toThrow("denied");
});

test("when a part of the table can't be read, the others are not read to their ends", async () => {
  const read: string[] = [];
  async function* part(name: string, pages: number) {
    for (let page = 1; page <= pages; page += 1) {
      await Promise.resolve();
      read.push(`${name}${page}`);
      if (name === "b") throw new Error("throttled for good");
      yield [];
    }
  }
  const tableParts = () => [part("a", 1000), part("b", 1000)];

  await expect(reconcile({ ...place.ports, tableParts })).rejects.toThrow("throttled for good");

  expect(read.length).toBeLessThan(10);
});

describe("while events wait in the queue", () => {
  test("an object whose event may be among them is waiting, and nothing is wrong with it", async () => {
    place.put(key, "v1", secondsAgo(600));
    place.oldestEvent = secondsAgo(590);
    expect(await report()).toMatchObject({
      ok: true,
      objects: 1,
      accountedFor: 0,
      waiting: 1,
      ...none,
    });
  });

  test("one that came before the oldest of them is missing all the same", async () => {
    place.put(key, "v1", secondsAgo(600));
    place.oldestEvent = secondsAgo(300);
    expect(await report()).toMatchObject({ ok: false, waiting: 0, missing: [{ key }] });
  });

  test("a newer version whose row is still of the older one is waiting too", async () => {
    place.put(key, "v1", secondsAgo(900));
    place.row(key, { versionId: "v1" });
    place.put(key, "v2", secondsAgo(400));
    place.oldestEvent = secondsAgo(400);
    expect(await report()).toMatchObject({ ok: true, waiting: 1, rows: 1, ...none });
  });
});
