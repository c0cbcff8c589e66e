import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { CreateBucketCommand, PutObjectCommand } from "@aws-sdk/client-s3";
import { seededRandom } from "../demo/seeded-random.ts";
import type { ReportJson } from "../src/report/report-json.ts";
import { DarkroomProcess } from "../test/darkroom-process.ts";
import { quiet } from "../test/durability/open-work.ts";
import { type VariedFile, variedFiles } from "../test/durability/varied-files.ts";
import { verifyFolder } from "../test/durability/verify-folder.ts";
import { verifyRunning } from "../test/durability/verify-running.ts";
import { importProgress } from "./import-progress.ts";
import { describeSync, startSync, summaryOf } from "./run-sync.ts";

/**
 * Imports photos from another bucket by the sync machine while the whole system is killed again and again, and looks
 * whether each came to exactly one row with an end: `node bench/import.ts [--count 5000] [--kills 10] [--seed 1]`. The
 * figures are those of `darkroom report --json`; exit 1 when there is anything to tell. The same seed gives the same
 * photos and moments; at which instruction a kill hits is chance.
 */
const { values } = parseArgs({
  options: {
    count: { type: "string", default: "5000" },
    kills: { type: "string", default: "10" },
    seed: { type: "string", default: "1" },
  },
});
const number = (name: "count" | "kills" | "seed"): number => {
  const text = values[name];
  if (!/^\d{1,6}$/.test(text)) throw new Error(`--${name} ${text}: give a whole number`);
  return Number(text);
};
const count = number("count");
const random = seededRandom(number("seed"));

/** When a kill comes: at that share of the objects copied, or of the photos processed, and so long after it. */
interface Kill {
  readonly during: "landed" | "ended";
  readonly at: number;
  readonly afterMs: number;
}

const uploadsAtOnce = 16;
/** How long the rest may take after the last kill. */
const quietMs = 1_800_000;

const violations: string[] = [];
const restartSeconds: number[] = [];
const begin = performance.now();
const darkroom = await DarkroomProcess.create({ ownGroup: true });
const dataFolder = join(darkroom.dataDirectory, "data");
try {
  await darkroom.start();
  const source = `sfn-image-workshop-bulk-photo-copy-${darkroom.variable("AWS_REGION")}`;
  const destination = darkroom.variable("DARKROOM_LANDING_BUCKET");
  const files = await variedFiles(count, number("seed"));
  await seed(source, files);
  tell(`${count} photos are in the source`);

  const executionArn = await startSync(darkroom, { source, destination, prefix: "Incoming/" });
  for (const kill of planKills()) await killAt(kill, destination);
  const summary = await syncEnds(executionArn);
  if (summary !== undefined) {
    const { listed, copied, vanished, failed, seconds } = summary;
    tell(`the sync has ended: ${JSON.stringify({ listed, copied, vanished, failed, seconds })}`);
    if (listed !== count || copied !== count)
      violations.push("the sync has not copied every photo");
  }
  await quiet(dataFolder, quietMs).catch((error: Error) => violations.push(error.message));
  tell("nothing is left to do");

  violations.push(...(await wrongInReport(files)));
  const uploader = {
    acknowledged: new Map<VariedFile, string>(),
    unanswered: new Set(files),
    refusals: [],
    run: () => Promise.resolve(),
  };
  const found = await verifyRunning(darkroom, files, uploader);
  violations.push(...found.lost, ...found.duplicates, ...found.leftovers);
  // One more version of a photo would be processed once more.
  const copiedAgain = found.counts.unacknowledgedButThere - count;
  if (copiedAgain !== 0) violations.push(`${copiedAgain} photos were copied again`);
  if ((await darkroom.stop("SIGINT")) !== 0) violations.push("Ctrl-C ended it with an error");
  violations.push(...verifyFolder(dataFolder));

  const restarts = restartSeconds.toSorted((a, b) => a - b);
  console.log(`
kills            ${restarts.length}
copied again     ${copiedAgain} of ${count} photos
pictures again   ${found.counts.picturesWrittenAgain}
restart          median ${(restarts[Math.floor(restarts.length / 2)] ?? 0).toFixed(1)} s, longest ${(restarts.at(-1) ?? 0).toFixed(1)} s
took             ${((performance.now() - begin) / 1000).toFixed(0)} s
violations       ${violations.length}`);
  for (const violation of violations.slice(0, 50)) console.log(`  ${violation}`);
  process.exitCode = violations.length === 0 ? 0 : 1;
} finally {
  await darkroom.remove();
}

