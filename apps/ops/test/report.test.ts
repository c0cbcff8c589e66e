import { DeleteObjectCommand, PutObjectCommand } from "@aws-sdk/client-s3";
import { DeleteCommand, UpdateCommand } from "@aws-sdk/lib-dynamodb";
import { type ImageItem, imageIdOf } from "@darkroom/workflow";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Repair } from "../src/report/repair.ts";
import type { ReportJson } from "../src/report/report-json.ts";
import { DarkroomProcess, isTerminal } from "./darkroom-process.ts";
import { photo } from "./odd-files.ts";
import { photoEvent, purgeEvents, sendMessage } from "./photo-event.ts";

const keyOf = (name: string) => `Incoming/ann/report/${name}.jpg`;
const fine = keyOf("fine, ä+b %20");
const failed = keyOf("failed");
const startError = keyOf("start error");
const stuck = keyOf("stuck");
const rowless = keyOf("without a row");
const outdated = keyOf("with an outdated row");
const deleted = keyOf("deleted");
const all = [fine, failed, startError, stuck, rowless, outdated, deleted];

let darkroom: DarkroomProcess;
/** The rows as they were before anything was broken. */
let before: Map<string, ImageItem>;

beforeAll(async () => {
  darkroom = await DarkroomProcess.create();
  await darkroom.start();
}, 60_000);
afterAll(() => darkroom.remove());

/** One photo that failed, one that never started, and others that are READY. */
async function processPhotos(): Promise<void> {
  await faults("add", "--call", "states:StartExecution", "--error", "AccessDeniedException");
  await put(startError);
  await darkroom.rowsWhen([startError], isTerminal);
  await faults("clear", "--all");

  await faults("add", "--function", "extract-metadata", "--delay", "60");
  await Promise.all([failed, stuck].map(put));
  const started = await darkroom.rowsWhen([failed, stuck], (row) => row !== undefined);
  for (const { executionArn } of started.values()) await darkroom.stopExecution(executionArn);
  await darkroom.rowsWhen([failed, stuck], isTerminal);
  await faults("clear", "--all");

  await Promise.all([fine, rowless, outdated, deleted].map(put));
  before = await darkroom.rowsWhen(all, isTerminal);
}

async function faults(...args: string[]): Promise<void> {
  const { code } = await darkroom.run(["faults", ...args]);
  expect(code).toBe(0);
}

async function put(key: string): Promise<void> {
  const Bucket = darkroom.variable("DARKROOM_LANDING_BUCKET");
  await darkroom.clients.s3.send(new PutObjectCommand({ Bucket, Key: key, Body: await photo({}) }));
}

const tableKey = (key: string) => ({
  TableName: darkroom.variable("DARKROOM_IMAGE_TABLE"),
  Key: { imageID: imageIdOf(darkroom.variable("DARKROOM_LANDING_BUCKET"), key) },
});

async function setRow(key: string, state: Record<string, string>): Promise<void> {
  const names = Object.keys(state);
  await darkroom.clients.dynamodb.send(
    new UpdateCommand({
      ...tableKey(key),
      UpdateExpression: `SET ${names.map((name) => `#${name} = :${name}`).join(", ")}`,
      ExpressionAttributeNames: Object.fromEntries(names.map((name) => [`#${name}`, name])),
      ExpressionAttributeValues: Object.fromEntries(names.map((name) => [`:${name}`, state[name]])),
    }),
  );
}

async function report(...args: string[]) {
  const { code, stdout, stderr } = await darkroom.run([
    "report",
    "--json",
    "--grace",
    "0",
    ...args,
  ]);
  return { code, stderr, report: JSON.parse(stdout) as ReportJson & { repaired?: Repair[] } };
}

const keysOf = (findings: readonly { key: string }[]) => findings.map(({ key }) => key);

