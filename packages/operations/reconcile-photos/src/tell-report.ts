import type { Logger } from "@darkroom/lambda";
import { type Problem, problems, type Report } from "./findings.ts";

/** How many of each kind are told; the figures count all, and `darkroom report` lists them. */
export const mostTold = 20;

const sentences: Readonly<Record<Problem, string>> = {
  failed: "A photo failed",
  startErrors: "A photo's execution was never started",
  stuck: "A photo is stuck: no execution works on it",
  missing: "A photo is missing: its version has no row",
  orphanedRows: "A row has no object",
};

/** The figures of a report. */
type Figures = Pick<
  Report,
  "ok" | "objects" | "accountedFor" | "tooYoung" | "waiting" | "rows" | "byStatus" | "counts"
>;

/** A line for each of the first findings of each kind, and one with the figures. @returns the figures */
export function tellReport(report: Report, logger: Pick<Logger, "info" | "warn">): Figures {
  const { ok, objects, accountedFor, tooYoung, waiting, rows, byStatus, counts } = report;
  for (const problem of problems) {
    for (const finding of report[problem].slice(0, mostTold)) {
      const { key, imageID, reason, status, executionArn } = finding;
      logger.warn(sentences[problem], { problem, key, imageID, reason, status, executionArn });
    }
  }
  const figures = { ok, objects, accountedFor, tooYoung, waiting, rows, byStatus, counts };
  if (ok) logger.info("Every photo is accounted for", figures);
  else logger.warn("Some photos are not as they should be", figures);
  return figures;
}

/** The metrics of a report, for the alarms on it. */
export const metricsOf = ({ objects, counts }: Figures) => ({
  PhotosListed: objects,
  PhotosFailed: counts.failed,
  StartErrors: counts.startErrors,
  PhotosStuck: counts.stuck,
  PhotosMissing: counts.missing,
  OrphanedRows: counts.orphanedRows,
});
