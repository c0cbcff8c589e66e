import { z } from "zod";
import type { Operation } from "../../service.ts";
import { invalidCombination, missingParameter } from "../errors.ts";
import {
  dimensions,
  metricName,
  namespace,
  parseInput,
  period,
  timestamp,
  unit,
} from "../parse-input.ts";
import { checkedRange, pointsIn, readPeriods } from "../read-series.ts";
import {
  percentileStatistic,
  type Statistic,
  simpleStatistic,
  simpleStatistics,
} from "../statistic.ts";
import type { Parts } from "./parts.ts";

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_GetMetricStatistics.html */
const maximumPoints = 1440;

const input = z.strictObject({
  Namespace: namespace,
  MetricName: metricName,
  Dimensions: dimensions,
  StartTime: timestamp,
  EndTime: timestamp,
  Period: period,
  Statistics: z.array(z.enum(simpleStatistics)).min(1).max(5).optional(),
  ExtendedStatistics: z.array(z.string()).min(1).max(10).optional(),
  Unit: unit.optional(),
});

/** Points come in no promised order on AWS; here in the order of time. */
export function getMetricStatistics({ store, clock, beforeRead }: Parts): Operation {
  return (given, call) => {
    call.authorize("cloudwatch:GetMetricStatistics", "*");
    const asked = parseInput(input, given);
    const simple = (asked.Statistics ?? []).map((name) => [name, simpleStatistic(name)] as const);
    const extended = (asked.ExtendedStatistics ?? []).map(
      (name) => [name, percentileStatistic(name)] as const,
    );
    if (simple.length + extended.length === 0) {
      throw missingParameter("Statistics or ExtendedStatistics");
    }
    if (simple.length > 0 && extended.length > 0) {
      throw invalidCombination("Give either Statistics or ExtendedStatistics, not both.");
    }
    const range = checkedRange(
      { start: asked.StartTime, end: asked.EndTime, period: asked.Period },
      clock.now() / 1000,
    );
    const points = pointsIn(range);
    if (points > maximumPoints) {
      throw invalidCombination(
        `You have requested up to ${points} datapoints, which exceeds the limit of ${maximumPoints}. You may reduce the datapoints requested by increasing Period, or decreasing the time range.`,
      );
    }
    beforeRead([asked.Namespace]);
    const metric = {
      namespace: asked.Namespace,
      name: asked.MetricName,
      dimensions: asked.Dimensions,
    };
    const series = store
      .seriesOf(metric)
      .filter((one) => asked.Unit === undefined || one.unit === asked.Unit);
    return {
      Label: asked.MetricName,
      Datapoints: series.flatMap((one) =>
        readPeriods(store, [one.id], range).map((point) => ({
          Timestamp: point.at,
          ...valuesOf(simple, point),
          Unit: one.unit,
          ...(extended.length === 0 ? {} : { ExtendedStatistics: valuesOf(extended, point) }),
        })),
      ),
    };
  };
}

function valuesOf(
  statistics: readonly (readonly [string, Statistic])[],
  point: Parameters<Statistic>[0],
): Record<string, number> {
  const values = statistics.map(([name, statistic]) => [name, statistic(point)] as const);
  return Object.fromEntries(
    values.filter((entry): entry is readonly [string, number] => entry[1] !== undefined),
  );
}
