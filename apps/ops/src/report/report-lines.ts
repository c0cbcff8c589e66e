import { type Finding, type Problem, problems, type Report } from "@darkroom/reconcile-photos";
import { type PhotoStatus, photoStatus } from "@darkroom/workflow";
import { invocation } from "../invocation.ts";
import { fitMiddle, fitText, plainText } from "../table/fit-text.ts";
import { formatCount } from "../table/format.ts";
import type { Terminal } from "../terminal.ts";
import type { Repair } from "./repair.ts";

/** How many of a list a person is shown. */
const mostShown = 10;
const indent = "  ";

const titles: Readonly<Record<Problem, string>> = {
  failed: "failed",
  startErrors: "never started (execution ERR)",
  stuck: "stuck: no execution works on them",
  missing: "missing: objects without a row of their version",
  orphanedRows: "orphaned: rows without an object",
};
const notes: Readonly<Partial<Record<PhotoStatus, string>>> = {
  PROCESSING: "being processed",
  PENDING_REVIEW: "waiting for a person",
};

type Look = Pick<Terminal, "style" | "width">;

/** The report for people: how many are accounted for, the sums, then what is wrong. */
export function reportLines(report: Report, look: Look): string[] {
  const { style } = look;
  const { objects, accountedFor, tooYoung, waiting, rows, byStatus, counts, ok } = report;
  const first = `${formatCount(accountedFor)} of ${formatCount(objects)} accounted for`;
  const lines = [style(!ok ? "red" : tooYoung + waiting > 0 ? "yellow" : "green", first)];
  if (waiting > 0) lines.push(`${formatCount(waiting)} wait in the queue for their start`);
  if (tooYoung > 0) {
    lines.push(`${formatCount(tooYoung)} too young to judge: ask again in a minute`);
  }
  lines.push("", `${"rows".padEnd(statusWidth)}${indent}${formatCount(rows)}`);
  for (const status of photoStatus.options) {
    const count = byStatus[status];
    if (count === undefined) continue;
    const note = notes[status];
    lines.push(
      `${status.padEnd(statusWidth)}${indent}${formatCount(count)}${note === undefined ? "" : `${indent}${note}`}`,
    );
  }
  for (const problem of problems) {
    if (counts[problem] === 0) continue;
    lines.push("", style("bold", `${formatCount(counts[problem])} ${titles[problem]}`));
    const shown = report[problem].slice(0, mostShown);
    for (const finding of shown) lines.push(...findingLines(finding, look));
    const left = counts[problem] - shown.length;
    if (left > 0) lines.push(`${indent}… and ${formatCount(left)} more: --json lists them`);
  }
  return lines;
}

/** What one may do about it. @param repaired whether that was tried just now */
export function adviceOf({ ok, counts }: Report, repaired: boolean): string[] {
  const advice: string[] = [];
  const { darkroom } = invocation;
  if (!ok) {
    advice.push(
      repaired
        ? `What was started goes on by itself: \`${darkroom} report\` tells its end`
        : `\`${darkroom} report --repair\` sends these photos round again`,
    );
  }
  if (counts.orphanedRows > 0) {
    advice.push(
      "Orphaned rows are only told: an owner may delete a photo. Put the object back, or delete the row",
    );
  }
  return advice;
}

/** What a repair did, one line a photo, or two with a reason. */
export function repairLines(repairs: readonly Repair[], { style, width }: Look): string[] {
  return repairs.flatMap(({ key, did, reason }) => {
    const word = did.padEnd("redriven".length);
    const colour = did === "refused" ? "red" : "green";
    const file = fitMiddle(plainText(key), width - word.length - indent.length);
    return [
      `${style(colour, word)}${indent}${file}`,
      ...(reason === undefined ? [] : [`${indent}${fitText(plainText(reason), width - 2)}`]),
    ];
  });
}

function findingLines({ key, reason }: Finding, { style, width }: Look): string[] {
  const room = width - indent.length;
  return [
    `${indent}${fitMiddle(plainText(key), room)}`,
    style("dim", `${indent}${indent}${fitText(plainText(reason), room - indent.length)}`),
  ];
}

const statusWidth = Math.max(...photoStatus.options.map((status) => status.length));
