import { fitMiddle } from "../table/fit-text.ts";
import { formatDuration } from "../table/format.ts";
import type { Style, Terminal } from "../terminal.ts";
import { chartLines } from "./chart.ts";
import type { Metrics } from "./read-metrics.ts";
import type { TimeSpan } from "./time-span.ts";

/** The metrics for a person. */
export function metricsLines(
  metrics: Metrics,
  span: TimeSpan,
  terminal: Pick<Terminal, "style" | "width">,
): string[] {
  const { startExecution } = metrics;
  const bad = (count: number): string => alarming(count, "red", terminal);
  const lines = [
    terminal.style("bold", "Executions started per minute"),
    ...chartLines(metrics.started, span, terminal.width),
    "",
    terminal.style("bold", "State machines"),
  ];
  for (const [name, machine] of Object.entries(metrics.machines)) {
    lines.push(
      fitName(name, terminal.width),
      `  ${machine.started} started, ${machine.succeeded} succeeded, ${bad(machine.failed)} failed, ${bad(machine.timedOut)} timed out, ${bad(machine.aborted)} aborted${machine.throttled > 0 ? `, ${bad(machine.throttled)} transitions throttled` : ""}`,
    );
  }
  lines.push(
    "",
    terminal.style("bold", "StartExecution function"),
    `  ${startExecution.invocations} invocations, ${bad(startExecution.errors)} errors, ${bad(startExecution.throttles)} throttles, ${bad(startExecution.failedStarts)} failed starts`,
    "",
    `${terminal.style("bold", "Photos failed after their start")}  ${bad(metrics.photosFailed)}`,
    "",
    terminal.style("bold", "Queues"),
  );
  for (const [name, queue] of Object.entries(metrics.queues)) {
    const style: Style = isForDeadLetters(name) ? "red" : "yellow";
    lines.push(
      fitName(name, terminal.width),
      `  ${alarming(queue.waiting, style, terminal)} waiting (${queue.mostWaiting ?? "?"} at most${queue.oldestSeconds ? `, the oldest for ${formatDuration(queue.oldestSeconds * 1000)}` : ""}), ${queue.inFlight ?? "?"} in flight, ${queue.sent} sent`,
    );
  }
  if (Object.keys(metrics.queues).length === 0) lines.push("  nothing is known of any");
  return lines;
}

/** What waits there waits for a person. */
const isForDeadLetters = (name: string): boolean => /-(dead|undelivered)(-|$)/.test(name);

const fitName = (name: string, width: number): string =>
  `  ${Number.isFinite(width) ? fitMiddle(name, width - 2) : name}`;

const alarming = (count: number | null, style: Style, terminal: Pick<Terminal, "style">): string =>
  count === null ? "?" : count === 0 ? "0" : terminal.style(style, String(count));
