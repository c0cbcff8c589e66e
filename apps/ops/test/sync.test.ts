import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { ListObjectsV2Command } from "@aws-sdk/client-s3";
import { ListExecutionsCommand } from "@aws-sdk/client-sfn";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { ReportJson } from "../src/report/report-json.ts";
import type { SyncOutcome } from "../src/sync/sync-outcome.ts";
import { DarkroomProcess, isTerminal } from "./darkroom-process.ts";

const main = fileURLToPath(new URL("../src/main.ts", import.meta.url));
const source = "sfn-image-workshop-bulk-photo-copy-us-east-1";

let darkroom: DarkroomProcess;
beforeAll(async () => {
  darkroom = await DarkroomProcess.create();
  await darkroom.start();
}, 60_000);
afterAll(() => darkroom.remove());

async function faults(...args: string[]): Promise<void> {
  const { code, stderr } = await darkroom.run(["faults", ...args]);
  expect([code, stderr]).toEqual([0, expect.not.stringContaining("darkroom:")]);
}

async function sync(...args: string[]) {
  const { code, stdout, stderr } = await darkroom.run(["sync", "--json", ...args]);
  const outcome = (stdout === "" ? undefined : JSON.parse(stdout)) as SyncOutcome;
  return { code, stderr, outcome };
}

async function seed(count: number) {
  const { code, stdout } = await darkroom.run(
    `sync seed-source --json --count ${count}`.split(" "),
  );
  expect(code).toBe(0);
  return JSON.parse(stdout) as { put: number; unchanged: number; unsupported: number };
}

async function landed(): Promise<string[]> {
  const { Contents = [] } = await darkroom.clients.s3.send(
    new ListObjectsV2Command({
      Bucket: darkroom.variable("DARKROOM_LANDING_BUCKET"),
      Prefix: "Incoming/",
    }),
  );
  return Contents.flatMap(({ Key }) => Key ?? []);
}

