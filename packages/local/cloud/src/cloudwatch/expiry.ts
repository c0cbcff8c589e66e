import type { Clock } from "@darkroom/states";
import { hour, type MetricStore, minute, pointOf } from "./store.ts";

const sweepEveryMs = 3_600_000;
const day = 86_400;
/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_GetMetricStatistics.html: points of a minute for 15 days, of an hour for 455. */
export const minutesKept = 15 * day;
const hoursKept = 455 * day;
/** All points together: some 200 MB. Beyond, the oldest minutes go. */
const maximumPoints = 1_000_000;
/** Of one transaction, so that nothing else waits long. */
const pointsAtOnce = 2000;

/** Keeps the database bounded: minutes become hours after 15 days, hours go after 455, and metrics without any point too. */
export function createExpiry(options: {
  store: MetricStore;
  clock: Clock;
  onFault: (error: unknown, where: string) => void;
  maximumPoints?: number;
}) {
  const { store, clock } = options;
  const { database } = store;
  const most = options.maximumPoints ?? maximumPoints;
  const selectOld = database.prepare(
    `SELECT * FROM points WHERE period = ${minute} AND at < ? ORDER BY at LIMIT ${pointsAtOnce}`,
  );
  const deletePoint = database.prepare(
    "DELETE FROM points WHERE series_id = ? AND at = ? AND period = ?",
  );
  const deleteHours = database.prepare(`DELETE FROM points WHERE period = ${hour} AND at < ?`);
  const deleteOldest = database.prepare(
    `DELETE FROM points WHERE (series_id, at, period) IN
       (SELECT series_id, at, period FROM points ORDER BY period, at LIMIT ?)`,
  );
  const countPoints = database.prepare("SELECT count(*) AS count FROM points");
  const deleteEmpty = database.prepare(
    "DELETE FROM series WHERE NOT EXISTS (SELECT 1 FROM points WHERE series_id = series.id)",
  );
  let cancel: (() => void) | undefined;
  let more: NodeJS.Immediate | undefined;

  /** One piece of work; true when there is more. */
  function rollUpSome(now: number): boolean {
    const before = Math.floor((now - minutesKept) / hour) * hour;
    const rows = selectOld.all(before);
    if (rows.length === 0) return false;
    store.transaction(() => {
      for (const row of rows) {
        const point = pointOf(row);
        store.merge(Number(row.series_id), Math.floor(point.at / hour) * hour, hour, point);
        deletePoint.run(Number(row.series_id), point.at, minute);
      }
    });
    return rows.length === pointsAtOnce;
  }

  function sweep(): void {
    const now = Math.floor(clock.now() / 1000);
    try {
      if (rollUpSome(now)) {
        more = setImmediate(sweep);
        return;
      }
      store.transaction(() => {
        deleteHours.run(now - hoursKept);
        const excess = Number(countPoints.get()?.count) - most;
        if (excess > 0) deleteOldest.run(excess);
        deleteEmpty.run();
      });
    } catch (error) {
      options.onFault(error, "CloudWatch, removing old metrics");
    }
    cancel = clock.setTimer(clock.now() + sweepEveryMs, sweep);
  }

  return {
    start: sweep,
    close(): void {
      cancel?.();
      clearImmediate(more);
    },
  };
}