test("what was broken on purpose is found, repaired, and then accounted for", async () => {
  await processPhotos();
  await setRow(stuck, { status: "PROCESSING", updatedTime: "2026-01-01T00:00:00.000Z" });
  await darkroom.clients.dynamodb.send(new DeleteCommand(tableKey(rowless)));
  await setRow(outdated, { versionId: "before", uploadTime: "2026-01-01T00:00:00.000Z" });
  await darkroom.clients.s3.send(
    new DeleteObjectCommand({ Bucket: darkroom.variable("DARKROOM_LANDING_BUCKET"), Key: deleted }),
  );

  const found = await report();
  expect(found.code).toBe(1);
  expect(found.stderr).toBe("darkroom: 5 of 6 photos are not as they should be\n");
  expect(found.report).toMatchObject({
    ok: false,
    objects: 6,
    rows: 6,
    accountedFor: 1,
    tooYoung: 0,
    byStatus: { READY: 3, FAILED: 2, PROCESSING: 1 },
    failed: [
      {
        key: failed,
        executionArn: before.get(failed)?.executionArn,
        reason: expect.stringContaining("aborted"),
      },
    ],
    startErrors: [
      {
        key: startError,
        executionArn: "ERR",
        reason: expect.stringContaining("AccessDeniedException"),
      },
    ],
    stuck: [{ key: stuck, reason: "its execution is ABORTED and nothing told the row" }],
    missing: [
      { key: outdated, status: "READY", reason: "its row is of an older version" },
      {
        key: rowless,
        status: null,
        reason: "no row is there for it",
        versionId: before.get(rowless)?.versionId,
      },
    ],
    orphanedRows: [{ key: deleted, status: "READY", reason: "its object was deleted" }],
  });

  const repaired = await report("--repair");
  expect([repaired.code, repaired.stderr]).toEqual([0, ""]);
  expect(keysOf(repaired.report.repaired ?? []).toSorted()).toEqual(
    [failed, startError, stuck, rowless, outdated].toSorted(),
  );
  expect(repaired.report.repaired).toEqual(
    expect.arrayContaining([
      expect.objectContaining({ key: stuck, was: "stuck", did: "redriven" }),
      expect.objectContaining({ key: startError, was: "startErrors", did: "started" }),
      expect.objectContaining({ key: rowless, was: "missing", did: "started" }),
    ]),
  );

  const rows = await darkroom.rowsWhen(all, isTerminal);
  for (const [key, { status, versionId }] of rows) {
    expect([key, status, versionId]).toEqual([key, "READY", before.get(key)?.versionId]);
  }
  const after = await report();
  expect([after.code, after.stderr]).toEqual([0, ""]);
  expect(after.report).toMatchObject({ ok: true, objects: 6, rows: 7, accountedFor: 6 });
  expect(keysOf(after.report.orphanedRows)).toEqual([deleted]);

  const { code, stdout, stderr } = await darkroom.run(["report", "--grace", "0"]);
  expect(code).toBe(0);
  expect(stdout).toMatch(/^6 of 6 accounted for\n\nrows +7\nREADY +7\n\n1 orphaned: /);
  expect(stderr).toContain("Orphaned rows are only told");
}, 120_000);

test("a version whose row was repaired gives way to the next one that comes in", async () => {
  const repaired = (await darkroom.rowsWhen([rowless], isTerminal)).get(rowless);
  await put(rowless);
  const next = (
    await darkroom.rowsWhen(
      [rowless],
      (row) => isTerminal(row) && row?.versionId !== repaired?.versionId,
    )
  ).get(rowless);

  expect(next).toMatchObject({ status: "READY" });
  expect(next?.executionArn).toMatch(/-r1$/);
  expect((await report()).report.ok).toBe(true);
});

test("a photo whose event waits is waiting; when the event is lost it is missing and repaired, and the event may still come", async () => {
  const late = keyOf("late");
  await faults("add", "--function", "start-execution", "--error", "Broken");
  await put(late);
  const waits = () => report().then(({ report }) => report.waiting);
  await expect.poll(waits).toBe(1);
  expect((await report()).report).toMatchObject({ ok: true, missing: [] });

  await purgeEvents(darkroom);
  const found = await report();
  expect(keysOf(found.report.missing)).toEqual([late]);
  const versionId = found.report.missing[0]?.versionId ?? "";

  const { code, stdout } = await darkroom.run(["report", "--grace", "0", "--repair"]);
  expect(code).toBe(0);
  expect(stdout).toMatch(new RegExp(`\n\nstarted +${late}\n$`));
  const repaired = (await darkroom.rowsWhen([late], isTerminal)).get(late);
  expect(repaired).toMatchObject({ status: "READY", versionId });
  expect(repaired?.executionArn).toMatch(/-r2$/);

  await faults("clear", "--all");
  await sendMessage(darkroom, photoEvent(darkroom, late, versionId, "0065F0000000000001"));
  const first = repaired?.executionArn.replace(/-r2$/, "-r1");
  await darkroom.rowsWhen([late], (row) => row?.executionArn === first && isTerminal(row));
  expect((await report()).report).toMatchObject({ ok: true, byStatus: { READY: 8 } });
}, 60_000);

test("a grace that is no number of seconds is bad usage", async () => {
  const { code, stdout } = await darkroom.run(["report", "--grace", "soon"]);
  expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
});
