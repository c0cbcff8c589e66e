import type { Command } from "commander";
import type { Context } from "../context.ts";
import { Failure, UsageError } from "../failure.ts";
import { invocation } from "../invocation.ts";
import { requireRunning } from "../target.ts";
import { describeFault } from "./faults-line.ts";
import { type FaultOptions, parseId, readFault } from "./faults-options.ts";

/** `darkroom faults add|list|clear` */
export function addFaults(program: Command, context: Context): void {
  const faults = program
    .command("faults")
    .description("let things fail on purpose, in the local cloud only");
  faults
    .command("add")
    .option("--function <name>", "a function, by its task (extract-metadata) or its full name")
    .option("--call <call>", "a call that tasks make, as service:Operation (dynamodb:UpdateItem)")
    .option("--error <name>", "it fails with this error")
    .option("--timeout <seconds>", "the function is ended by a timeout after so long")
    .option("--delay <seconds>", "it is so much later than usual")
    .option("--times <count>", "so often, then the fault is gone (default: until it is cleared)")
    .option("--rate <share>", "so likely, above 0 and up to 1 (default: each time)")
    .description("add a fault; it stays over a restart, until it is used up or cleared")
    .addHelpText(
      "after",
      `
Give one of --function and --call, and one of --error, --timeout and --delay.
Of several that fit, the first that was added comes. Calls are those of the tasks' roles:
yours have no faults.`,
    )
    .action((options: FaultOptions) => add(context, options));
  faults
    .command("list")
    .option("--json", "the faults as a JSON array on stdout")
    .description("the faults that are there")
    .action(({ json = false }: { json?: boolean }) => list(context, json));
  faults
    .command("clear")
    .argument("[id]", "of one fault, as `list` shows it")
    .option("--all", "all of them")
    .description("take one fault away, or all")
    .action((id: string | undefined, { all = false }: { all?: boolean }) =>
      clear(context, id, all),
    );
}

async function add(context: Context, options: FaultOptions): Promise<void> {
  const request = readFault(options);
  const client = await connect(context);
  try {
    context.terminal.print(describeFault(await client.add(request)));
  } catch (error) {
    // The cloud knows which functions and calls there are.
    if (error instanceof Error && error.name === "ValidationException") {
      throw new UsageError(error.message.replace(/\.$/, ""), { cause: error });
    }
    throw error;
  }
}

async function list(context: Context, json: boolean): Promise<void> {
  const { terminal } = context;
  const faults = await (await connect(context)).list();
  if (json) terminal.print(JSON.stringify(faults, null, 2));
  else if (faults.length === 0) terminal.note("There are no faults");
  else for (const one of faults) terminal.print(describeFault(one));
}

async function clear(context: Context, id: string | undefined, all: boolean): Promise<void> {
  if ((id === undefined) !== all) {
    throw new UsageError("Give the id of one fault, as `faults list` shows it, or --all");
  }
  const which = id === undefined ? { All: true as const } : { Id: parseId(id) };
  try {
    const cleared = await (await connect(context)).clear(which);
    context.terminal.note(`${cleared === 1 ? "1 fault is" : `${cleared} faults are`} cleared`);
  } catch (error) {
    if (!(error instanceof Error) || error.name !== "ResourceNotFoundException") throw error;
    throw new Failure(
      `There is no fault ${id}, or it is used up: see \`${invocation.darkroom} faults list\``,
      { cause: error },
    );
  }
}

async function connect({ settings }: Context) {
  const target = await requireRunning(settings());
  // The package brings the whole cloud with it: not before it is known to be of use.
  const { createFaultsClient } = await import("@darkroom/cloud/faults");
  return createFaultsClient(target);
}
