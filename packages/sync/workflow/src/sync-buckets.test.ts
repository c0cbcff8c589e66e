import { describe, expect, test } from "vitest";
import { syncRequest } from "./contracts.ts";
import {
  callsOf,
  failing,
  findingRegions,
  listing,
  prefix,
  progressOf,
  reporting,
  runSyncBuckets,
} from "./run-sync-buckets.ts";

const buckets = { source: "from", destination: "into" };
const shardsOf = (calls: readonly { input: unknown }[]) =>
  calls.map(({ input }) => (input as { shard: string }).shard).sort();

describe("a sync", () => {
  test("finds the regions, lists, copies each shard in a child, and reports", async () => {
    const progress = { copyShards: 3, listed: 1200, differing: 1200 };
    const run = await runSyncBuckets({
      input: { ...buckets, prefix: "Incoming/" },
      list: listing(progress),
    });

    expect(run.status).toBe("SUCCEEDED");
    expect(run.path.filter((state) => !state.startsWith("Find"))).toEqual([
      "TakeDefaults",
      "PrepareRun",
      "ConfirmInputValid",
      "ListDifferences",
      "AreAllListed",
      "ProcessBuckets",
      "CopyObjects",
      "AreOrphansToBeDeleted",
      "WriteReport",
      "DidAStateFail",
      "IsReportGood",
      "Success",
    ]);
    expect(shardsOf(callsOf(run, "CopyObjects"))).toEqual(
      [1, 2, 3].map((number) => `${prefix}copy/0000000${number}.jsonl`),
    );
    expect(callsOf(run, "WriteReport")).toMatchObject([
      { input: { run: { prefix }, progress: progressOf(progress) } },
    ]);
    expect(run.output).toMatchObject({ ok: true, report: expect.stringMatching(/^s3:/) });
  });

  test("gives every task the request with its defaults, which are the contract's", async () => {
    const input = { ...buckets, prefix: "Incoming/" };
    const run = await runSyncBuckets({ input, list: listing({ copyShards: 1 }) });

    const sync = syncRequest.parse(input);
    expect(new Set(run.calls.map(({ task }) => task)).size).toBe(4);
    for (const call of run.calls) {
      expect(call.input).toMatchObject({ sync, run: { prefix, startTime: expect.any(String) } });
      expect(Object.keys((call.input as { sync: object }).sync).sort()).toEqual(
        Object.keys(sync).sort(),
      );
    }
  });

  test("keeps what was asked for over the defaults", async () => {
    const input = { ...buckets, maximumFailedShare: 0.5, preserveRedirects: true, startAfter: "k" };
    const run = await runSyncBuckets({ input });
    expect(callsOf(run, "WriteReport")).toMatchObject([{ input: { sync: input } }]);
  });

  test("with nothing to copy only reports", async () => {
    const run = await runSyncBuckets();
    expect(run.status).toBe("SUCCEEDED");
    expect(run.calls.map(({ task }) => task)).toEqual([
      "FindBucketRegion",
      "FindBucketRegion",
      "ListDifferences",
      "WriteReport",
    ]);
  });

  test("goes on listing where the last call stopped, until all is listed", async () => {
    const run = await runSyncBuckets({
      list: listing({ after: "g" }, { after: "p", copyShards: 1 }, { after: "z", copyShards: 2 }),
    });
    expect(callsOf(run, "ListDifferences")).toMatchObject([
      { input: { progress: null } },
      { input: { progress: { after: "g", copyShards: 0 } } },
      { input: { progress: { after: "p", copyShards: 1 } } },
    ]);
    expect(callsOf(run, "CopyObjects")).toHaveLength(2);
    expect(run.status).toBe("SUCCEEDED");
  });

  test("that is a dry run lists and reports, and changes nothing", async () => {
    const run = await runSyncBuckets({
      input: { ...buckets, dryRun: true, deleteOrphans: true, maximumOrphanShare: 1 },
      list: listing({ copyShards: 2, orphanShards: 1, orphans: 1, destinationListed: 1 }),
    });
    expect(run.output).toMatchObject({ ok: true, dryRun: true });
    expect(callsOf(run, "CopyObjects")).toEqual([]);
    expect(callsOf(run, "DeleteOrphans")).toEqual([]);
  });

  test("writes the results of its children under the run, beside the shards", async () => {
    const { storage } = await runSyncBuckets({ list: listing({ copyShards: 1 }) });
    const results = [...storage.objects.keys()].filter((key) => key.includes("/results/"));
    expect(results).toContainEqual(
      expect.stringMatching(/^runs\/run\/results\/copy\/.*\/manifest\.json$/),
    );
  });
});

