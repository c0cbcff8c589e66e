import { noExecution } from "@darkroom/workflow";
import type { Command } from "commander";
import { createClients } from "../clients.ts";
import type { Context } from "../context.ts";
import { Failure, Interrupted } from "../failure.ts";
import { invocation } from "../invocation.ts";
import { withCloud } from "../local/with-cloud.ts";
import type { PhotoResult } from "../photo-board.ts";
import { photoJson } from "../photo-json.ts";
import { printPhotos } from "../print-photos.ts";
import { processOnTarget } from "../process-on-target.ts";
import { findFiles } from "../upload/find-files.ts";
import { defaultUser, parseKeyPart } from "../upload/owner.ts";
import { planUploads } from "../upload/plan-uploads.ts";

interface Options {
  readonly user?: string;
  readonly album?: string;
  readonly json?: boolean;
}

/** `darkroom process PATH… [--user U] [--album A] [--json]` */
export function addProcess(program: Command, context: Context): void {
  program
    .command("process")
    .argument("<path...>", "files, and folders with all that is below them")
    .option("--user <name>", "whose photos they are (default: your user name)", (value) =>
      parseKeyPart("--user", value),
    )
    .option("--album <name>", "the album they go to (default: the name of their folder)", (value) =>
      parseKeyPart("--album", value),
    )
    .option("--json", "the results as a JSON array on stdout; a photo without an answer is LOST")
    .description("upload photos, wait until each has its status, print a table")
    .addHelpText(
      "after",
      `
Below a folder, hidden files and links to folders are left out. A photo that is there
already under the same user, album and name becomes a new version of it.
Exit code 0: each has its answer, UNSUPPORTED too. 1: one is FAILED or LOST. 2: bad usage.`,
    )
    .action((paths: string[], options: Options) => processPaths(context, paths, options));
}

async function processPaths(context: Context, paths: string[], options: Options): Promise<void> {
  const { terminal } = context;
  const interrupted = context.interruptible();
  const { files, skipped } = await findFiles(paths);
  if (skipped.length > 0) {
    terminal.note(`Left out, since they are no files: ${skipped.join(", ")}`);
  }
  const uploads = planUploads(files, options.user ?? defaultUser(), options.album);

  const begin = Date.now();
  await withCloud(context, async (target, startedForThis) => {
    const clients = createClients(target);
    try {
      const results = await processOnTarget(target, clients, uploads, {
        terminal,
        interrupted,
      });
      if (interrupted.aborted) {
        const open = results.filter(({ status }) => status === "LOST").length;
        throw new Interrupted(
          `Stopped before ${open} of ${results.length} photos had their answer; what was uploaded is kept and ${startedForThis ? `goes on with the next \`${invocation.start}\`` : "goes on"}`,
        );
      }
      if (options.json === true) {
        terminal.print(JSON.stringify(results.map(photoJson), null, 2));
      } else {
        printPhotos(terminal, results, Date.now() - begin);
      }
      const bad = results.filter(({ status }) => status === "FAILED" || status === "LOST");
      if (bad.length > 0) {
        throw new Failure(failureLine(results.length, bad));
      }
    } finally {
      clients.close();
    }
  });
}

function failureLine(total: number, bad: readonly PhotoResult[]): string {
  const shown = bad.find(({ row }) => row !== undefined && row.executionArn !== noExecution);
  const how =
    shown === undefined
      ? "each says why"
      : `see the way of one with \`${invocation.darkroom} executions show ${shown.imageID}\``;
  return `${bad.length} of ${total} photos failed: ${how}`;
}
