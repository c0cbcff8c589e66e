import { GetObjectCommand, PutObjectCommand } from "@aws-sdk/client-s3";
import { type LocalS3, startLocalS3 } from "@darkroom/cloud/testing/local-s3";
import { copiedKey, runStore } from "@darkroom/run-files";
import {
  type FateLine,
  type ListingProgress,
  type StateFailure,
  syncRequest,
  syncSummary,
} from "@darkroom/sync-workflow";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { copyMemory } from "./copy-memory.ts";
import { objectWriter } from "./object-writer.ts";
import { type ReportParts, writeReport } from "./write-report.ts";

let local: LocalS3;
beforeAll(async () => {
  local = await startLocalS3("runs");
});
afterAll(() => local.close());

let runs = 0;
const startTime = "2026-01-01T00:00:00.000Z";
const now = new Date("2026-01-01T00:01:40.500Z");

const fate = (key: string, what: Partial<FateLine> = {}): FateLine => ({
  key,
  fate: "copied",
  bytes: 10,
  at: "2026-01-01T00:00:02.000Z",
  ...what,
});
const failed = (key: string, error = "InternalError"): FateLine =>
  fate(key, { fate: "failed", bytes: 0, error, message: `${error}!` });
const manifest = (key: string) => ({ key, size: 10, etag: "e", reason: "missing" });

function partsOf(buckets: { source: string; destination: string }): ReportParts {
  const store = runStore(local.s3, "runs");
  const writer = (key: string) =>
    objectWriter(local.s3, { bucket: "runs", key, contentType: "application/jsonl" });
  const key = copiedKey(buckets);
  const memory = copyMemory(
    () => store.blocks(key),
    () => writer(key),
  );
  return { store, writer, memory, now };
}

/**
 * A run whose bucket holds these files under its prefix.
 * @param files lines by name, e.g. `copy/00000001.jsonl`
 */
async function report(
  files: Record<string, object[]>,
  progress: Partial<ListingProgress> | null = {},
  request: object = {},
  failure: StateFailure | null = null,
) {
  const run = { prefix: `runs/r${++runs}/`, startTime };
  for (const [name, lines] of Object.entries(files)) {
    const Body = Buffer.from(lines.map((line) => `${JSON.stringify(line)}\n`).join(""));
    await local.s3.send(
      new PutObjectCommand({ Bucket: "runs", Key: `${run.prefix}${name}`, Body }),
    );
  }
  const sync = syncRequest.parse({ source: "source", destination: "destination", ...request });
  const counting = { step: "finalizeRequest", priority: "low", name: "counting" } as const;
  let requests = 0;
  local.s3.middlewareStack.add(
    (next) => (args) => {
      requests += 1;
      return next(args);
    },
    counting,
  );
  const summary = await writeReport(
    {
      run,
      sync,
      failure,
      progress: progress && {
        after: "z",
        copyShards: 1,
        orphanShards: 0,
        listed: 10,
        listedBytes: 100,
        destinationListed: 10,
        differing: 0,
        differingBytes: 0,
        unchanged: 8,
        orphans: 0,
        listRequests: 2,
        headRequests: 0,
        ...progress,
      },
    },
    partsOf(sync),
  );
  local.s3.middlewareStack.remove("counting");
  const textOf = async (name: string): Promise<string> => {
    const { Body } = await local.s3.send(
      new GetObjectCommand({ Bucket: "runs", Key: `${run.prefix}${name}` }),
    );
    return (await Body?.transformToString()) ?? "";
  };
  expect(JSON.parse(await textOf("summary.json"))).toEqual(summary);
  return {
    run,
    requests,
    summary: syncSummary.parse(summary),
    page: await textOf("report.html"),
    lines: (await textOf("report.jsonl"))
      .split("\n")
      .filter((line) => line !== "")
      .map((line): unknown => JSON.parse(line)),
  };
}

test("a run in which all was copied is well, and each object has its line", async () => {
  const fates = [fate("a b+%"), fate("📷"), fate("c", { fate: "vanished", bytes: 0 })];
  const { run, requests, summary, lines, page } = await report(
    {
      "copy/00000001.jsonl": [manifest("a b+%"), manifest("📷")],
      "copy/00000002.jsonl": [manifest("c")],
      "fates/copy/00000001.jsonl": fates.slice(0, 2),
      "fates/copy/00000002.jsonl": fates.slice(2),
    },
    { differing: 3 },
  );
  expect(summary).toEqual({
    ok: true,
    dryRun: false,
    listed: 10,
    differing: 3,
    copied: 2,
    unchanged: 8,
    orphans: 0,
    deleted: 0,
    vanished: 1,
    archived: 0,
    failed: 0,
    bytes: 20,
    seconds: 100.5,
    report: `s3://runs/${run.prefix}report.html`,
  });
  expect(lines).toEqual(fates);
  // A look for shards, the fates of each of two, and the three files.
  expect(requests).toBe(1 + 2 + 3);
  expect(page).toContain("All is well.");
  expect(page).toContain("<svg");
});

