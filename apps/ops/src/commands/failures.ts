import { dynamodbImageRows } from "@darkroom/reconcile-photos";
import { type PhotoStatus, photoStatus } from "@darkroom/workflow";
import { type Command, Option } from "commander";
import { type Clients, createClients } from "../clients.ts";
import type { Context } from "../context.ts";
import { Failure, Interrupted, UsageError } from "../failure.ts";
import { idsOfStatus, rowsOfStatus } from "../failures/failed-rows.ts";
import { failureJson, failureLines, failureTitle } from "../failures/failure-lines.ts";
import { photoRows } from "../failures/photo-rows.ts";
import { retryCloud } from "../failures/retry-cloud.ts";
import { type RetriedPhoto, retryPhotos } from "../failures/retry-photos.ts";
import { invocation } from "../invocation.ts";
import { photoJson } from "../photo-json.ts";
import { printPhotos } from "../print-photos.ts";
import { requireRunning, type Target } from "../target.ts";
import { pause } from "../watch/pause.ts";

const listable = photoStatus.extract(["FAILED", "UNSUPPORTED", "REJECTED", "EXPIRED"]).options;
/** What a second go may help. */
const retriable: readonly PhotoStatus[] = ["FAILED", "EXPIRED"];
const retriableText = retriable.join(" or ");

interface ListOptions {
  readonly status: readonly PhotoStatus[];
  readonly json?: boolean;
}
interface RetryOptions {
  readonly all?: boolean;
  readonly json?: boolean;
}

/** `darkroom failures list [--status S…] [--json]` and `darkroom failures retry ID…|--all [--json]` */
export function addFailures(program: Command, context: Context): void {
  const failures = program
    .command("failures")
    .description("the photos that failed or that nobody decided on, and a second go for them");
  failures
    .command("list")
    .addOption(
      new Option("--status <status...>", "photos of these statuses instead")
        .choices(listable)
        .default(retriable, retriableText),
    )
    .option("--json", "as a JSON array on stdout")
    .description("which photos failed, when, why, in which execution; the oldest first")
    .action((options: ListOptions) => listFailures(context, options));
  failures
    .command("retry")
    .argument("[id...]", "imageIDs, as `failures list` shows them")
    .option("--all", `every photo that is ${retriableText}`)
    .option("--json", "the results as a JSON array on stdout")
    .description("process photos once more, wait until each has its status, print a table")
    .addHelpText(
      "after",
      `
An execution that was aborted, timed out or failed by what no Catch sees goes on where it
ended (RedriveExecution, for 14 days): one that waited for a person waits again. Any other
photo gets a new execution.
Exit code 0: each has its answer. 1: one is FAILED again or can't be retried. 2: bad usage.`,
    )
    .action((ids: string[], options: RetryOptions) => retryFailures(context, ids, options));
}

async function listFailures(
  { terminal, settings }: Context,
  { status: statuses, json = false }: ListOptions,
): Promise<void> {
  const target = await requireRunning(settings());
  const clients = createClients(target);
  let count = 0;
  try {
    for (const status of new Set(statuses)) {
      const table = target.resources.DARKROOM_IMAGE_TABLE;
      for await (const rows of rowsOfStatus(clients.dynamodb, table, status, pause)) {
        for (const row of rows) {
          count += 1;
          if (json) {
            // An element a line: the array is as long as the table says, and never held.
            terminal.print(`${count === 1 ? "[" : ","}${JSON.stringify(failureJson(row))}`);
            continue;
          }
          if (count === 1) terminal.print(failureTitle(terminal));
          for (const line of failureLines(row, terminal)) terminal.print(line);
        }
      }
    }
  } finally {
    clients.close();
  }
  if (json) terminal.print(count === 0 ? "[]" : "]");
  else if (count === 0) terminal.print(`No photo is ${statuses.join(" or ")}`);
  else terminal.note(`${count} ${count === 1 ? "photo" : "photos"}`);
}

async function retryFailures(
  context: Context,
  given: readonly string[],
  { all = false, json = false }: RetryOptions,
): Promise<void> {
  if (all && given.length > 0) throw new UsageError("Give either imageIDs or --all, not both");
  if (!all && given.length === 0) {
    throw new UsageError(
      `Give the imageIDs of the photos to retry, as \`${invocation.darkroom} failures list\` shows them, or --all`,
    );
  }
  const { terminal, settings } = context;
  const target = await requireRunning(settings());
  const clients = createClients(target);
  const signal = context.interruptible();
  const begin = Date.now();
  try {
    const ids = all ? await retriableIds(target, clients) : await knownIds(given, target, clients);
    const table = target.resources.DARKROOM_IMAGE_TABLE;
    const results = await retryPhotos(ids, {
      rows: photoRows(clients.dynamodb, table),
      polledRows: dynamodbImageRows(clients.dynamodb, table),
      cloud: retryCloud(clients, target.resources.DARKROOM_IMAGE_MACHINE_ARN),
      now: () => new Date(),
      pause,
      showProgress: (done) => terminal.showStatus(`${done} of ${ids.length} done`),
      signal,
    });
    terminal.clearStatus();
    if (json) {
      const photos = results.map((result) => ({ ...photoJson(result), retry: result.retry }));
      terminal.print(JSON.stringify(photos, null, 2));
    } else if (ids.length === 0) terminal.print(`No photo is ${retriableText}`);
    else printPhotos(terminal, results, Date.now() - begin);
    judge(results, ids.length, signal.aborted);
  } finally {
    clients.close();
  }
}

/** @throws Failure, Interrupted: what makes the exit code */
function judge(results: readonly RetriedPhoto[], asked: number, interrupted: boolean): void {
  const bad = results.filter(
    ({ status, retry }) => status === "FAILED" || status === "LOST" || retry === "refused",
  );
  if (interrupted) {
    const open = asked - results.filter(({ status }) => status !== "LOST").length;
    throw new Interrupted(
      `Stopped before ${open} of ${asked} photos had their answer; those that were started go on`,
    );
  }
  if (bad.length > 0) {
    throw new Failure(
      `${bad.length} of ${asked} photos failed again or can't be retried: each says why`,
    );
  }
}

/** All of them at the start, so that one that fails again isn't met again. */
async function retriableIds({ resources }: Target, { dynamodb }: Clients): Promise<string[]> {
  const ids: string[] = [];
  for (const status of retriable) {
    for await (const page of idsOfStatus(dynamodb, resources.DARKROOM_IMAGE_TABLE, status)) {
      ids.push(...page);
    }
  }
  return [...new Set(ids)];
}

/** @throws UsageError for an imageID that no photo has; nothing was started then */
async function knownIds(
  given: readonly string[],
  { resources }: Target,
  { dynamodb }: Clients,
): Promise<string[]> {
  const ids = [...new Set(given)];
  const odd = ids.find((id) => !/^[0-9a-f]{32}$/.test(id));
  if (odd !== undefined) {
    throw new UsageError(`"${odd}" is no imageID, which has 32 hexadecimal digits`);
  }
  const rows = photoRows(dynamodb, resources.DARKROOM_IMAGE_TABLE);
  for (const id of ids) {
    if ((await rows.read(id)) === undefined) {
      throw new UsageError(`There is no photo with the imageID ${id}`);
    }
  }
  return ids;
}
