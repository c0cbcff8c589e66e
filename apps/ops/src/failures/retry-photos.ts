import type { ImageRows } from "@darkroom/reconcile-photos";
import type { ImageItem } from "@darkroom/workflow";
import type { PhotoResult } from "../photo-board.ts";
import { mayPass } from "../service-error.ts";
import { throughOutage } from "../through-outage.ts";
import type { Pause } from "../watch/pause.ts";
import { isEnd } from "../watch/tally.ts";
import { type Retry, type RetryMove, type RetryPorts, retryPhoto } from "./retry-photo.ts";

/** What became of a photo that was to be retried. */
export interface RetriedPhoto extends PhotoResult {
  readonly retry: RetryMove | "refused";
}

export interface RetryPhotosPorts extends RetryPorts {
  /** Many at once, as they were a moment ago. */
  readonly polledRows: ImageRows;
  readonly pause: Pause;
  /** Called after each look. */
  showProgress(done: number): void;
  /** Starts and waits for nothing more: photos without an answer are LOST. */
  readonly signal: AbortSignal;
}

/** Photos under way at a time: enough to keep the pipeline busy, and few to look at. */
const mostUnderWay = 200;
const startsAtOnce = 10;

/** A look that brings nothing new makes the next one wait longer. */
const shortestPollMs = 100;
const longestPollMs = 2000;
/** A cloud that is started anew is back by then. */
const outageMs = 30_000;
/** Nothing has ended for so long: the machine goes on trying, but nobody is kept waiting for it. */
const stalledMin = 15;

interface UnderWay {
  readonly index: number;
  readonly move: RetryMove;
  row: ImageItem;
}

/**
 * Retries photos and waits until each has its answer.
 * @returns one result for each id, in their order
 * @throws what a service throws when it refuses, or is away for longer than a restart takes
 */
export async function retryPhotos(
  ids: readonly string[],
  ports: RetryPhotosPorts,
): Promise<RetriedPhoto[]> {
  const { signal, now } = ports;
  const results: RetriedPhoto[] = [];
  const underWay = new Map<string, UnderWay>();
  let next = 0;
  let done = 0;
  let pollMs = shortestPollMs;
  let lastNews = now().getTime();
  let outageSince: number | undefined;

  const end = (index: number, result: RetriedPhoto) => {
    results[index] = result;
    done += 1;
  };
  const take = async (index: number, imageID: string) => {
    const retry = await throughOutage(() => retryPhoto(imageID, ports), ports);
    if ("refused" in retry) end(index, refusedResult(imageID, retry));
    else underWay.set(imageID, { index, move: retry.move, row: retry.row });
  };

  while (!signal.aborted && (next < ids.length || underWay.size > 0)) {
    const doneBefore = done;
    const room = Math.min(startsAtOnce, mostUnderWay - underWay.size);
    const taken = ids.slice(next, next + room);
    await Promise.all(taken.map((imageID, offset) => take(next + offset, imageID)));
    next += taken.length;
    try {
      for (const [imageID, { index, move, row }] of await ended(underWay, ports)) {
        underWay.delete(imageID);
        end(index, row === "deleted" ? deletedResult(imageID, move) : answer(row, move));
      }
      outageSince = undefined;
    } catch (error) {
      if (signal.aborted) break;
      if (!mayPass(error)) throw error;
      outageSince ??= now().getTime();
      if (now().getTime() - outageSince > outageMs) throw error;
    }
    ports.showProgress(done);
    const news = done > doneBefore || taken.length > 0;
    if (news) lastNews = now().getTime();
    else if (now().getTime() - lastNews > stalledMin * 60_000) break;
    pollMs = news ? shortestPollMs : Math.min(pollMs * 1.5, longestPollMs);
    if (next === ids.length && underWay.size === 0) break;
    await ports.pause(pollMs, signal);
  }

  const why = signal.aborted ? "interrupted" : `no news for ${stalledMin} min`;
  for (const { index, move, row } of underWay.values()) {
    const errReason = `${why}, its execution goes on`;
    results[index] = { ...answer(row, move), status: "LOST", errReason };
  }
  for (const [offset, imageID] of ids.slice(next).entries()) {
    const errReason = `not retried: ${why}`;
    results[next + offset] = {
      file: imageID,
      imageID,
      status: "LOST",
      errReason,
      retry: "refused",
    };
  }
  return results;
}

/** Those of the photos under way that have come to an end. */
async function ended(
  underWay: ReadonlyMap<string, UnderWay>,
  ports: RetryPhotosPorts,
): Promise<[imageID: string, UnderWay | (Omit<UnderWay, "row"> & { row: "deleted" })][]> {
  const seen = await ports.polledRows.read([...underWay.keys()], ports.signal);
  const answers: Awaited<ReturnType<typeof ended>> = [];
  for (const [imageID, photo] of underWay) {
    const polled = seen.get(imageID);
    if (polled !== undefined && !isEnd(polled.status)) continue;
    // What was polled may be older than the retry's own write.
    const row = await ports.rows.read(imageID);
    if (row === undefined) answers.push([imageID, { ...photo, row: "deleted" }]);
    else if (isEnd(row.status) && !(await runsOn(row, ports))) {
      answers.push([imageID, { ...photo, row }]);
    }
  }
  return answers;
}

/** An execution that was redriven by hand, or is about to end, has the last word about a row that says FAILED. */
async function runsOn(
  { status, executionArn }: ImageItem,
  { cloud }: RetryPorts,
): Promise<boolean> {
  if (status !== "FAILED" && status !== "EXPIRED") return false;
  if (!executionArn.startsWith("arn:")) return false;
  return (await cloud.facts(executionArn))?.status === "RUNNING";
}

function answer(row: ImageItem, retry: RetryMove): RetriedPhoto {
  const { imageID, s3key, status, errReason } = row;
  return {
    file: s3key,
    imageID,
    status,
    ...(errReason === undefined ? {} : { errReason }),
    row,
    retry,
  };
}

function refusedResult(
  imageID: string,
  { refused, row }: Extract<Retry, { refused: string }>,
): RetriedPhoto {
  if (row === undefined) {
    return { file: imageID, imageID, status: "LOST", errReason: refused, retry: "refused" };
  }
  const { s3key: file, status, errReason: before } = row;
  const errReason = `not retried, ${refused}${before === undefined ? "" : `; it failed with: ${before}`}`;
  return { file, imageID, status, errReason, row, retry: "refused" };
}

const deletedResult = (imageID: string, retry: RetryMove): RetriedPhoto => ({
  file: imageID,
  imageID,
  status: "LOST",
  errReason: "its row was deleted",
  retry,
});