test("a run that found nothing is well and says so", async () => {
  const { summary, lines, page, requests } = await report({}, { listed: 0, unchanged: 0 });
  expect(summary).toMatchObject({ ok: true, listed: 0, copied: 0 });
  // A look for shards, and the three files.
  expect(requests).toBe(4);
  expect(lines).toEqual([]);
  expect(page).toContain("The source has no object here.");
  expect(page).not.toContain("<svg");
});

describe("failures", () => {
  const files = {
    "copy/00000001.jsonl": [manifest("a"), manifest("<b>&")],
    "fates/copy/00000001.jsonl": [fate("a"), failed("<b>&")],
  };

  test("beyond the share fail the run, and the page names them without their keys' becoming markup", async () => {
    const { summary, page } = await report(files, { differing: 2 }, { maximumFailedShare: 0.1 });
    expect(summary).toMatchObject({
      ok: false,
      failed: 1,
      reason:
        "1 of 2 objects could not be copied (50 %), more than the 10 % that the request allows",
    });
    expect(page).toContain('<td class="key">&lt;b&gt;&amp;</td>');
    expect(page).not.toContain("<b>");
    expect(page).not.toMatch(/<script|src=|href=/);
  });

  test("of just the share are allowed", async () => {
    const { summary } = await report(files, { differing: 2 }, { maximumFailedShare: 0.5 });
    expect(summary).toMatchObject({ ok: true, failed: 1, copied: 1 });
  });

  test("are all counted, and the first 200 are shown", async () => {
    const many = Array.from({ length: 450 }, (_, index) => failed(`k${index}`));
    const { summary, page } = await report(
      { "copy/1.jsonl": [], "fates/copy/1.jsonl": many },
      { differing: 450 },
    );
    expect(summary.failed).toBe(450);
    expect(page).toContain("The first 200 of 450 failures");
    expect(page.match(/<td class="key">/g)).toHaveLength(200);
  });

  test("of a shard whose task wrote nothing are those of all its objects", async () => {
    const { summary, lines } = await report(
      {
        "copy/00000001.jsonl": [manifest("a"), manifest("b")],
        "copy/00000002.jsonl": [manifest("c")],
        "fates/copy/00000002.jsonl": [fate("c")],
      },
      { differing: 3 },
    );
    expect(summary).toMatchObject({ ok: false, copied: 1, failed: 2 });
    expect(lines).toMatchObject([
      {
        key: "a",
        fate: "failed",
        error: "NoFate",
        message: expect.stringContaining("copy/00000001"),
      },
      { key: "b", fate: "failed" },
      { key: "c", fate: "copied" },
    ]);
  });

  test("can't hide where the shards hold fewer objects than were found", async () => {
    const { summary } = await report(
      { "copy/1.jsonl": [manifest("a")], "fates/copy/1.jsonl": [fate("a")] },
      { differing: 2 },
      { maximumFailedShare: 1 },
    );
    expect(summary).toMatchObject({
      ok: false,
      reason: "2 objects differ, and the run's shards account for 1",
    });
  });
});

describe("orphans", () => {
  const files = {
    "orphans/00000001.jsonl": [
      { key: "x", size: 4 },
      { key: "y", size: 4 },
    ],
  };
  const fates = [fate("x", { fate: "deleted", bytes: 4 }), failed("y", "AccessDenied")];

  test("that are not to be deleted are only counted", async () => {
    const { summary, lines } = await report(files, { orphans: 2 });
    expect(summary).toMatchObject({ ok: true, orphans: 2, deleted: 0 });
    expect(lines).toEqual([]);
  });

  test("beyond the share are refused, with the reason", async () => {
    const { summary, lines } = await report(files, { orphans: 2 }, { deleteOrphans: true });
    expect(summary).toMatchObject({
      ok: false,
      deleted: 0,
      failed: 0,
      reason:
        "2 of the 10 objects at the destination (20 %) are orphans, more than the 10 % that may be deleted: nothing was deleted",
    });
    expect(lines).toEqual([]);
  });

  test("that could not be deleted fail the run beyond the share, and their bytes are none that were copied", async () => {
    const { summary, lines } = await report(
      { ...files, "fates/orphans/00000001.jsonl": fates },
      { orphans: 2 },
      { deleteOrphans: true, maximumOrphanShare: 0.2 },
    );
    expect(summary).toMatchObject({ ok: false, deleted: 1, failed: 1, bytes: 0 });
    expect(summary.reason).toMatch(/^1 of 2 orphans could not be deleted \(50 %\)/);
    expect(lines).toEqual(fates);
  });
});

