/**
 * What is kept of many values: enough for every statistic. Percentiles come from buckets whose bounds grow by a constant
 * factor, so that each answer is within 1 % of a value that was there (the idea of DDSketch, arXiv:1908.10693).
 */
export interface Summary {
  count: number;
  sum: number;
  minimum: number;
  maximum: number;
  /** How many values each bucket has; values that came as a statistic set are in none. */
  readonly buckets: Map<number, number>;
}

const accuracy = 0.01;
const logGamma = Math.log((1 + accuracy) / (1 - accuracy));
/** Smaller ones count as 0. */
const smallest = 1e-9;
/** Positive values' buckets start from here, so that negative ones mirror them below 0, which is zero's own. */
const offset = Math.ceil(-Math.log(smallest) / logGamma) + 1;
/** Beyond this the lowest buckets are merged: it takes values over eight orders of magnitude to come there. */
const maximumBuckets = 1024;

export const emptySummary = (): Summary => ({
  count: 0,
  sum: 0,
  minimum: Number.POSITIVE_INFINITY,
  maximum: Number.NEGATIVE_INFINITY,
  buckets: new Map(),
});

/** Counts a value in, `times` over. */
export function addValue(summary: Summary, value: number, times = 1): void {
  summary.count += times;
  summary.sum += value * times;
  summary.minimum = Math.min(summary.minimum, value);
  summary.maximum = Math.max(summary.maximum, value);
  addToBucket(summary.buckets, bucketOf(value), times);
}

/** Counts in what another one holds. */
export function addSummary(summary: Summary, other: Summary): void {
  summary.count += other.count;
  summary.sum += other.sum;
  summary.minimum = Math.min(summary.minimum, other.minimum);
  summary.maximum = Math.max(summary.maximum, other.maximum);
  for (const [bucket, count] of other.buckets) addToBucket(summary.buckets, bucket, count);
}

/**
 * @param share from 0 to 1
 * @returns undefined where values are known by their statistics only
 */
export function percentile(summary: Summary, share: number): number | undefined {
  if (summary.minimum === summary.maximum) return summary.minimum;
  const sorted = [...summary.buckets].sort(([one], [other]) => one - other);
  const known = sorted.reduce((sum, [, count]) => sum + count, 0);
  // Counts may have fractions.
  if (known < summary.count * (1 - 1e-9)) return undefined;
  let left = share * known;
  for (const [bucket, count] of sorted) {
    left -= count;
    if (left <= 0) return within(summary, middleOf(bucket));
  }
  return summary.maximum;
}

export const writeBuckets = ({ buckets }: Summary): string => JSON.stringify([...buckets]);
export const readBuckets = (text: string): Map<number, number> => new Map(JSON.parse(text));

const within = ({ minimum, maximum }: Summary, value: number): number =>
  Math.min(Math.max(value, minimum), maximum);

function bucketOf(value: number): number {
  const size = Math.abs(value);
  if (size < smallest) return 0;
  return Math.sign(value) * (Math.ceil(Math.log(size) / logGamma) + offset);
}

function middleOf(bucket: number): number {
  if (bucket === 0) return 0;
  const upper = Math.exp((Math.abs(bucket) - offset) * logGamma);
  return Math.sign(bucket) * upper * (1 - accuracy);
}

function addToBucket(buckets: Map<number, number>, bucket: number, count: number): void {
  buckets.set(bucket, (buckets.get(bucket) ?? 0) + count);
  if (buckets.size <= maximumBuckets) return;
  const [lowest = 0, next = 0] = [...buckets.keys()].sort((one, other) => one - other);
  buckets.set(next, (buckets.get(next) ?? 0) + (buckets.get(lowest) ?? 0));
  buckets.delete(lowest);
}
