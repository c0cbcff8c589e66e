import { invalidValue } from "./errors.ts";
import { percentile, type Summary } from "./summary.ts";

export const simpleStatistics = ["SampleCount", "Average", "Sum", "Minimum", "Maximum"] as const;
type SimpleStatistic = (typeof simpleStatistics)[number];

/** Takes one statistic of what was summed up; undefined where the values are not known well enough for it. */
export type Statistic = (summary: Summary) => number | undefined;

const simple: Readonly<Record<SimpleStatistic, (summary: Summary) => number>> = {
  SampleCount: ({ count }) => count,
  Average: ({ sum, count }) => sum / count,
  Sum: ({ sum }) => sum,
  Minimum: ({ minimum }) => minimum,
  Maximum: ({ maximum }) => maximum,
};

export const simpleStatistic = (name: SimpleStatistic): Statistic => simple[name];

/** `p50`, `p99.9`: https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Statistics-definitions.html */
export function percentileStatistic(text: string): Statistic {
  const [, digits] = /^p(\d{1,2}(?:\.\d{1,10})?|100)$/.exec(text) ?? [];
  if (digits === undefined) {
    throw invalidValue(
      `The local cloud does not support the statistic ${text}: it has ${simpleStatistics.join(", ")} and percentiles such as p90.`,
    );
  }
  const share = Number(digits) / 100;
  return (summary) => percentile(summary, share);
}

export const anyStatistic = (text: string): Statistic =>
  isSimple(text) ? simple[text] : percentileStatistic(text);

const isSimple = (text: string): text is SimpleStatistic => Object.hasOwn(simple, text);