describe("orphans", () => {
  const found = { orphanShards: 2, orphans: 5, destinationListed: 100 };

  test("are deleted after the copies, when asked", async () => {
    const run = await runSyncBuckets({
      input: { ...buckets, deleteOrphans: true },
      list: listing({ ...found, copyShards: 1 }),
    });
    expect(shardsOf(callsOf(run, "DeleteOrphans"))).toEqual(
      [1, 2].map((number) => `${prefix}orphans/0000000${number}.jsonl`),
    );
    expect(run.path.indexOf("DeleteOrphans")).toBeGreaterThan(run.path.indexOf("CopyObjects"));
  });

  test("stay when nobody asked", async () => {
    const run = await runSyncBuckets({ list: listing(found) });
    expect(callsOf(run, "DeleteOrphans")).toEqual([]);
  });

  test("beyond the share stay, every one, while the copies are made and the report says why", async () => {
    const run = await runSyncBuckets({
      input: { ...buckets, deleteOrphans: true, maximumOrphanShare: 0.04 },
      list: listing({ ...found, copyShards: 1 }),
      tasks: { WriteReport: reporting({ ok: false, reason: "5 of 100 objects are orphans" }) },
    });
    expect(callsOf(run, "DeleteOrphans")).toEqual([]);
    expect(callsOf(run, "CopyObjects")).toHaveLength(1);
    expect(run).toMatchObject({
      status: "FAILED",
      error: "SyncFailed",
      cause: "5 of 100 objects are orphans: see s3://runs-bucket/runs/run/report.html",
    });
  });

  test("stay when the listing failed", async () => {
    const run = await runSyncBuckets({
      input: { ...buckets, deleteOrphans: true },
      tasks: { ListDifferences: failing("AccessDeniedException", "no access") },
    });
    expect(callsOf(run, "DeleteOrphans")).toEqual([]);
    expect(run.error).toBe("AccessDeniedException");
  });
});

describe("a shard that fails for good", () => {
  const world = {
    list: listing({ copyShards: 3 }),
    tasks: { CopyObjects: failing("AccessDeniedException", "no access") },
  };

  test("leaves it to the report whether the run failed", async () => {
    const run = await runSyncBuckets(world);
    expect(run.status).toBe("SUCCEEDED");
    expect(callsOf(run, "WriteReport")).toHaveLength(1);
  });

  test("fails the run by the report, beyond the share", async () => {
    const WriteReport = reporting({
      ok: false,
      reason: "1500 of 1500 objects failed",
      failed: 1500,
    });
    const run = await runSyncBuckets({ ...world, tasks: { ...world.tasks, WriteReport } });
    expect(run).toMatchObject({ status: "FAILED", error: "SyncFailed" });
    expect(run.cause).toMatch(/^1500 of 1500 objects failed: see s3:/);
  });
});

test("a shard that isn't done within a function's time is gone on with", async () => {
  let calls = 0;
  const run = await runSyncBuckets({
    list: listing({ copyShards: 1 }),
    tasks: {
      CopyObjects: (...call) => {
        calls += 1;
        return calls < 50 ? failing("ShardUnfinishedError", "300 of 500 are left")(...call) : {};
      },
    },
  });
  expect(run.status).toBe("SUCCEEDED");
  expect(calls).toBe(50);
});

test("buckets in two regions are refused, and both are named", async () => {
  const regions = { source: "eu-west-1", destination: "us-east-1" };
  const run = await runSyncBuckets({ tasks: { FindBucketRegion: findingRegions(regions) } });
  expect(run).toMatchObject({
    status: "FAILED",
    error: "BucketRegionsNotEqual",
    cause: "from is in eu-west-1, and into is in us-east-1: a sync stays in one region",
  });
  expect(run.path.at(-1)).toBe("BucketRegionsNotEqualFailure");
  expect(callsOf(run, "ListDifferences")).toEqual([]);
});

test.each([
  ["the same bucket twice", { source: "from", destination: "from" }, "is the source too"],
  ["no destination", { source: "from" }, "destination"],
  ["a member that isn't known", { ...buckets, deleteOrphan: true }, "deleteOrphan"],
  ["no name of a bucket", { ...buckets, source: "From" }, "is no bucket's name"],
  ["a share beyond 1", { ...buckets, maximumFailedShare: 10 }, "maximumFailedShare"],
])("%s is refused before anything is listed", async (_, input, named) => {
  const run = await runSyncBuckets({ input });
  expect(run).toMatchObject({ status: "FAILED", error: "InvalidInputError" });
  expect(run.cause).toContain(named);
  expect(callsOf(run, "ListDifferences")).toEqual([]);
  expect(callsOf(run, "WriteReport")).toEqual([]);
});

