import type { ImageRows } from "@darkroom/reconcile-photos";
import type { BoardPhoto, PhotoBoard } from "../photo-board.ts";
import { mayPass } from "../service-error.ts";
import type { PhotoStore } from "../upload/photo-store.ts";
import { judgeRow } from "./judge-row.ts";
import type { Pause } from "./pause.ts";
import { Stalled } from "./stalled.ts";

export interface WatchPorts {
  readonly rows: ImageRows;
  readonly store: Pick<PhotoStore, "newestVersion">;
  readonly pause: Pause;
  /** Epoch milliseconds. */
  now(): number;
}

/** Rows that one poll asks for. */
const rowsPerPoll = 300;
/** A poll that brings nothing new makes the next one wait longer. */
const shortestPollMs = 100;
const longestPollMs = 2000;

/** A cloud that is started anew is back by then. */
const outageMs = 30_000;

/** So long a row may be of the version before, until it is asked whether a newer one has come. */
const supersededAfterMs = 2000;

/**
 * Longer than all tries of a task together take when each ends in its timeout (docs/retries.md). A photo that is throttled
 * may be without news for longer: it goes on, and its row will tell.
 */
const stalledAfterMs = 15 * 60_000;

/**
 * Looks at the rows of uploaded photos until all photos of the board are done or the signal is aborted.
 * @throws Stalled after a long time without any news; what the service throws when it refuses, or is
 * away for longer than a restart takes
 */
export async function watchPhotos(
  board: PhotoBoard,
  ports: WatchPorts,
  signal: AbortSignal,
): Promise<void> {
  let pollMs = shortestPollMs;
  let lastNews = ports.now();
  let outageSince: number | undefined;
  for (;;) {
    await ports.pause(pollMs, signal);
    if (signal.aborted || board.done) return;
    const turn = board.nextWaiting(rowsPerPoll);
    // While the uploads go on there is news enough.
    let news = turn.length === 0;
    try {
      news = (await look(board, turn, ports, signal)) || news;
      outageSince = undefined;
    } catch (error) {
      if (!mayPass(error)) throw error;
      outageSince ??= ports.now();
      if (ports.now() - outageSince > outageMs) throw error;
    }
    pollMs = news ? shortestPollMs : Math.min(pollMs * 1.5, longestPollMs);
    if (news) lastNews = ports.now();
    else if (ports.now() - lastNews > stalledAfterMs) throw new Stalled(stalledAfterMs);
  }
}

/** @returns whether something is new */
async function look(
  board: PhotoBoard,
  turn: readonly BoardPhoto[],
  { rows, store, now }: WatchPorts,
  signal: AbortSignal,
): Promise<boolean> {
  const found = await rows.read(
    turn.map(({ imageID }) => imageID),
    signal,
  );
  let news = false;
  for (const photo of turn) {
    const row = found.get(photo.imageID);
    if (row === undefined) continue;
    switch (judgeRow(row, photo.versions)) {
      case "of another version":
        photo.otherSince ??= now();
        if (now() - photo.otherSince >= supersededAfterMs) {
          photo.otherSince = now();
          const newest = await store.newestVersion(photo.upload.key, signal);
          if (newest !== undefined) photo.versions.add(newest);
        }
        break;
      case "under way":
        news = board.underWay(photo, row) || news;
        break;
      case "ended":
        photo.row = row;
        board.end(photo, row.status, row.errReason);
        news = true;
        break;
    }
  }
  return news;
}
