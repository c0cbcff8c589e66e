import type { Finding, MissingFinding, Report } from "@darkroom/reconcile-photos";
import type { Repair } from "./repair.ts";

/** A photo without a row of its version. */
interface MissingJson extends Finding {
  readonly versionId: string;
  /** ISO 8601 in UTC. */
  readonly lastModified: string;
}

/** What `report --json` prints; what it says beyond the report itself is only there after a repair. */
export interface ReportJson extends Omit<Report, "missing"> {
  readonly missing: readonly MissingJson[];
  readonly repaired?: readonly Repair[];
}

export function reportJson(report: Report, repaired: readonly Repair[] | undefined): ReportJson {
  return {
    ...report,
    missing: report.missing.map(missingJson),
    ...(repaired === undefined ? {} : { repaired }),
  };
}

function missingJson({ object: { versionId, lastModified }, ...finding }: MissingFinding) {
  return { ...finding, versionId, lastModified: lastModified.toISOString() };
}
