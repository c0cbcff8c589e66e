import { type SyncRequest, type SyncSummary, syncSummary } from "@darkroom/sync-workflow";
import { Failure } from "../failure.ts";
import { causeLine } from "../history/cause-line.ts";
import { parseJson } from "../parse-json.ts";
import { formatCount } from "../table/format.ts";
import type { RunEnd } from "./watch-run.ts";

/** An object that could be neither copied nor deleted. */
export interface FailedObject {
  readonly key: string;
  readonly error: string;
  readonly message: string;
}

/** What `darkroom sync --json` prints. A figure is null when the run ended before it was known. */
export interface SyncOutcome {
  /** The execution succeeded and no object failed. */
  readonly ok: boolean;
  readonly executionArn: string;
  readonly status: RunEnd["status"];
  /** Why the execution failed, or why its figures aren't good enough. */
  readonly error: string | null;
  readonly cause: string | null;
  readonly source: string;
  readonly destination: string;
  readonly prefix: string;
  readonly startAfter: string;
  readonly dryRun: boolean;
  readonly listed: number | null;
  readonly differing: number | null;
  readonly copied: number | null;
  readonly unchanged: number | null;
  readonly orphans: number | null;
  readonly deleted: number | null;
  readonly vanished: number | null;
  readonly archived: number | null;
  readonly failed: number | null;
  /** Copied. */
  readonly bytes: number | null;
  readonly seconds: number;
  /** `s3://bucket/key` of the HTML page. */
  readonly report: string | null;
  /** A copy of the page on this machine. */
  readonly reportFile: string | null;
  /** The first 1,000. */
  readonly failures: readonly FailedObject[];
}

/** What is left of a run once it has ended. */
export interface RunRemains {
  /** Of the run's folder; undefined where there is none. */
  readSummary(): Promise<string | undefined>;
  /** The first objects that failed, in the order of the report. */
  readFailures(most: number): Promise<FailedObject[]>;
  /** @returns the path of the copy; undefined when there is no page */
  fetchReport(): Promise<string | undefined>;
}

const mostFailures = 1000;

/** @throws Failure when the summary is of another version */
export async function readOutcome(
  executionArn: string,
  request: SyncRequest,
  end: RunEnd,
  remains: RunRemains,
): Promise<SyncOutcome> {
  const summary = parseSummary(end.output ?? (await remains.readSummary()));
  const failures = summary?.failed ? await remains.readFailures(mostFailures) : [];
  const reportFile = summary === undefined ? undefined : await remains.fetchReport();
  // A run that broke off before its first listing was done has zeros there that nobody counted.
  const listing = summary?.failure !== undefined && summary.listed === 0 ? undefined : summary;
  const { source, destination, prefix, startAfter, dryRun } = request;
  return {
    ok: end.status === "SUCCEEDED" && summary?.failed === 0,
    executionArn,
    status: end.status,
    error: end.error ?? null,
    cause: end.cause === undefined ? null : causeLine(end.cause),
    source,
    destination,
    prefix,
    startAfter,
    dryRun,
    listed: listing?.listed ?? null,
    differing: listing?.differing ?? null,
    copied: summary?.copied ?? null,
    unchanged: listing?.unchanged ?? null,
    orphans: listing?.orphans ?? null,
    deleted: summary?.deleted ?? null,
    vanished: summary?.vanished ?? null,
    archived: summary?.archived ?? null,
    failed: summary?.failed ?? null,
    bytes: summary?.bytes ?? null,
    seconds: summary?.seconds ?? (end.stopMs - end.startMs) / 1000,
    report: summary?.report ?? null,
    reportFile: reportFile ?? null,
    failures,
  };
}

function parseSummary(text: string | undefined): SyncSummary | undefined {
  if (text === undefined) return undefined;
  const parsed = syncSummary.safeParse(parseJson(text));
  if (parsed.success) return parsed.data;
  throw new Failure(
    "The run's summary is of another version of the sync machine: build and start again",
    { cause: parsed.error },
  );
}

/** @throws Failure that makes the exit code, when something failed */
export function judgeOutcome(outcome: SyncOutcome): void {
  if (outcome.ok) return;
  const { status, error, cause, failed, differing, orphans, dryRun } = outcome;
  if (status === "SUCCEEDED") {
    throw new Failure(
      `${formatCount(failed ?? 0)} of ${formatCount((differing ?? 0) + (outcome.deleted === 0 ? 0 : (orphans ?? 0)))} objects failed: the report names each`,
    );
  }
  const what = dryRun ? "The dry run" : "The sync";
  const why = [error, cause].filter(Boolean).join(": ");
  if (status === "ABORTED") throw new Failure(`${what} was stopped${why === "" ? "" : `: ${why}`}`);
  if (status === "TIMED_OUT") throw new Failure(`${what} took longer than the machine may run`);
  throw new Failure(`${what} failed: ${why}`);
}