/** Some while the photos are copied, most while they are processed, in order. */
function planKills(): Kill[] {
  const kills = number("kills");
  const early = Math.ceil(kills * 0.3);
  const some = (during: Kill["during"], length: number): Kill[] =>
    Array.from({ length }, () => ({
      during,
      at: Math.floor(random() * 0.95 * count),
      afterMs: Math.floor(random() * 300),
    })).sort((a, b) => a.at - b.at);
  return [...some("landed", early), ...some("ended", kills - early)];
}

async function seed(Bucket: string, files: readonly VariedFile[]): Promise<void> {
  const { s3 } = darkroom.clients;
  await s3.send(new CreateBucketCommand({ Bucket }));
  const left = files.values();
  const upload = async (): Promise<void> => {
    for (const { key, bytes } of left) {
      await s3.send(new PutObjectCommand({ Bucket, Key: key, Body: bytes }));
    }
  };
  await Promise.all(Array.from({ length: uploadsAtOnce }, upload));
}

/** Kills all of it when the moment has come, and starts it again. */
async function killAt({ during, at, afterMs }: Kill, bucket: string): Promise<void> {
  const machine = darkroom.variable("DARKROOM_IMAGE_MACHINE_ARN");
  const executions = `${machine.replace(":stateMachine:", ":execution:")}:`;
  const deadline = Date.now() + quietMs;
  let progress = importProgress(dataFolder, bucket, executions);
  while (progress[during] < at) {
    if (Date.now() > deadline) throw new Error(`it stands still at ${JSON.stringify(progress)}`);
    await sleep(20);
    progress = importProgress(dataFolder, bucket, executions);
  }
  await sleep(afterMs);
  await darkroom.stop("SIGKILL");
  await darkroom.start();
  restartSeconds.push(darkroom.readySeconds);
  tell(
    `killed with ${progress.landed} copied and ${progress.ended} processed, again ready after ${darkroom.readySeconds.toFixed(1)} s`,
  );
}

async function syncEnds(executionArn: string): Promise<ReturnType<typeof summaryOf> | undefined> {
  const deadline = Date.now() + quietMs;
  for (;;) {
    const execution = await describeSync(darkroom, executionArn);
    if (execution.status !== "RUNNING") {
      try {
        return summaryOf(execution);
      } catch (error) {
        violations.push(String(error));
        return undefined;
      }
    }
    if (Date.now() > deadline) {
      violations.push("the sync doesn't come to an end");
      return undefined;
    }
    await sleep(200);
  }
}

/** What `darkroom report` tells that isn't as it has to be. */
async function wrongInReport(files: readonly VariedFile[]): Promise<string[]> {
  const { code, stdout, stderr } = await darkroom.run(["report", "--json", "--grace", "0"]);
  const report = JSON.parse(stdout) as ReportJson;
  const { ok, objects, rows, accountedFor, byStatus, counts } = report;
  console.log(
    `\ndarkroom report --json: ${JSON.stringify({ ok, objects, rows, accountedFor, byStatus, counts })}`,
  );
  const ended = (status: VariedFile["status"]): number =>
    files.filter((file) => file.status === status).length;
  const wanted = {
    ok: true,
    objects: count,
    rows: count,
    accountedFor: count,
    READY: ended("READY"),
    UNSUPPORTED: ended("UNSUPPORTED"),
    all: count,
  };
  const there = {
    ok,
    objects,
    rows,
    accountedFor,
    READY: byStatus.READY ?? 0,
    UNSUPPORTED: byStatus.UNSUPPORTED ?? 0,
    all: Object.values(byStatus).reduce((sum, some) => sum + some, 0),
  };
  const wrong = Object.entries(wanted).flatMap(([name, value]) => {
    const found = there[name as keyof typeof there];
    return found === value ? [] : [`the report has ${name} ${found} and not ${value}`];
  });
  return code === 0 ? wrong : [...wrong, `the report ended with ${code}: ${stderr.trim()}`];
}

function tell(line: string): void {
  console.log(`${((performance.now() - begin) / 1000).toFixed(1).padStart(7)} s  ${line}`);
}
