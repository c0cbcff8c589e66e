import { reconcile } from "@darkroom/reconcile-photos";
import { arnOf, idOf, secondsAgo, sequencerOf } from "@darkroom/reconcile-photos/testing";
import { beforeEach, describe, expect, test } from "vitest";
import { repair } from "./repair.ts";
import { RepairPlace } from "./testing/repair-place.ts";

const key = "Incoming/ann/summer/beach.jpg";
let place: RepairPlace;
const mend = async () => repair(await reconcile(place.ports), place.ports);

beforeEach(() => {
  place = new RepairPlace();
});

test("of what is as it should be nothing is touched, and orphaned rows stay", async () => {
  place.put(key);
  place.row(key, {});
  place.row("Incoming/ann/summer/gone.jpg", {});
  const before = [...place.rows.values()];
  expect(await mend()).toEqual([]);
  expect([...place.rows.values()]).toEqual(before);
  expect(place.starts).toEqual([]);
});

test("what failed, never started or is stuck is retried as `failures retry` does", async () => {
  const [failed, error, stuck] = ["a.jpg", "b.jpg", "c.jpg"].map(
    (name) => `Incoming/ann/x/${name}`,
  ) as [string, string, string];
  for (const each of [failed, error, stuck]) place.put(each);
  place.row(failed, { status: "FAILED" });
  place.executions.set(arnOf(failed), { status: "FAILED", caught: true });
  place.row(error, { status: "FAILED", executionArn: "ERR" });
  place.row(stuck, { status: "PROCESSING" });
  place.executions.set(arnOf(stuck), { status: "ABORTED", stopDate: secondsAgo(90) });

  expect(await mend()).toEqual([
    { key: failed, imageID: idOf(failed), was: "failed", did: "started" },
    { key: error, imageID: idOf(error), was: "startErrors", did: "started" },
    { key: stuck, imageID: idOf(stuck), was: "stuck", did: "redriven" },
  ]);
  expect(await reconcile(place.ports)).toMatchObject({ ok: true, accountedFor: 3 });
});

describe("a missing photo", () => {
  test("gets a row and the second attempt: the first is left for its event", async () => {
    place.put(key);
    expect(await mend()).toMatchObject([{ key, was: "missing", did: "started" }]);
    const row = place.rows.get(idOf(key));
    expect(row).toMatchObject({
      status: "PROCESSING",
      userID: "ann",
      albumID: "ann/summer",
      versionId: "v1",
      executionArn: arnOf(key, "v1", 2),
    });
    expect(place.starts).toMatchObject([{ input: { photo: { s3key: key, versionId: "v1" } } }]);
    // An event's row is written over one with a smaller sequencer.
    expect((row?.sequencer ?? "") < sequencerOf(1)).toBe(true);
    expect(row?.sequencer).toHaveLength(32);
    expect(await reconcile(place.ports)).toMatchObject({ ok: true, accountedFor: 1 });
  });

  test("takes the place of the older version's row, and gives way to every later event", async () => {
    place.put(key, "v1");
    place.put(key, "v2");
    const older = place.row(key, { sequencer: sequencerOf(41) });
    await mend();
    const row = place.rows.get(idOf(key));
    expect(row).toMatchObject({ versionId: "v2", executionArn: arnOf(key, "v2", 2) });
    const { sequencer = "" } = row ?? {};
    expect(sequencer > (older.sequencer ?? "")).toBe(true);
    expect(sequencer < sequencerOf(42)).toBe(true);
  });

  test("whose execution runs already, without a row, is given a row that it will fill", async () => {
    place.put(key);
    place.executions.set(arnOf(key), { status: "RUNNING" });
    expect(await mend()).toMatchObject([{ did: "waiting" }]);
    expect(place.rows.get(idOf(key))).toMatchObject({ executionArn: arnOf(key) });
    expect(place.starts).toEqual([]);
  });

  test("whose execution is over gets the next one", async () => {
    place.put(key);
    place.executions.set(arnOf(key), { status: "SUCCEEDED" });
    expect(await mend()).toMatchObject([{ did: "started" }]);
    expect(place.rows.get(idOf(key))).toMatchObject({ executionArn: arnOf(key, "v1", 2) });
  });

  test("whose key names no album is told, with a row that says so", async () => {
    const lonely = "Incoming/ann/";
    place.put(lonely);
    expect(await mend()).toMatchObject([
      { did: "refused", reason: expect.stringContaining("form") },
    ]);
    expect(place.rows.get(idOf(lonely))).toMatchObject({ status: "FAILED", executionArn: "ERR" });
    expect(place.starts).toEqual([]);
  });

  test("that was deleted, or of which a newer version came, meanwhile is left alone", async () => {
    place.put(key);
    const newer = "Incoming/ann/summer/newer.jpg";
    place.put(newer);
    const report = await reconcile(place.ports);
    place.delete(key);
    place.put(newer, "v2");
    expect(await repair(report, place.ports)).toMatchObject([
      { key, did: "refused", reason: expect.stringContaining("deleted") },
      { key: newer, did: "refused", reason: expect.stringContaining("newer version") },
    ]);
    expect(place.rows.size).toBe(0);
  });

  test("whose event comes while it is repaired is left to that", async () => {
    place.put(key);
    const { put } = place.ports.firstRows;
    place.ports.firstRows.put = async (row, seen) => {
      place.row(key, { status: "PROCESSING" });
      return put(row, seen);
    };
    expect(await mend()).toMatchObject([{ did: "waiting" }]);
    expect(place.rows.get(idOf(key))).toMatchObject({ executionArn: arnOf(key) });
    expect(place.starts).toEqual([]);
  });

  test("that a crash left between row and start is started by the next repair", async () => {
    place.put(key);
    const { replace } = place.ports.rows;
    place.ports.rows.replace = () => Promise.reject(new Error("killed"));
    await expect(mend()).rejects.toThrow("killed");
    place.ports.rows.replace = replace;
    expect(place.rows.get(idOf(key))).toMatchObject({ status: "FAILED" });
    expect(await mend()).toMatchObject([{ was: "failed", did: "started" }]);
  });
});

test("after Ctrl-C nothing more is begun", async () => {
  place.put(key);
  const report = await reconcile(place.ports);
  expect(await repair(report, { ...place.ports, signal: AbortSignal.abort() })).toEqual([]);
  expect(place.rows.size).toBe(0);
});