/** The command as somebody watches it, to be interrupted or left without a cloud. */
function begin(...args: string[]) {
  const child = spawn(process.execPath, [main, "sync", ...args], {
    env: {
      PATH: process.env.PATH,
      DARKROOM_DATA: join(darkroom.dataDirectory, "data"),
      NO_COLOR: "1",
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let stdout = "";
  let stderr = "";
  child.stdout.on("data", (part) => {
    stdout += part;
  });
  child.stderr.on("data", (part) => {
    stderr += part;
  });
  return {
    child,
    ended: once(child, "close").then(([code]) => ({ code, stdout, stderr })),
    executionArn: async () => {
      await expect.poll(() => stderr).toMatch(/^Execution arn:\S+\n/m);
      return /^Execution (\S+)$/m.exec(stderr)?.[1] ?? "";
    },
  };
}

describe("a source of 60 objects", () => {
  test("is seeded once: a second call changes nothing", async () => {
    expect(await seed(60)).toMatchObject({ put: 60, unchanged: 0, unsupported: 1 });
    expect(await seed(60)).toMatchObject({ put: 0, unchanged: 60, unsupported: 1 });
  });

  test("is listed by a dry run, which brings nothing in", async () => {
    const { code, outcome } = await sync("--dry-run");

    expect(code).toBe(0);
    expect(outcome).toMatchObject({ ok: true, dryRun: true, listed: 60, differing: 60, copied: 0 });
    expect(await landed()).toEqual([]);
  });

  test("is brought in, and every one of its objects comes to its end", async () => {
    const { code, outcome } = await sync();

    expect(code).toBe(0);
    expect(outcome).toMatchObject({
      ok: true,
      status: "SUCCEEDED",
      listed: 60,
      differing: 60,
      copied: 60,
      unchanged: 0,
      failed: 0,
      failures: [],
    });
    expect(await readFile(outcome.reportFile ?? "", "utf8")).toMatch(/^<!doctype html>/i);
    const keys = await landed();
    expect(keys).toHaveLength(60);
    await darkroom.rowsWhen(keys, isTerminal);
    const report = await darkroom.run(["report", "--json", "--grace", "0"]);
    expect(JSON.parse(report.stdout) as ReportJson).toMatchObject({
      ok: true,
      objects: 60,
      accountedFor: 60,
      byStatus: { READY: 59, UNSUPPORTED: 1 },
    });
  });

  test("has nothing to do a second time, and people are told", async () => {
    const { code, stdout, stderr } = await darkroom.run(["sync"]);

    expect(code).toBe(0);
    expect(stdout).toMatch(
      /^Listed +60\nCopied +0\nUnchanged +60\nReport +s3:\/\/.*\n +\/.*html$/m,
    );
    expect(stderr).toContain(`s3://${source}/Incoming/ → s3://`);
  });
});

test("two objects that can't be copied are named, and the rest arrives; the next run brings them", async () => {
  expect(await seed(75)).toMatchObject({ put: 15 });
  await faults("add", "--call", "s3:CopyObject", "--error", "AccessDenied", "--times", "2");

  const { code, outcome, stderr } = await sync();

  expect(code).toBe(1);
  expect(stderr).toMatch(/^darkroom: The sync failed: SyncFailed: .*2 of 15 objects/m);
  expect(outcome).toMatchObject({
    ok: false,
    status: "FAILED",
    error: "SyncFailed",
    differing: 15,
    copied: 13,
    failed: 2,
  });
  expect(outcome.failures.map(({ error }) => error)).toEqual(["AccessDenied", "AccessDenied"]);
  const there = new Set(await landed());
  expect(outcome.failures.filter(({ key }) => there.has(key))).toEqual([]);

  // The fault is used up.
  expect(await sync()).toMatchObject({ code: 0, outcome: { differing: 2, copied: 2, failed: 0 } });
});

describe("what can't be", () => {
  test("a source that isn't there is a failure with its name, and no figures", async () => {
    const { code, outcome, stderr } = await sync("--source", "no-such-bucket-here");

    expect(code).toBe(1);
    expect(outcome).toMatchObject({ ok: false, status: "FAILED", listed: null, copied: 0 });
    expect(stderr).toMatch(
      /^darkroom: The sync failed: .*the bucket no-such-bucket-here does not exist$/m,
    );
  });

  test("a source that the machine may not read tells how to let it", async () => {
    const runs = darkroom.variable("DARKROOM_RUN_BUCKET");

    const { code, outcome, stderr } = await sync("--source", runs);

    expect([code, outcome.error]).toEqual([1, "AccessDeniedException"]);
    expect(stderr).toContain(`DARKROOM_SYNC_SOURCES=${runs}`);
  });

  test("the same bucket twice is bad usage, and starts nothing", async () => {
    const before = await countOfRuns();

    const { code, stderr } = await sync("--source", darkroom.variable("DARKROOM_LANDING_BUCKET"));

    expect([code, await countOfRuns()]).toEqual([2, before]);
    expect(stderr).toMatch(/^darkroom: --destination .* is the source too/);
  });

  test.each([
    [["--prefix", "Incoming/nobody/"], 'has no object that begins with "Incoming/nobody/"'],
    [["--start-after", "Incoming/zzz"], 'that begins with "Incoming/" after "Incoming/zzz"'],
  ])("%j matches nothing: that went well, and is said", async (args, line) => {
    const { code, stdout } = await darkroom.run(["sync", ...args]);

    expect(code).toBe(0);
    expect(stdout).toContain(line);
  });
});

describe("while objects are copied slowly", () => {
  beforeAll(() => faults("add", "--call", "s3:CopyObject", "--delay", "2"));

  test("Ctrl-C stops the watching, says how to stop the machine, and the machine goes on", async () => {
    await seed(90);
    const { child, ended, executionArn } = begin("--json");
    const arn = await executionArn();
    child.kill("SIGINT");

    const { code, stdout, stderr } = await ended;

    expect([code, stdout]).toEqual([130, ""]);
    expect(stderr).toContain(`stepfunctions stop-execution --execution-arn ${arn}`);
    expect(stderr).toContain(`executions show ${arn}`);
    await expect.poll(() => darkroom.executionStatus(arn)).toBe("SUCCEEDED");
  });

  test("kill -9 of the cloud is lived through: the run and its watcher go on after a restart", async () => {
    await seed(105);
    const { ended, executionArn } = begin("--json");
    const arn = await executionArn();
    await expect.poll(() => phaseOf(arn)).toContain("/copy/");

    await darkroom.stop("SIGKILL");
    await darkroom.start();

    const { code, stdout } = await ended;
    expect(code).toBe(0);
    const outcome = JSON.parse(stdout) as SyncOutcome;
    expect(outcome).toMatchObject({ executionArn: arn, failed: 0 });
    expect(outcome.copied).toBe(outcome.differing);
    expect(outcome.copied).toBeGreaterThan(0);
    expect(await sync()).toMatchObject({
      code: 0,
      stderr: expect.not.stringContaining("darkroom: "),
      outcome: { differing: 0 },
    });
  });
});

async function countOfRuns(): Promise<number> {
  const { executions = [] } = await darkroom.clients.sfn.send(
    new ListExecutionsCommand({ stateMachineArn: darkroom.variable("DARKROOM_SYNC_MACHINE_ARN") }),
  );
  return executions.length;
}

/** The keys of a run's shards, which are there once the listing is done. */
async function phaseOf(executionArn: string): Promise<string> {
  const { Contents = [] } = await darkroom.clients.s3.send(
    new ListObjectsV2Command({
      Bucket: darkroom.variable("DARKROOM_RUN_BUCKET"),
      Prefix: `runs/${executionArn.split(":").at(-1)}/`,
    }),
  );
  return Contents.map(({ Key }) => Key).join(" ");
}
