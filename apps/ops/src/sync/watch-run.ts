import type { HistoryEvent } from "@aws-sdk/client-sfn";
import { throughOutage } from "../through-outage.ts";
import type { Pause } from "../watch/pause.ts";
import { add, type FatesSoFar } from "./fates-so-far.ts";
import { readEvents } from "./read-events.ts";
import { noFates, type RunProgress } from "./run-progress.ts";

/** How an execution came to its end. */
export interface RunEnd {
  readonly status: "SUCCEEDED" | "FAILED" | "TIMED_OUT" | "ABORTED";
  readonly output?: string;
  readonly error?: string;
  readonly cause?: string;
  /** Epoch milliseconds. */
  readonly startMs: number;
  readonly stopMs: number;
}

export interface WatchRunPorts {
  /** Undefined while it runs. */
  end(signal: AbortSignal): Promise<RunEnd | undefined>;
  /** The latest events, the latest first; a few are enough. */
  latestEvents(signal: AbortSignal): Promise<readonly HistoryEvent[]>;
  readonly copies: FatesSoFar;
  readonly deletions: FatesSoFar;
  readonly now: () => Date;
  readonly pause: Pause;
  readonly signal: AbortSignal;
  showProgress(progress: RunProgress): void;
}

/** In milliseconds; an end that comes early is seen early. */
const firstPauseMs = 200;
const longestPauseMs = 1000;

/**
 * Watches a run until its end, through restarts of the cloud.
 * Each look is three or four calls, whatever the size of the run.
 * @returns undefined when the signal is aborted before
 */
export async function watchRun(ports: WatchRunPorts): Promise<RunEnd | undefined> {
  const { now, pause, signal } = ports;
  let progress: RunProgress = {
    phase: "starting",
    listing: undefined,
    fates: noFates,
    phaseSince: now().getTime(),
  };
  let pauseMs = firstPauseMs;
  try {
    while (!signal.aborted) {
      const end = await throughOutage(() => ports.end(signal), ports);
      if (end !== undefined) return end;
      progress = await throughOutage(() => look(ports, progress), ports);
      ports.showProgress(progress);
      await pause(pauseMs, signal);
      pauseMs = Math.min(longestPauseMs, pauseMs * 1.5);
    }
    return undefined;
  } catch (error) {
    if (signal.aborted) return undefined;
    throw error;
  }
}

async function look(
  { latestEvents, copies, deletions, signal, now }: WatchRunPorts,
  before: RunProgress,
): Promise<RunProgress> {
  const { phase = before.phase, listing = before.listing } = readEvents(await latestEvents(signal));
  if (phase === "copying" || before.phase === "copying") await copies.look(signal);
  if (phase === "deleting orphans" || before.phase === "deleting orphans") {
    await deletions.look(signal);
  }
  return {
    phase,
    listing,
    fates: add(copies.counts, deletions.counts),
    phaseSince: phase === before.phase ? before.phaseSince : now().getTime(),
  };
}
