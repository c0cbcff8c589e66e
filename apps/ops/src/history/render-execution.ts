import type { DescribeExecutionOutput } from "@aws-sdk/client-sfn";
import { imageProcessingInput } from "@darkroom/workflow";
import { parseJson } from "../parse-json.ts";
import { fitText, padText, plainText, wrapText } from "../table/fit-text.ts";
import { formatDuration } from "../table/format.ts";
import type { Style, Terminal } from "../terminal.ts";
import { causeLine } from "./cause-line.ts";
import type { Attempt, Branch, TracedError, Visit } from "./trace.ts";

const timeWidth = 12;

/** How a state came out, as its mark and colour say it. */
const outcomes = {
  passed: { mark: "✔", style: "green" },
  caught: { mark: "↷", style: "yellow" },
  failed: { mark: "✘", style: "red" },
  running: { mark: "…", style: "cyan" },
  "cut off": { mark: "⊘", style: "dim" },
} as const satisfies Record<string, { mark: string; style: Style }>;

/**
 * The way of an execution in lines for people: how it ended and why, each state with its time since the
 * start, how long it took, its retries and errors, then input and output, cut to a line each.
 * @param now epoch milliseconds, for what still runs
 */
export function renderExecution(
  execution: DescribeExecutionOutput,
  trace: Branch,
  { width, style }: Pick<Terminal, "width" | "style">,
  now: number,
): string[] {
  const begin = execution.startDate?.getTime() ?? now;
  const end = execution.stopDate?.getTime() ?? now;
  const running = execution.status === "RUNNING";
  const lines: string[] = [];
  const field = (name: string, text: string, cut: boolean) => {
    const room = width - 11;
    const parts = cut ? [fitText(text, room)] : wrapText(text, room);
    for (const [index, part] of parts.entries()) {
      lines.push(`${style("dim", padText(index === 0 ? name : "", 11))}${part}`);
    }
  };

  const statusStyle = running ? "cyan" : execution.status === "SUCCEEDED" ? "green" : "red";
  const machine = execution.stateMachineArn?.split(":").at(-1) ?? "";
  lines.push(
    `${style("bold", machine)}  ${style(statusStyle, execution.status ?? "")} ${running ? "for" : "after"} ${formatDuration(end - begin)}`,
  );
  // Never cut or broken: it is there to be copied.
  lines.push(`${style("dim", padText("execution", 11))}${execution.executionArn ?? ""}`);
  const photo = photoOf(execution.input ?? "");
  if (photo !== undefined) field("photo", photo, false);
  field("started", new Date(begin).toISOString(), false);
  if (execution.error !== undefined) field("error", plainText(execution.error), false);
  if (execution.cause) field("cause", causeLine(execution.cause), false);
  field("input", plainText(execution.input ?? ""), true);
  if (execution.output !== undefined) field("output", plainText(execution.output), true);

  lines.push("", style("dim", `${padText("AT", timeWidth)}${padText("TOOK", timeWidth)}STATE`));
  const states = { begin, end, running, width, style };
  return [...lines, ...trace.visits.flatMap((visit) => renderVisit(visit, "", states))].map(
    (line) => line.trimEnd(),
  );
}

interface States {
  readonly begin: number;
  readonly end: number;
  readonly running: boolean;
  readonly width: number;
  readonly style: Terminal["style"];
}

/** @param rail what is drawn before the state's name: the branches that it is in */
function renderVisit(visit: Visit, rail: string, states: States): string[] {
  const { begin, end, style } = states;
  const outcome = outcomeOf(visit, states.running);
  const { mark, style: color } = outcomes[outcome];
  const at = padText(formatDuration(visit.begin - begin), timeWidth);
  const took = padText(formatDuration((visit.end ?? end) - visit.begin), timeWidth);
  const beside = [
    ...(outcome === "caught" || outcome === "running" || outcome === "cut off" ? [outcome] : []),
    ...(visit.attempts.length > 1 ? [`${visit.attempts.length} tries`] : []),
  ].join(", ");
  const lines = [
    `${style("dim", `${at}${took}`)}${rail}${style(color, mark)} ${visit.name}${beside && style("dim", `  ${beside}`)}`,
  ];

  const below = rail.replace("├", "│").replace("└", " ");
  const margin = " ".repeat(2 * timeWidth) + below + "  ";
  if (visit.attempts.length > 1 || visit.attempts.some(({ failure }) => failure?.error)) {
    lines.push(
      ...visit.attempts.flatMap((_, index) => renderAttempt(visit, index, margin, states)),
    );
  }
  // What a branch didn't end itself ended with the state around it.
  const inside = { ...states, end: visit.end ?? end };
  for (const [index, branch] of visit.branches.entries()) {
    const last = index === visit.branches.length - 1;
    const label = branch.index === undefined ? "" : `${branch.index} `;
    const rails = branch.visits.map((_, visitIndex) =>
      visitIndex === 0 ? `${below}${last ? "└" : "├"} ${label}` : `${below}${last ? " " : "│"} `,
    );
    lines.push(
      ...branch.visits.flatMap((inner, visitIndex) =>
        renderVisit(inner, rails[visitIndex] ?? "", inside),
      ),
    );
  }
  return lines;
}

/** `try 1 failed after 0.30 s: Lambda.Unknown: …`, `try 2, 1.20 s later: passed after 0.10 s`. */
function renderAttempt(
  { attempts }: Visit,
  index: number,
  margin: string,
  { end, running, width, style }: States,
): string[] {
  const attempt = attempts[index] as Attempt;
  const before = attempts[index - 1]?.end;
  const later = before === undefined ? "" : `, ${formatDuration(attempt.begin - before)} later:`;
  const took = formatDuration((attempt.end ?? end) - attempt.begin);
  const result =
    attempt.failure !== undefined
      ? [`failed after ${took}`, ...errorParts(attempt.failure)].join(": ")
      : attempt.end !== undefined
        ? `passed after ${took}`
        : running
          ? `runs for ${took}`
          : `cut off after ${took}`;
  const text = `try ${index + 1}${later} ${result}`;
  return wrapText(text, Math.max(20, width - margin.length)).map(
    (part) => margin + style(attempt.failure === undefined ? "dim" : "yellow", part),
  );
}

function outcomeOf(visit: Visit, running: boolean): keyof typeof outcomes {
  if (visit.type === "Fail") return "failed";
  const failed = visit.attempts.at(-1)?.failure !== undefined;
  if (visit.end !== undefined) return failed ? "caught" : "passed";
  if (failed && !running) return "failed";
  return running ? "running" : "cut off";
}

const errorParts = ({ error, cause }: TracedError): string[] =>
  [error, causeLine(cause)].filter((part) => part !== "");

/** Where the photo is that the execution is about; undefined for an execution of another machine. */
function photoOf(input: string): string | undefined {
  const parsed = imageProcessingInput.safeParse(parseJson(input));
  if (!parsed.success) return undefined;
  const { s3bucket, s3key } = parsed.data.photo;
  return plainText(`s3://${s3bucket}/${s3key}`);
}
