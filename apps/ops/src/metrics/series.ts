import {
  type CloudWatchClient,
  type MetricDataQuery,
  paginateGetMetricData,
  paginateListMetrics,
} from "@aws-sdk/client-cloudwatch";
import type { TimeSpan } from "./time-span.ts";

/** One statistic of a metric that has one dimension. */
export interface AskedSeries {
  readonly namespace: string;
  readonly metric: string;
  readonly dimension: readonly [name: string, value: string];
  readonly statistic: "Sum" | "Maximum";
}

export interface SeriesPoint {
  readonly time: Date;
  readonly value: number;
}

/** Of one request: with the points of a span far below what GetMetricData answers at once. */
const queriesAtOnce = 100;

/** The points of each series, in the order of time; none for a metric that was never there. */
export async function readSeries(
  client: CloudWatchClient,
  asked: readonly AskedSeries[],
  { since, until, periodSeconds }: TimeSpan,
): Promise<SeriesPoint[][]> {
  const points: SeriesPoint[][] = asked.map(() => []);
  for (let start = 0; start < asked.length; start += queriesAtOnce) {
    const queries = asked
      .slice(start, start + queriesAtOnce)
      .map((one, index) => queryOf(one, `q${start + index}`, periodSeconds));
    const pages = paginateGetMetricData(
      { client },
      {
        MetricDataQueries: queries,
        StartTime: since,
        EndTime: until,
        ScanBy: "TimestampAscending",
      },
    );
    for await (const { MetricDataResults = [] } of pages) {
      for (const { Id = "", Timestamps = [], Values = [] } of MetricDataResults) {
        const found = points[Number(Id.slice(1))];
        for (const [index, time] of Timestamps.entries()) {
          found?.push({ time, value: Values[index] ?? 0 });
        }
      }
    }
  }
  return points;
}

/** The values that a dimension has in the metrics of a namespace, sorted. */
export async function dimensionValues(
  client: CloudWatchClient,
  namespace: string,
  metric: string,
  dimension: string,
): Promise<string[]> {
  const values = new Set<string>();
  const pages = paginateListMetrics(
    { client },
    { Namespace: namespace, MetricName: metric, Dimensions: [{ Name: dimension }] },
  );
  for await (const { Metrics = [] } of pages) {
    for (const { Dimensions = [] } of Metrics) {
      const [only] = Dimensions;
      if (Dimensions.length === 1 && only?.Value !== undefined) values.add(only.Value);
    }
  }
  return [...values].sort();
}

const queryOf = (
  { namespace, metric, dimension: [Name, Value], statistic }: AskedSeries,
  Id: string,
  Period: number,
): MetricDataQuery => ({
  Id,
  MetricStat: {
    Metric: { Namespace: namespace, MetricName: metric, Dimensions: [{ Name, Value }] },
    Period,
    Stat: statistic,
  },
});
