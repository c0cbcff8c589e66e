import { z } from "zod";
import type { Operation } from "../../service.ts";
import { invalidCombination, invalidValue } from "../errors.ts";
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
import { anyStatistic } from "../statistic.ts";
import type { Parts } from "./parts.ts";

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_GetMetricData.html */
const maximumQueries = 500;
const maximumPoints = 100_800;

const query = z.strictObject({
  Id: z
    .string()
    .max(255)
    .regex(
      /^[a-z][a-zA-Z0-9_]*$/,
      "has to begin with a lower-case letter, with letters, digits and _ after it",
    ),
  MetricStat: z
    .strictObject({
      Metric: z.strictObject({
        Namespace: namespace,
        MetricName: metricName,
        Dimensions: dimensions,
      }),
      Period: period,
      Stat: z.string(),
      Unit: unit.optional(),
    })
    .optional(),
  Expression: z.string().optional(),
  Label: z.string().optional(),
  ReturnData: z.boolean().default(true),
});

const input = z.strictObject({
  MetricDataQueries: z.array(query).min(1).max(maximumQueries),
  StartTime: timestamp,
  EndTime: timestamp,
  ScanBy: z.enum(["TimestampDescending", "TimestampAscending"]).default("TimestampDescending"),
});

/**
 * Queries of a metric's statistic; metric math and Metrics Insights (`Expression`) are refused.
 * All points come in one answer: a request for more than AWS gives on one page is refused.
 */
export function getMetricData({ store, clock, beforeRead }: Parts): Operation {
  return (given, call) => {
    call.authorize("cloudwatch:GetMetricData", "*");
    const { MetricDataQueries: queries, ScanBy, StartTime, EndTime } = parseInput(input, given);
    if (new Set(queries.map(({ Id }) => Id)).size < queries.length) {
      throw invalidValue("The values for parameter Id in MetricDataQueries are not unique.");
    }
    const asked = queries
      .map(({ Id, MetricStat, Expression, Label, ReturnData }) => {
        if (Expression !== undefined) {
          throw invalidValue(`The local cloud does not support the Expression of query ${Id}.`);
        }
        if (MetricStat === undefined) {
          throw invalidValue(`The query ${Id} needs a MetricStat.`);
        }
        const range = checkedRange(
          { start: StartTime, end: EndTime, period: MetricStat.Period },
          clock.now() / 1000,
        );
        // Periods begin at multiples of themselves.
        const start = Math.floor(range.start / range.period) * range.period;
        const { Namespace, MetricName, Dimensions } = MetricStat.Metric;
        return {
          id: Id,
          label: Label ?? MetricName,
          isReturned: ReturnData,
          range: { ...range, start },
          metric: { namespace: Namespace, name: MetricName, dimensions: Dimensions },
          unit: MetricStat.Unit,
          statistic: anyStatistic(MetricStat.Stat),
        };
      })
      .filter(({ isReturned }) => isReturned);
    if (asked.length === 0) {
      throw invalidValue("At least one query has to have ReturnData true.");
    }
    const points = asked.reduce((sum, { range }) => sum + pointsIn(range), 0);
    if (points > maximumPoints) {
      throw invalidCombination(
        `You have requested up to ${points} datapoints, which exceeds the limit of ${maximumPoints}.`,
      );
    }
    beforeRead(asked.map(({ metric }) => metric.namespace));
    return {
      MetricDataResults: asked.map(({ id, label, range, metric, unit: wanted, statistic }) => {
        const series = store
          .seriesOf(metric)
          .filter((one) => wanted === undefined || one.unit === wanted);
        const found = readPeriods(
          store,
          series.map((one) => one.id),
          range,
        ).flatMap((point) => {
          const value = statistic(point);
          return value === undefined ? [] : [{ at: point.at, value }];
        });
        if (ScanBy === "TimestampDescending") found.reverse();
        return {
          Id: id,
          Label: label,
          Timestamps: found.map(({ at }) => at),
          Values: found.map(({ value }) => value),
          StatusCode: "Complete",
        };
      }),
      Messages: [],
    };
  };
}
