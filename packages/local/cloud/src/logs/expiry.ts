import type { Clock } from "@darkroom/states";
import type { LogStore } from "./store.ts";

const sweepEveryMs = 3_600_000;
/** Rows of one transaction, so that nothing else waits long. */
const rowsAtOnce = 2000;
/** When the limit is passed, this share of it is left, so that it isn't passed again at once. */
const shareKept = 0.9;
export const dayMs = 86_400_000;

export type LogExpiry = ReturnType<typeof createExpiry>;

/**
 * Keeps the database bounded: events past their group's retention go every hour and at the start; when all messages
 * together are larger than `maximumBytes`, the ones that came first go, whichever group they are in. SQLite uses the
 * freed pages again, so the file stays at about that size with its indexes on top. A stream without events goes too.
 */
export function createExpiry(options: {
  store: LogStore;
  clock: Clock;
  maximumBytes: number;
  onFault: (error: unknown, where: string) => void;
}) {
  const { store, clock, maximumBytes } = options;
  const { database } = store;
  const selectExpired = database.prepare(
    `SELECT seq, group_id, length(CAST(message AS BLOB)) + 26 AS bytes FROM events
     WHERE group_id = ? AND timestamp < ? ORDER BY timestamp LIMIT ${rowsAtOnce}`,
  );
  const selectFirst = database.prepare(
    `SELECT seq, group_id, length(CAST(message AS BLOB)) + 26 AS bytes FROM events
     ORDER BY seq LIMIT ${rowsAtOnce}`,
  );
  const deleteEvent = database.prepare("DELETE FROM events WHERE seq = ?");
  const takeBytes = database.prepare(
    "UPDATE groups SET stored_bytes = stored_bytes - ? WHERE id = ?",
  );
  const deleteEmptyStreams = database.prepare(
    `DELETE FROM streams WHERE last_ingestion < ? AND NOT EXISTS
       (SELECT 1 FROM events WHERE events.stream_id = streams.id)`,
  );
  let totalBytes = store.groups().reduce((sum, group) => sum + group.storedBytes, 0);
  let cancel: (() => void) | undefined;
  let trimming = false;
  let closed = false;

  /** @returns how many there were, and their bytes */
  function remove(rows: Record<string, unknown>[], bytesWanted: number): number {
    let removed = 0;
    store.transaction(() => {
      for (const row of rows) {
        if (removed >= bytesWanted) return;
        deleteEvent.run(Number(row.seq));
        takeBytes.run(Number(row.bytes), Number(row.group_id));
        removed += Number(row.bytes);
      }
    });
    totalBytes -= removed;
    return removed;
  }

  /** One piece of work; true when there is more. */
  function removeSomeExpired(): boolean {
    for (const group of store.groups()) {
      if (group.retentionDays === undefined) continue;
      const rows = selectExpired.all(group.id, clock.now() - group.retentionDays * dayMs);
      remove(rows, Infinity);
      if (rows.length === rowsAtOnce) return true;
    }
    deleteEmptyStreams.run(clock.now() - dayMs);
    return false;
  }

  function removeSomeFirst(): boolean {
    const excess = totalBytes - maximumBytes * shareKept;
    return excess > 0 && remove(selectFirst.all(), excess) < excess;
  }

  /** Piece by piece, with a turn of the event loop between. */
  async function repeat(work: () => boolean): Promise<void> {
    while (!closed && work()) await new Promise((resolve) => setImmediate(resolve));
  }

  async function sweep(): Promise<void> {
    cancel = clock.setTimer(clock.now() + sweepEveryMs, guardedSweep);
    await repeat(removeSomeExpired);
  }

  function guardedSweep(): void {
    sweep().catch((error: unknown) =>
      options.onFault(error, "CloudWatch Logs, removing old events"),
    );
  }

  return {
    start: guardedSweep,

    /** So much was written. */
    grown(bytes: number): void {
      totalBytes += bytes;
      if (totalBytes <= maximumBytes || trimming) return;
      trimming = true;
      repeat(removeSomeFirst)
        .catch((error: unknown) => options.onFault(error, "CloudWatch Logs, making room"))
        .finally(() => {
          trimming = false;
        });
    },

    /** So much is gone, with its group. */
    shrunk(bytes: number): void {
      totalBytes -= bytes;
    },

    close(): void {
      closed = true;
      cancel?.();
    },
  };
}
