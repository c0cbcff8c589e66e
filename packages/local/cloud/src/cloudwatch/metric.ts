/** What identifies a metric; dimensions in the order of their names. */
export interface Metric {
  readonly namespace: string;
  readonly name: string;
  readonly dimensions: readonly Dimension[];
}

export interface Dimension {
  readonly Name: string;
  readonly Value: string;
}

/** The values of one unit of a metric: with another unit it is another series. */
export interface Series extends Metric {
  readonly unit: Unit;
}

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_MetricDatum.html */
export const units = [
  "Seconds",
  "Microseconds",
  "Milliseconds",
  "Bytes",
  "Kilobytes",
  "Megabytes",
  "Gigabytes",
  "Terabytes",
  "Bits",
  "Kilobits",
  "Megabits",
  "Gigabits",
  "Terabits",
  "Percent",
  "Count",
  "Bytes/Second",
  "Kilobytes/Second",
  "Megabytes/Second",
  "Gigabytes/Second",
  "Terabytes/Second",
  "Bits/Second",
  "Kilobits/Second",
  "Megabits/Second",
  "Gigabits/Second",
  "Terabits/Second",
  "Count/Second",
  "None",
] as const;

export type Unit = (typeof units)[number];

/**
 * Takes one value of a metric without waiting for anything.
 * @param dimension the name and the value of its only dimension
 * @param atMs when it was measured, in epoch milliseconds; now unless told
 */
export type RecordMetric = (
  metric: {
    readonly namespace: string;
    readonly name: string;
    readonly dimension: readonly [string, string];
    readonly unit: Unit;
  },
  value: number,
  atMs?: number,
) => void;

/** The text of dimensions that is the same whatever their order. */
export const dimensionsKey = (dimensions: readonly Dimension[]): string =>
  JSON.stringify(
    dimensions
      .map(({ Name, Value }) => [Name, Value])
      .sort(([one = ""], [other = ""]) => (one < other ? -1 : 1)),
  );

export const dimensionsOf = (key: string): readonly Dimension[] =>
  (JSON.parse(key) as [string, string][]).map(([Name, Value]) => ({ Name, Value }));
