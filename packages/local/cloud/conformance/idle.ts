import type { FakeClock } from "@darkroom/states/testing";

/** So many turns of the event loop in a row must find nothing in flight: work passes from promise to promise between. */
const quietTurns = 3;

/**
 * What Node calls the work that the system does for this process: files that are opened, read, written, synced and
 * closed, and compression; and what was put off to the next turn. Timers and sockets don't count, since nothing here waits for either.
 */
const inFlight = /^(FSReq|CloseReq|Zlib|Immediate)/;

/** Fulfilled when nothing more can happen unless time moves on. */
async function idle(): Promise<void> {
  for (let quiet = 0; quiet < quietTurns; ) {
    await new Promise((resolve) => setImmediate(resolve));
    quiet = process.getActiveResourcesInfo().some((name) => inFlight.test(name)) ? 0 : quiet + 1;
  }
}

/**
 * Services look after their data from time to time, for ever: an execution that has not ended after so many moves of the
 * clock waits for something else than time.
 */
const mostMoves = 5000;

/**
 * Moves time on from timer to timer, each time when all else is done, until `isOver`, which may itself do something.
 * @throws Error when it does not come to that
 */
export async function runUntil(
  clock: FakeClock,
  isOver: () => boolean | Promise<boolean>,
): Promise<void> {
  for (let moves = 0; moves <= mostMoves; moves += 1) {
    await idle();
    if (await isOver()) return;
    if (!(await clock.advanceToNext())) break;
  }
  await idle();
  if (!(await isOver())) throw new Error("it waits for something that never comes");
}
