import { z } from "zod";
import type { Operation } from "../../service.ts";
import { invalidCombination, invalidValue } from "../errors.ts";
import type { Series } from "../metric.ts";
import { dimensions, metricName, namespace, parseInput, timestamp, unit } from "../parse-input.ts";
import { addValue, emptySummary, type Summary } from "../summary.ts";
import type { Parts } from "./parts.ts";

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricData.html */
const maximumData = 1000;
const maximumValues = 150;
const oldest = 14 * 86_400;
const newest = 2 * 3600;

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_MetricDatum.html: -2^360 to 2^360. */
const value = z
  .number()
  .min(-(2 ** 360))
  .max(2 ** 360);
const count = z
  .number()
  .min(0)
  .max(2 ** 360);

const datum = z.strictObject({
  MetricName: metricName,
  Dimensions: dimensions,
  Timestamp: timestamp.optional(),
  Value: value.optional(),
  Values: z.array(value).min(1).max(maximumValues).optional(),
  Counts: z.array(count).min(1).max(maximumValues).optional(),
  StatisticValues: z
    .strictObject({ SampleCount: count.positive(), Sum: value, Minimum: value, Maximum: value })
    .optional(),
  Unit: unit.default("None"),
  StorageResolution: z
    .literal(60, "has to be 60: the local cloud keeps minutes, no seconds")
    .optional(),
});
type Datum = z.infer<typeof datum>;

const input = z.strictObject({
  Namespace: namespace.refine((name) => !name.startsWith("AWS/"), "AWS/ is for services of AWS"),
  MetricData: z.array(datum).min(1).max(maximumData),
});

/** What was accepted is on disk, and seen by the next reader. */
export function putMetricData({ recorder, clock }: Parts): Operation {
  return (given, call) => {
    // The namespace is a condition key of this action, and there are no ARNs of metrics.
    const named = z.looseObject({ Namespace: z.string() }).safeParse(given);
    const context = named.success ? { "cloudwatch:namespace": named.data.Namespace } : {};
    call.authorize("cloudwatch:PutMetricData", "*", { context });
    const { Namespace, MetricData } = parseInput(input, given);
    const now = clock.now() / 1000;
    const data = MetricData.map((one, index) => {
      const at = one.Timestamp ?? now;
      const name = `MetricData.member.${index + 1}`;
      if (at < now - oldest || at > now + newest) {
        throw invalidValue(
          `The parameter ${name}.Timestamp must specify a time no more than two weeks in the past and no more than two hours in the future.`,
        );
      }
      const series: Series = {
        namespace: Namespace,
        name: one.MetricName,
        dimensions: one.Dimensions,
        unit: one.Unit,
      };
      return { series, at, summary: summaryOf(one, name) };
    });
    for (const { series, at, summary } of data) recorder.addSummary(series, summary, at * 1000);
    recorder.flushSynced();
    return undefined;
  };
}

function summaryOf({ Value, Values, Counts, StatisticValues }: Datum, name: string): Summary {
  const given = [Value, Values, StatisticValues].filter((one) => one !== undefined);
  if (given.length !== 1) {
    throw invalidCombination(
      `The parameter ${name} must have one of Value, Values and StatisticValues.`,
    );
  }
  if (Counts !== undefined && Counts.length !== Values?.length) {
    throw invalidCombination(`The parameter ${name} must have as many Counts as Values.`);
  }
  const summary = emptySummary();
  if (StatisticValues !== undefined) {
    const { SampleCount, Sum, Minimum, Maximum } = StatisticValues;
    if (Minimum > Maximum) {
      throw invalidValue(`The parameter ${name}.StatisticValues has a Minimum above its Maximum.`);
    }
    return { ...summary, count: SampleCount, sum: Sum, minimum: Minimum, maximum: Maximum };
  }
  for (const [index, one] of (Values ?? [Value ?? 0]).entries()) {
    const times = Counts?.[index] ?? 1;
    if (times > 0) addValue(summary, one, times);
  }
  if (summary.count === 0) throw invalidValue(`The parameter ${name}.Counts has only zeros.`);
  return summary;
}
