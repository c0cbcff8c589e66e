import { openDatabase, transaction } from "../store/database.ts";
import { dimensionsKey, dimensionsOf, type Metric, type Series, type Unit } from "./metric.ts";
import { addSummary, emptySummary, readBuckets, type Summary, writeBuckets } from "./summary.ts";

export const minute = 60;
export const hour = 3600;

/** Times are epoch seconds; `at` is where a point's minute or hour begins. */
const schema = `
CREATE TABLE IF NOT EXISTS series (
  id INTEGER PRIMARY KEY, namespace TEXT NOT NULL, name TEXT NOT NULL, dimensions TEXT NOT NULL, unit TEXT NOT NULL,
  last_at INTEGER NOT NULL, UNIQUE (namespace, name, dimensions, unit)
) STRICT;
CREATE TABLE IF NOT EXISTS points (
  series_id INTEGER NOT NULL, at INTEGER NOT NULL, period INTEGER NOT NULL, count REAL NOT NULL, sum REAL NOT NULL,
  minimum REAL NOT NULL, maximum REAL NOT NULL, buckets TEXT NOT NULL, PRIMARY KEY (series_id, at, period)
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS points_by_time ON points (period, at);
`;

export interface Point extends Summary {
  /** Epoch seconds. */
  readonly at: number;
}

export interface ListedMetric extends Metric {
  readonly id: number;
}

export type MetricStore = ReturnType<typeof openMetricStore>;

/** Metrics and what is kept of their values: one SQLite file. */
export function openMetricStore(file: string) {
  const database = openDatabase(file, schema);
  const selectId = database.prepare(
    "SELECT id FROM series WHERE namespace = ? AND name = ? AND dimensions = ? AND unit = ?",
  );
  const insertSeries = database.prepare(
    "INSERT INTO series (namespace, name, dimensions, unit, last_at) VALUES (?, ?, ?, ?, ?)",
  );
  const touchSeries = database.prepare(
    "UPDATE series SET last_at = ?2 WHERE id = ?1 AND last_at < ?2",
  );
  const countSeries = database.prepare("SELECT count(*) AS count FROM series");
  const selectSeries = database.prepare(
    "SELECT id, unit FROM series WHERE namespace = ? AND name = ? AND dimensions = ? ORDER BY id",
  );
  const listMetrics = database.prepare(
    `SELECT min(id) AS id, namespace, name, dimensions FROM series
     WHERE (?1 IS NULL OR namespace = ?1) AND (?2 IS NULL OR name = ?2)
     GROUP BY namespace, name, dimensions HAVING min(id) > ?3 AND max(last_at) >= ?4 ORDER BY min(id)`,
  );
  const selectPoint = database.prepare(
    "SELECT * FROM points WHERE series_id = ? AND at = ? AND period = ?",
  );
  const putPoint = database.prepare(
    `INSERT OR REPLACE INTO points (series_id, at, period, count, sum, minimum, maximum, buckets)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  const selectPoints = database.prepare(
    "SELECT * FROM points WHERE series_id = ? AND at >= ? AND at < ? ORDER BY at",
  );

  function idOf({ namespace, name, dimensions, unit }: Series, at: number): number {
    const key = dimensionsKey(dimensions);
    const known = selectId.get(namespace, name, key, unit)?.id;
    if (known !== undefined) {
      touchSeries.run(Number(known), at);
      return Number(known);
    }
    return Number(insertSeries.run(namespace, name, key, unit, at).lastInsertRowid);
  }

  function put(id: number, at: number, period: number, one: Summary): void {
    putPoint.run(id, at, period, one.count, one.sum, one.minimum, one.maximum, writeBuckets(one));
  }

  /** Counts values into a point that may be there already. */
  function merge(id: number, at: number, period: number, one: Summary): void {
    const row = selectPoint.get(id, at, period);
    const together = row === undefined ? emptySummary() : pointOf(row);
    addSummary(together, one);
    put(id, at, period, together);
  }

  return {
    database,
    transaction: (work: () => void): void => transaction(database, work),
    idOf,
    put,
    merge,
    seriesCount: (): number => Number(countSeries.get()?.count),
    isKnown: ({ namespace, name, dimensions, unit }: Series): boolean =>
      selectId.get(namespace, name, dimensionsKey(dimensions), unit) !== undefined,

    /** Without waiting for the disk: `kill -9` undoes nothing of it, a power cut may. */
    unsyncedTransaction(work: () => void): void {
      database.exec("PRAGMA synchronous = NORMAL");
      try {
        transaction(database, work);
      } finally {
        database.exec("PRAGMA synchronous = FULL");
      }
    },

    /** A metric's series, one for each unit. */
    seriesOf({ namespace, name, dimensions }: Metric): { id: number; unit: Unit }[] {
      return selectSeries
        .all(namespace, name, dimensionsKey(dimensions))
        .map((row) => ({ id: Number(row.id), unit: row.unit as Unit }));
    },

    /** In the order of time, from `start` until before `end`. */
    *points(id: number, start: number, end: number): Generator<Point> {
      for (const row of selectPoints.iterate(id, start, end)) yield pointOf(row);
    },

    /** Metrics after an id that have had a value since `activeSince`, in epoch seconds. */
    *metricsAfter(
      after: number,
      filter: { namespace: string | undefined; name: string | undefined; activeSince: number },
    ): Generator<ListedMetric> {
      const { namespace = null, name = null, activeSince } = filter;
      for (const row of listMetrics.iterate(namespace, name, after, activeSince)) {
        yield {
          id: Number(row.id),
          namespace: String(row.namespace),
          name: String(row.name),
          dimensions: dimensionsOf(String(row.dimensions)),
        };
      }
    },

    close: (): void => database.close(),
  };
}

export function pointOf(row: Record<string, unknown>): Point {
  return {
    at: Number(row.at),
    count: Number(row.count),
    sum: Number(row.sum),
    minimum: Number(row.minimum),
    maximum: Number(row.maximum),
    buckets: readBuckets(String(row.buckets)),
  };
}
