import { problems, type Report, reconcile } from "@darkroom/reconcile-photos";
import type { Command } from "commander";
import { createClients } from "../clients.ts";
import type { Context } from "../context.ts";
import { Failure, Interrupted, UsageError, unlessInterrupted } from "../failure.ts";
import { type Repair, repair } from "../report/repair.ts";
import { reportJson } from "../report/report-json.ts";
import { adviceOf, repairLines, reportLines } from "../report/report-lines.ts";
import { reportPorts } from "../report/report-ports.ts";
import { requireRunning } from "../target.ts";

interface ReportOptions {
  readonly json?: boolean;
  readonly repair?: boolean;
  readonly grace: string;
}

/** `darkroom report [--json] [--repair] [--grace SECONDS]` */
export function addReport(program: Command, context: Context): void {
  program
    .command("report")
    .option("--json", "as a JSON object on stdout")
    .option("--repair", "send round again what failed, is stuck or is missing")
    .option("--grace <seconds>", "judge nothing that changed so shortly ago", "60")
    .description("is every photo of the landing bucket accounted for, and which are not, and why")
    .addHelpText(
      "after",
      `
Compares the landing bucket, the table of photos and the executions, page by page.
Exit code 0: every object is accounted for, waits in the queue or is too young to judge. 1: some failed, are stuck
or are missing. Rows whose object was deleted are told, and change nothing about that.
--repair waits for nothing: exit code 0 says that each was started; ask again for the outcome.`,
    )
    .action((options: ReportOptions) => runReport(context, options));
}

async function runReport(
  context: Context,
  { json = false, repair: mend = false, grace }: ReportOptions,
): Promise<void> {
  const graceMs = parseGrace(grace);
  const { terminal, settings } = context;
  const target = await requireRunning(settings());
  const clients = createClients(target);
  const signal = context.interruptible();
  const ports = reportPorts(target, clients, signal);
  try {
    const report = await reconcile({
      ...ports,
      graceMs,
      showProgress: (objects, rows) =>
        terminal.showStatus(`${objects} objects and ${rows} rows so far`),
    });
    const repairs = mend
      ? await repair(report, {
          ...ports,
          showProgress: (done) => terminal.showStatus(`${done} photos sent round again`),
        })
      : undefined;
    terminal.clearStatus();
    if (json) terminal.print(JSON.stringify(reportJson(report, repairs), null, 2));
    else {
      for (const line of reportLines(report, terminal)) terminal.print(line);
      if (repairs !== undefined && repairs.length > 0) {
        terminal.print("");
        for (const line of repairLines(repairs, terminal)) terminal.print(line);
      }
      for (const line of adviceOf(report, mend)) terminal.note(line);
    }
    judge(report, repairs, signal.aborted);
  } catch (error) {
    throw unlessInterrupted(error, signal, "Stopped before everything was looked at");
  } finally {
    clients.close();
  }
}

/** @throws Failure, Interrupted: what makes the exit code */
function judge(report: Report, repairs: readonly Repair[] | undefined, interrupted: boolean): void {
  const wrong = problems
    .filter((problem) => problem !== "orphanedRows")
    .reduce((sum, problem) => sum + report.counts[problem], 0);
  if (repairs === undefined) {
    if (wrong > 0)
      throw new Failure(`${wrong} of ${report.objects} photos are not as they should be`);
    return;
  }
  if (interrupted) {
    throw new Interrupted(`Stopped after ${repairs.length} of ${wrong} photos; those go on`);
  }
  const refused = repairs.filter(({ did }) => did === "refused").length;
  if (refused > 0)
    throw new Failure(`${refused} of ${wrong} photos can't be repaired: each says why`);
  if (repairs.length < wrong) {
    throw new Failure(`${wrong - repairs.length} photos are left: repair once more`);
  }
}

/** @returns milliseconds @throws UsageError */
function parseGrace(text: string): number {
  if (/^\d{1,6}$/.test(text)) return Number(text) * 1000;
  throw new UsageError(`--grace is "${text}": give whole seconds`);
}