test("orphans stay when a copy failed, also one that may fail, and the reason says so", async () => {
  const { summary, lines } = await report(
    {
      "copy/00000001.jsonl": [manifest("a")],
      "orphans/00000001.jsonl": [{ key: "x", size: 4 }],
      "fates/copy/00000001.jsonl": [failed("a")],
    },
    { differing: 1, orphans: 1 },
    { deleteOrphans: true, maximumFailedShare: 1 },
  );
  expect(summary).toMatchObject({
    ok: false,
    deleted: 0,
    failed: 1,
    reason: "the orphans (1) stay, since not all could be copied",
  });
  expect(lines).toEqual([failed("a")]);
});

describe("a run that a state's failure ended", () => {
  const failure = {
    Error: "AccessDeniedException",
    Cause: `ListDifferences: ${JSON.stringify({ errorMessage: "no access to s3://<source>" })}`,
  };

  test("has a report that says why, also when no listing got anywhere", async () => {
    const { summary, lines, page } = await report({}, null, { deleteOrphans: true }, failure);
    expect(summary).toMatchObject({
      ok: false,
      reason:
        "the run broke off with AccessDeniedException in ListDifferences: no access to s3://<source>",
      failure: { error: failure.Error, cause: failure.Cause },
      listed: 0,
      copied: 0,
      failed: 0,
    });
    expect(lines).toEqual([]);
    expect(page).toContain("broken off: these figures are what is known");
    expect(page).toContain("no access to s3://&lt;source&gt;");
  });

  test("has what became of the shards that were done, and calls no other object failed", async () => {
    const cause = { Error: "States.ItemReaderFailed", Cause: "CopyObjects: no access" };
    const { summary, lines } = await report(
      {
        "copy/00000001.jsonl": [manifest("a")],
        "copy/00000002.jsonl": [manifest("b")],
        "orphans/00000001.jsonl": [{ key: "x", size: 4 }],
        "fates/copy/00000001.jsonl": [fate("a")],
      },
      { differing: 2, orphans: 1 },
      { deleteOrphans: true },
      cause,
    );
    expect(summary).toMatchObject({
      ok: false,
      copied: 1,
      failed: 0,
      reason:
        "the run broke off with States.ItemReaderFailed in CopyObjects: no access; of 2 objects found to differ, 1 are not accounted for",
    });
    expect(lines).toEqual([fate("a")]);
  });
});

test("what was copied under another ETag is remembered for the next run, and what earlier runs left stays", async () => {
  const remembered = async () => {
    const { Body } = await local.s3.send(
      new GetObjectCommand({ Bucket: "runs", Key: "manifests/source/destination/copied.jsonl" }),
    );
    const text = (await Body?.transformToString()) ?? "";
    return text
      .trim()
      .split("\n")
      .map((line): unknown => JSON.parse(line));
  };
  const copy = (key: string, source: string) =>
    report(
      {
        "copy/00000001.jsonl": [manifest("a"), manifest(key)],
        "fates/copy/00000001.jsonl": [
          fate("a"),
          fate(key, { etags: { source, destination: "d" } }),
        ],
      },
      { differing: 2 },
    );
  await copy("p/1", "s-2");
  await copy("m", "s-3");
  await copy("p/1", "s-4");
  expect(await remembered()).toEqual([
    { key: "m", size: 10, source: "s-3", destination: "d" },
    { key: "p/1", size: 10, source: "s-4", destination: "d" },
  ]);
});

test("a dry run's lines say what a run would do", async () => {
  const { summary, lines, page } = await report(
    { "copy/1.jsonl": [manifest("a")], "orphans/1.jsonl": [{ key: "x", size: 4 }] },
    { differing: 1, orphans: 1 },
    { dryRun: true, deleteOrphans: true },
  );
  expect(summary).toMatchObject({ ok: true, dryRun: true, differing: 1, copied: 0, failed: 0 });
  expect(lines).toEqual([
    { key: "a", would: "copy", bytes: 10, reason: "missing" },
    { key: "x", would: "delete", bytes: 4 },
  ]);
  expect(page).toContain("Dry run: nothing was changed");
});

test("a run that began at no time is refused", async () => {
  const run = { prefix: "runs/r/", startTime: "yesterday" };
  const sync = syncRequest.parse({ source: "source", destination: "destination" });
  const progress = {} as ListingProgress;
  await expect(
    writeReport({ run, sync, progress, failure: null }, partsOf(sync)),
  ).rejects.toMatchObject({ name: "InvalidInputError" });
});