describe("a state that fails for good", () => {
  const all = { ...buckets, deleteOrphans: true };
  const found = { copyShards: 1, orphanShards: 1, orphans: 1, destinationListed: 100 };

  test("before anything is listed gets a report, as for a bucket that isn't there", async () => {
    const run = await runSyncBuckets({
      tasks: { FindBucketRegion: failing("ObjectNotFoundError", "the bucket from does not exist") },
    });
    expect(callsOf(run, "WriteReport")).toMatchObject([
      { input: { progress: null, failure: { Error: "ObjectNotFoundError", Cause: run.cause } } },
    ]);
    expect(run).toMatchObject({ status: "FAILED", error: "ObjectNotFoundError" });
  });

  test("in the midst of the listing gets a report of what is known, and deletes nothing", async () => {
    let calls = 0;
    const run = await runSyncBuckets({
      input: all,
      list: (storage) => {
        const fine = listing({ ...found, after: "g" }, {})(storage);
        return (...call) => {
          calls += 1;
          return calls === 1 ? fine(...call) : failing("AccessDeniedException", "no more")(...call);
        };
      },
    });
    expect(callsOf(run, "WriteReport")).toMatchObject([
      {
        input: {
          progress: progressOf({ ...found, after: "g" }),
          failure: { Error: "AccessDeniedException", Cause: run.cause },
        },
      },
    ]);
    expect(run.error).toBe("AccessDeniedException");
    expect(run.cause).toMatch(/^ListDifferences: /);
    expect(callsOf(run, "CopyObjects")).toEqual([]);
    expect(callsOf(run, "DeleteOrphans")).toEqual([]);
  });

  test("may be a Map that can't list its shards: its orphans stay", async () => {
    const run = await runSyncBuckets({
      input: all,
      list: listing(found),
      areShardsUnlistable: true,
    });
    expect(run).toMatchObject({ status: "FAILED", error: "States.ItemReaderFailed" });
    expect(run.cause).toMatch(/^CopyObjects: /);
    expect(run.path.filter((state) => state === "WriteReport")).toHaveLength(1);
    expect(run.path.at(-1)).toBe("TaskFailed");
    expect(callsOf(run, "DeleteOrphans")).toEqual([]);
  });

  test("fails the run under its own name, whatever the report says of it", async () => {
    const run = await runSyncBuckets({
      tasks: {
        ListDifferences: failing("AccessDeniedException", "no access"),
        WriteReport: reporting({ ok: true }),
      },
    });
    expect(run.error).toBe("AccessDeniedException");
  });

  test("and then WriteReport, too, ends under the second's name", async () => {
    const run = await runSyncBuckets({
      tasks: {
        ListDifferences: failing("AccessDeniedException", "no access"),
        WriteReport: failing("ObjectNotFoundError", "the bucket runs does not exist"),
      },
    });
    expect(run.error).toBe("ObjectNotFoundError");
    expect(run.cause).toMatch(/^WriteReport: /);
  });
});

describe.each([
  ["FindBucketRegion", /^Find(Source|Destination)BucketRegion: /],
  ["ListDifferences", /^ListDifferences: /],
  ["WriteReport", /^WriteReport: /],
] as const)("when %s fails", (task, state) => {
  test("for good, the execution fails under the error's name, and the cause names the state", async () => {
    const run = await runSyncBuckets({ tasks: { [task]: failing("ObjectNotFoundError", "gone") } });
    expect(run).toMatchObject({ status: "FAILED", error: "ObjectNotFoundError" });
    expect(run.cause).toMatch(state);
    expect(run.cause).toContain("gone");
    expect(callsOf(run, task).length).toBeLessThanOrEqual(task === "FindBucketRegion" ? 2 : 1);
  });

  test.each(["SlowDown", "Lambda.TooManyRequestsException", "ConnectionError", "Sandbox.Timedout"])(
    "for %s, it is tried again",
    async (name) => {
      const run = await runSyncBuckets({ tasks: { [task]: failing(name, "busy") } });
      expect(run).toMatchObject({ status: "FAILED", error: name });
      expect(callsOf(run, task).length).toBeGreaterThanOrEqual(4);
    },
  );
});
