import type { Command } from "commander";
import { createClients } from "../clients.ts";
import type { Context } from "../context.ts";
import { metricsLines } from "../metrics/metrics-lines.ts";
import { parseSince } from "../metrics/parse-since.ts";
import { readMetrics } from "../metrics/read-metrics.ts";
import { timeSpan } from "../metrics/time-span.ts";
import { requireRunning } from "../target.ts";

interface MetricsOptions {
  readonly since: string;
  readonly json?: boolean;
}

/** `darkroom metrics [--since 1h] [--json]` */
export function addMetrics(program: Command, context: Context): void {
  program
    .command("metrics")
    .option("--since <time>", "how far to look back: 30m, 1h, 7d, up to 455d", "1h")
    .option("--json", "the figures as JSON on stdout")
    .description("what CloudWatch counted: executions, failed starts, failed photos, queues")
    .action((options: MetricsOptions) => showMetrics(context, options));
}

async function showMetrics(
  { terminal, settings }: Context,
  { since, json = false }: MetricsOptions,
): Promise<void> {
  const span = timeSpan(parseSince(since), Date.now());
  const target = await requireRunning(settings());
  const clients = createClients(target);
  try {
    const metrics = await readMetrics(
      clients.cloudwatch,
      {
        startFunction: target.resources.DARKROOM_START_FUNCTION,
        machineArn: target.resources.DARKROOM_IMAGE_MACHINE_ARN,
      },
      span,
    );
    if (json) {
      const { started: _, ...figures } = metrics;
      terminal.print(JSON.stringify(figures, null, 2));
      return;
    }
    for (const line of metricsLines(metrics, span, terminal)) terminal.print(line);
  } finally {
    clients.close();
  }
}
