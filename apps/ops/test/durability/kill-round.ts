import { join } from "node:path";
import { seededRandom } from "../../demo/seeded-random.ts";
import { DarkroomProcess } from "../darkroom-process.ts";
import { describePlan, type KillMoment, planKills } from "./kill-plan.ts";
import { quiet } from "./open-work.ts";
import { createUploader, type Uploader } from "./uploader.ts";
import { variedFiles } from "./varied-files.ts";
import { verifyFolder } from "./verify-folder.ts";
import { verifyRunning } from "./verify-running.ts";

export interface RoundOptions {
  /** Which of the plans of kills it takes, and what its random numbers begin with. */
  readonly round: number;
  readonly photos: number;
  readonly seed: number;
  /** How long the system may take to come to rest after the last kill. */
  readonly quietMs?: number;
}

/** What one round came to; without violations nothing acknowledged was lost. */
export interface RoundResult {
  readonly round: number;
  readonly plan: string;
  readonly kills: number;
  readonly acknowledged: number;
  /** Uploads that were cut off and never tried again: they may be there or not, but whole. */
  readonly givenUp: number;
  readonly unacknowledgedButThere: number;
  readonly picturesWrittenAgain: number;
  readonly lost: number;
  readonly duplicates: number;
  /** From each start after a kill until it said that it is ready. */
  readonly restartSeconds: readonly number[];
  readonly seconds: number;
  readonly violations: readonly string[];
  /** Lines in which the system told of something wrong inside. */
  readonly faults: readonly string[];
}

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/**
 * Uploads photos to a system of its own while that is killed as planned, lets it come to rest, and looks for what was
 * lost or done twice. The same seed gives the same files and plan; at which instruction a kill hits is chance.
 */
export async function killRound(options: RoundOptions): Promise<RoundResult> {
  const { round, photos, seed, quietMs = 180_000 } = options;
  const began = performance.now();
  const random = seededRandom(seed * 1000 + round);
  const files = await variedFiles(photos, seed * 1000 + round);
  const plan = planKills(round, photos, random);
  const darkroom = await DarkroomProcess.create({ ownGroup: true });
  const dataFolder = join(darkroom.dataDirectory, "data");
  const restartSeconds: number[] = [];
  const violations: string[] = [];
  const faults: string[] = [];
  let kills = 0;
  let restart = false;

  const kill = async (): Promise<void> => {
    faults.push(...faultsIn(darkroom.log));
    await darkroom.stop("SIGKILL");
    kills += 1;
    restart = true;
  };
  const start = async (): Promise<void> => {
    await darkroom.start();
    if (restart) restartSeconds.push(darkroom.readySeconds);
  };
  const killWhileStarting = async (afterMs: number): Promise<void> => {
    const starting = start().then(
      () => undefined,
      (error: unknown) => error,
    );
    await sleep(afterMs);
    const exited = darkroom.pid === undefined ? await starting : undefined;
    if (exited !== undefined) throw exited;
    await kill();
    await starting;
  };

  try {
    // A kill while it starts the first time meets an empty folder.
    const [first, ...others] = plan;
    const left: KillMoment[] = first?.during === "start" ? others : [...plan];
    if (first?.during === "start") await killWhileStarting(first.afterMs);
    await start();

    // One in ten is not tried again once it was cut off.
    const uploader = createUploader(darkroom, files, ({ key }) => /\/\d*7-/.test(key));
    for (;;) {
      const next = left.shift();
      if (next === undefined) {
        await uploader.run();
        break;
      }
      await untilKill(next, uploader, photos);
      if (next.during === "stop") {
        void darkroom.stop("SIGINT");
        await sleep(next.afterMs);
      }
      await kill();
      while (left[0]?.during === "start") {
        await killWhileStarting((left.shift() as { afterMs: number }).afterMs);
      }
      await start();
    }
    await quiet(dataFolder, quietMs).catch((error: Error) => violations.push(error.message));

    const found = await verifyRunning(darkroom, files, uploader);
    faults.push(...faultsIn(darkroom.log));
    const code = await darkroom.stop("SIGINT");
    if (code !== 0) violations.push(`Ctrl-C ended it with ${code}`);
    violations.push(
      ...uploader.refusals,
      ...found.lost,
      ...found.duplicates,
      ...found.leftovers,
      ...verifyFolder(dataFolder),
    );
    return {
      round,
      plan: describePlan(plan),
      kills,
      acknowledged: uploader.acknowledged.size,
      givenUp: uploader.unanswered.size,
      ...found.counts,
      lost: found.lost.length,
      duplicates: found.duplicates.length,
      restartSeconds,
      seconds: (performance.now() - began) / 1000,
      violations,
      faults,
    };
  } finally {
    await darkroom.remove();
  }
}

/** Uploads until the moment of a kill has come; uploads that it cuts off fail, and have been seen to. */
async function untilKill(kill: KillMoment, uploader: Uploader, photos: number): Promise<void> {
  const uploads = uploader.run();
  if (kill.during === "uploads") {
    const wanted = Math.floor(kill.share * photos);
    const over = uploads.then(() => true);
    while (uploader.acknowledged.size < wanted && !(await Promise.race([over, sleep(2)]))) {}
  } else {
    await uploads;
  }
  await sleep(kill.afterMs);
}

const usualLines = /^( |$|Darkroom is ready|In a second terminal:|Ctrl-C stops it|Stopping;)/;

/** What `start` prints besides what it always does. */
const faultsIn = (log: string): string[] =>
  log.split("\n").filter((line) => !usualLines.test(line));
