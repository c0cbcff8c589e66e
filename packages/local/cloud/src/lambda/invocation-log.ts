import type { FunctionDraft } from "../terraform/draft.ts";
import type { Failure } from "./failures.ts";
import { latestVersion } from "./function-name.ts";

export interface LogEvent {
  /** Epoch milliseconds. */
  readonly timestamp: number;
  readonly message: string;
}

export interface Report {
  readonly requestId: string;
  readonly durationMs: number;
  readonly memorySizeMb: number;
  readonly maxMemoryUsedMb: number;
  /** Only of an environment's first invocation. */
  readonly initDurationMs?: number;
  readonly status: "success" | "error" | "timeout";
  readonly errorType?: string;
}

/** What Lambda itself writes into a function's log around the function's own lines. */
export interface PlatformLog {
  initStart(): string;
  start(requestId: string): string;
  /** The lines that end an invocation; `failure` when the process, not the handler, failed. */
  end(report: Report, failure: Failure | undefined): readonly string[];
}

export const platformLog = (format: FunctionDraft["logFormat"], now: () => number): PlatformLog =>
  format === "JSON" ? jsonLog(now) : textLog(now);

/**
 * https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs.html: the billed duration is rounded up to whole
 * milliseconds, and the initialization is billed too.
 */
const billedMs = (report: Report): number =>
  Math.ceil(report.durationMs + (report.initDurationMs ?? 0));

const rounded = (milliseconds: number): number => Math.round(milliseconds * 100) / 100;

/** https://docs.aws.amazon.com/lambda/latest/dg/nodejs-logging.html */
const textLog = (now: () => number): PlatformLog => ({
  initStart: () => `INIT_START Runtime Version: nodejs:${process.versions.node}`,
  start: (requestId) => `START RequestId: ${requestId} Version: ${latestVersion}`,
  end(report, failure) {
    const { requestId } = report;
    const fields = [
      `REPORT RequestId: ${requestId}`,
      `Duration: ${report.durationMs.toFixed(2)} ms`,
      `Billed Duration: ${billedMs(report)} ms`,
      `Memory Size: ${report.memorySizeMb} MB`,
      `Max Memory Used: ${Math.ceil(report.maxMemoryUsedMb)} MB`,
      ...(report.initDurationMs === undefined
        ? []
        : [`Init Duration: ${report.initDurationMs.toFixed(2)} ms`]),
      ...(report.status === "success" || failure === undefined ? [] : [`Status: ${report.status}`]),
      ...(failure === undefined || report.status === "timeout"
        ? []
        : [`Error Type: ${failure.errorType}`]),
    ];
    return [
      ...failureLines(report, failure, now()),
      `END RequestId: ${requestId}`,
      `${fields.join("\t")}\t`,
    ];
  },
});

function failureLines(report: Report, failure: Failure | undefined, nowMs: number): string[] {
  if (failure === undefined) return [];
  if (report.status === "timeout") {
    const [, what = failure.errorMessage] = failure.errorMessage.split(" Error: ");
    return [`${new Date(nowMs).toISOString()} ${report.requestId} ${what}`];
  }
  return [`${failure.errorMessage}\n${failure.errorType}`];
}

/** https://docs.aws.amazon.com/lambda/latest/dg/telemetry-schema-reference.html; what the level INFO lets pass. */
function jsonLog(now: () => number): PlatformLog {
  const event = (type: string, record: unknown): string =>
    JSON.stringify({
      time: new Date(now()).toISOString(),
      type: `platform.${type}`,
      record,
    });
  return {
    initStart: () =>
      event("initStart", {
        initializationType: "on-demand",
        phase: "init",
        runtimeVersion: `nodejs:${process.versions.node}`,
      }),
    start: (requestId) => event("start", { requestId, version: latestVersion }),
    end: (report, failure) => [
      event("report", {
        requestId: report.requestId,
        metrics: {
          durationMs: rounded(report.durationMs),
          billedDurationMs: billedMs(report),
          memorySizeMB: report.memorySizeMb,
          maxMemoryUsedMB: Math.ceil(report.maxMemoryUsedMb),
          ...(report.initDurationMs === undefined
            ? {}
            : { initDurationMs: rounded(report.initDurationMs) }),
        },
        status: report.status,
        ...(report.errorType === undefined ? {} : { errorType: report.errorType }),
        ...(failure === undefined ? {} : { errorMessage: failure.errorMessage }),
      }),
    ],
  };
}

/**
 * A stream for each execution environment; in a log group that is not the function's own it tells the function's name
 * (https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs-loggroups.html).
 */
export function logStreamName(definition: FunctionDraft, nowMs: number, guid: string): string {
  const day = new Date(nowMs).toISOString().slice(0, 10).replaceAll("-", "/");
  return definition.logGroup === `/aws/lambda/${definition.name}`
    ? `${day}/[${latestVersion}]${guid}`
    : `${day}/${definition.name}[${latestVersion}][${guid}]`;
}
