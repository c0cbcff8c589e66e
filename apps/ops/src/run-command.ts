import { Command, CommanderError } from "commander";
import { addApprovals } from "./commands/approvals.ts";
import { addEnv } from "./commands/env.ts";
import { addExecutions } from "./commands/executions.ts";
import { addFailures } from "./commands/failures.ts";
import { addFaults } from "./commands/faults.ts";
import { addMetrics } from "./commands/metrics.ts";
import { addProcess } from "./commands/process.ts";
import { addReport } from "./commands/report.ts";
import { addStart } from "./commands/start.ts";
import { addSync } from "./commands/sync.ts";
import type { Context } from "./context.ts";
import { Failure, lineOf } from "./failure.ts";
import type { OutputStream } from "./terminal.ts";

const badUsage = 2;

/**
 * Runs one `darkroom` command. What goes wrong is one line on stderr.
 * @param args without node and the script
 * @param debug also show stack traces
 * @returns the exit code: 0 fine, 1 failure, 2 bad usage, 3 nothing waits, 130 interrupted
 */
export async function runCommand(
  args: readonly string[],
  context: Context,
  stdout: OutputStream,
  debug: boolean,
): Promise<number> {
  const { terminal } = context;
  const program = new Command("darkroom")
    .description("A photo pipeline on AWS Step Functions that runs, whole, on this machine")
    .exitOverride()
    // Options of `sync` and of `sync seed-source` are told apart by their place.
    .enablePositionalOptions()
    .configureOutput({
      writeOut: (text) => stdout.write(text),
      // Help that is shown since no command was given.
      writeErr: (text) => terminal.note(text.trimEnd()),
      outputError: (text) => terminal.note(usageLine(text)),
    })
    .addHelpText(
      "after",
      `
Environment:
  DARKROOM_DATA     where everything is kept (default: .darkroom)
  DARKROOM_PORT     the endpoint's port on 127.0.0.1 (default: 4566)
  DARKROOM_VISION   model, or fast for instant made-up labels (default: model)
  DARKROOM_REVIEWER who decides in \`approvals\` (default: your user name)
  DARKROOM_DEBUG    set to anything: show stack traces`,
    );
  for (const add of [
    addStart,
    addProcess,
    addApprovals,
    addEnv,
    addExecutions,
    addFailures,
    addFaults,
    addMetrics,
    addReport,
    addSync,
  ]) {
    add(program, context);
  }

  try {
    await program.parseAsync(args, { from: "user" });
    return 0;
  } catch (error) {
    // commander has said it already.
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : badUsage;
    terminal.clearStatus();
    terminal.note(`darkroom: ${lineOf(error)}`);
    if (debug) terminal.note(stackOf(error));
    return error instanceof Failure ? error.exitCode : 1;
  }
}

/** commander's `error: unknown option '--jsn'\n(Did you mean --json?)` in one line. */
function usageLine(text: string): string {
  const line = text
    .trim()
    .replace(/^error: /, "")
    .replace(/\s*\n\s*/g, " ");
  return `darkroom: ${line}; see darkroom --help`;
}

function stackOf(error: unknown): string {
  const stack = error instanceof Error ? (error.stack ?? "") : "";
  const cause = error instanceof Error && error.cause !== undefined ? error.cause : undefined;
  return cause === undefined ? stack : `${stack}\ncaused by ${stackOf(cause)}`;
}
