import { concurrently } from "@darkroom/lambda/concurrently";
import type { Finding, Problem, Report } from "@darkroom/reconcile-photos";
import { type Retry, retryPhoto } from "../failures/retry-photo.ts";
import { throughOutage } from "../through-outage.ts";
import type { Pause } from "../watch/pause.ts";
import { type StartMissingPorts, startMissing } from "./start-missing.ts";

/** What was done for a photo. */
export interface Repair {
  readonly key: string;
  readonly imageID: string;
  /** What was wrong with it. */
  readonly was: Exclude<Problem, "orphanedRows">;
  /** `waiting`: nothing, as it is being processed or was answered meanwhile. */
  readonly did: "redriven" | "started" | "waiting" | "refused";
  /** Why nothing could be done. */
  readonly reason?: string;
}

export interface RepairPorts extends StartMissingPorts {
  readonly pause: Pause;
  showProgress(done: number): void;
  /** Begins nothing more. */
  readonly signal: AbortSignal;
}

const atOnce = 10;

/**
 * Sends round again what a report found, and waits for none of it. Nothing is removed: orphaned rows stay.
 * @returns what was done, for each photo that came to its turn
 */
export async function repair(report: Report, ports: RepairPorts): Promise<Repair[]> {
  const done: Repair[] = [];
  const each = <F extends Finding>(
    was: Repair["was"],
    findings: readonly F[],
    mend: (finding: F) => Promise<Retry>,
  ) =>
    concurrently(findings, atOnce, async (finding) => {
      if (ports.signal.aborted) return;
      const retry = await throughOutage(() => mend(finding), ports);
      const { key, imageID } = finding;
      done.push({
        key,
        imageID,
        was,
        ...("refused" in retry ? { did: "refused", reason: retry.refused } : { did: retry.move }),
      });
      ports.showProgress(done.length);
    });
  for (const was of ["failed", "startErrors", "stuck"] as const) {
    await each(was, report[was], ({ imageID }) => retryPhoto(imageID, ports));
  }
  await each("missing", report.missing, (finding) => startMissing(finding, ports));
  return done;
}
