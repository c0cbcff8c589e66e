import type { Command } from "commander";
import { createClients } from "../clients.ts";
import type { Context } from "../context.ts";
import { findExecutionArn, readExecution } from "../history/read-execution.ts";
import { renderExecution } from "../history/render-execution.ts";
import { traceHistory } from "../history/trace.ts";
import { requireRunning } from "../target.ts";

/** `darkroom executions show ARN [--json]` */
export function addExecutions(program: Command, context: Context): void {
  const executions = program
    .command("executions")
    .description("look at what the state machine did");
  executions
    .command("show")
    .argument("<execution>", "an ARN, an execution's name, or the imageID of a photo")
    .option("--json", "its description and all its events, as JSON")
    .description("one execution: its path, times, retries and errors")
    .action((execution: string, { json = false }: { json?: boolean }) =>
      showExecution(context, execution, json),
    );
}

async function showExecution(
  { terminal, settings }: Context,
  given: string,
  json: boolean,
): Promise<void> {
  const target = await requireRunning(settings());
  const clients = createClients(target);
  try {
    const arn = await findExecutionArn(given, target.resources, clients.dynamodb);
    const { description, events } = await readExecution(arn, clients.sfn);
    if (json) {
      terminal.print(JSON.stringify({ description, events }, null, 2));
      return;
    }
    for (const line of renderExecution(description, traceHistory(events), terminal, Date.now())) {
      terminal.print(line);
    }
  } finally {
    clients.close();
  }
}
