import { join } from "node:path";
import { fatesFolder } from "@darkroom/run-files";
import type { SyncRequest } from "@darkroom/sync-workflow";
import type { Command } from "commander";
import { createClients } from "../clients.ts";
import type { Context } from "../context.ts";
import { Interrupted, unlessInterrupted } from "../failure.ts";
import { invocation } from "../invocation.ts";
import { FatesSoFar } from "../sync/fates-so-far.ts";
import { outcomeLines } from "../sync/outcome-lines.ts";
import { readSyncRequest, type SyncOptions, workshopSource } from "../sync/read-request.ts";
import { executionPorts, s3FatesFiles } from "../sync/run-ports.ts";
import type { RunProgress } from "../sync/run-progress.ts";
import { s3RunRemains } from "../sync/run-remains.ts";
import { showRun } from "../sync/show-run.ts";
import { runFolder, runNameAt, startRun } from "../sync/start-run.ts";
import { judgeOutcome, readOutcome, type SyncOutcome } from "../sync/sync-outcome.ts";
import { watchRun } from "../sync/watch-run.ts";
import { plainText } from "../table/fit-text.ts";
import { requireRunning, type Target } from "../target.ts";
import { throughOutage } from "../through-outage.ts";
import { pause } from "../watch/pause.ts";
import { addSeedSource } from "./sync-seed-source.ts";

interface Options extends SyncOptions {
  readonly json?: boolean;
}

/** `darkroom sync [--source B] [--destination B] … [--json]`, `darkroom sync seed-source` */
export function addSync(program: Command, context: Context): void {
  const sync = program
    .command("sync")
    .option("--source <bucket>", "where from (default: the workshop's bucket, see below)")
    .option("--destination <bucket>", "where to (default: the landing bucket)")
    .option("--prefix <prefix>", "only keys that begin with it (default: Incoming/)")
    .option("--start-after <key>", "only keys after it, in the order of UTF-8")
    .option("--delete-orphans", "delete at the destination what the source doesn't have")
    .option("--dry-run", "list and report, and change nothing")
    .option("--compare-metadata", "objects differ that differ in metadata alone")
    .option("--preserve-redirects", "carry over website redirects: one more request per object")
    .option("--preserve-storage-class", "keep the storage class: one more request per object")
    .option(
      "--maximum-orphan-share <share>",
      "delete nothing when more than this share of the destination would go (default: 0.1)",
    )
    .option(
      "--maximum-failed-share <share>",
      "the run counts as failed when a greater share fails (default: 0)",
    )
    .option("--json", "the outcome as a JSON object on stdout")
    .description("bring what differs from another bucket into the landing bucket, and watch it")
    .addHelpText(
      "after",
      `
Without --source it reads sfn-image-workshop-bulk-photo-copy-<region>, which \`sync seed-source\` makes.
The machine may read other buckets when they are named in DARKROOM_SYNC_SOURCES at the build.
Ctrl-C stops the watching alone: the machine goes on.
Exit code 0: all is there. 1: an object failed, or the run did. 2: bad usage. 130: Ctrl-C.`,
    )
    .action((options: Options) => runSync(context, options));
  addSeedSource(sync, context);
}

async function runSync(context: Context, { json = false, ...options }: Options): Promise<void> {
  const { terminal, settings } = context;
  // Bad usage is told before anything is looked for.
  readSyncRequest(options, { source: "a-source", destination: "a-destination" });
  const target = await requireRunning(settings());
  const request = readSyncRequest(options, {
    source: workshopSource(target.region),
    destination: target.resources.DARKROOM_LANDING_BUCKET,
  });
  const signal = context.interruptible();
  const outcome = await runAndWatch(context, target, request, signal);
  if (json) {
    terminal.print(JSON.stringify(outcome, null, 2));
  } else {
    const lines = outcomeLines(outcome, request.deleteOrphans, terminal);
    for (const line of lines) terminal.print(line);
    if (outcome.copied !== null && outcome.copied > 0) {
      terminal.note(
        `What landed is processed now; see what becomes of it: ${invocation.darkroom} report`,
      );
    }
  }
  if (
    outcome.error === "AccessDeniedException" &&
    outcome.cause?.startsWith("FindSourceBucketRegion")
  ) {
    terminal.note(
      `The machine may read the buckets alone that DARKROOM_SYNC_SOURCES named at the build: DARKROOM_SYNC_SOURCES=${request.source} ${invocation.start}`,
    );
  }
  judgeOutcome(outcome);
}

async function runAndWatch(
  { terminal, settings }: Context,
  target: Target,
  request: SyncRequest,
  signal: AbortSignal,
): Promise<SyncOutcome> {
  const clients = createClients(target);
  const { s3, sfn } = clients;
  const { DARKROOM_SYNC_MACHINE_ARN: machine, DARKROOM_RUN_BUCKET: bucket } = target.resources;
  const waiting = { now: () => new Date(), pause, signal };
  try {
    const name = runNameAt(new Date());
    const arn = await throughOutage(() => startRun(sfn, machine, name, request), waiting);
    terminal.note(
      plainText(`s3://${request.source}/${request.prefix} → s3://${request.destination}`),
    );
    terminal.note(`Execution ${arn}`);

    let latest: RunProgress | undefined;
    const hideProgress = showRun(terminal, () => latest);
    const fatesOf = (kind: "copy" | "orphans") => {
      const folder = fatesFolder({ prefix: runFolder(name) }, kind);
      return new FatesSoFar(s3FatesFiles(s3, bucket, folder), folder);
    };
    const end = await watchRun({
      ...executionPorts(sfn, arn),
      ...waiting,
      copies: fatesOf("copy"),
      deletions: fatesOf("orphans"),
      showProgress: (progress) => {
        latest = progress;
      },
    }).finally(hideProgress);
    if (end === undefined) {
      for (const line of goesOn(arn)) terminal.note(line);
      throw new Interrupted("Stopped watching; the sync goes on");
    }
    const pagesFolder = join(settings().dataFolder, "sync-reports");
    const remains = s3RunRemains(s3, { bucket, name, pagesFolder });
    return await throughOutage(() => readOutcome(arn, request, end, remains), waiting);
  } catch (error) {
    throw unlessInterrupted(error, signal, "Stopped while the cloud didn't answer");
  } finally {
    clients.close();
  }
}

function goesOn(arn: string): string[] {
  return [
    `To see it:   ${invocation.darkroom} executions show ${arn}`,
    `To stop it:  eval "$(${invocation.darkroom} env)"`,
    `             aws --endpoint-url "$AWS_ENDPOINT_URL" stepfunctions stop-execution --execution-arn ${arn}`,
  ];
}
