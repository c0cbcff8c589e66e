import { z } from "zod";
import { type Series, units } from "./metric.ts";
import { dimensionName, dimensions, metricName, namespace } from "./parse-input.ts";

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html */
const directive = z.object({
  Namespace: namespace,
  Dimensions: z.array(z.array(dimensionName).max(30)).default([[]]),
  Metrics: z
    .array(z.object({ Name: metricName, Unit: z.enum(units).default("None") }))
    .min(1)
    .max(100),
});
const embedded = z.looseObject({
  _aws: z.object({
    Timestamp: z.number().min(0).max(8.64e15),
    CloudWatchMetrics: z.array(directive).min(1),
  }),
});
const values = z.union([z.number(), z.array(z.number()).max(100)]);

export interface EmbeddedValue {
  readonly series: Series;
  readonly value: number;
  /** Epoch milliseconds. */
  readonly atMs: number;
}

/**
 * The metrics that a line of a log carries. A line that isn't of the format, or not right in it, carries none: CloudWatch
 * tells nobody either.
 */
export function embeddedMetrics(message: string): readonly EmbeddedValue[] {
  // Most lines are ordinary: they cost no parsing.
  if (!message.startsWith("{") || !message.includes('"_aws"')) return [];
  const parsed = embedded.safeParse(jsonOf(message));
  if (!parsed.success) return [];
  const { _aws, ...members } = parsed.data;
  const found: EmbeddedValue[] = [];
  for (const { Namespace, Dimensions, Metrics } of _aws.CloudWatchMetrics) {
    for (const names of Dimensions) {
      const given = dimensions.safeParse(
        names.map((Name) => ({ Name, Value: textOf(members[Name]) })),
      );
      if (!given.success) continue;
      for (const { Name, Unit } of Metrics) {
        const measured = values.safeParse(members[Name]);
        if (!measured.success) continue;
        const series = { namespace: Namespace, name: Name, dimensions: given.data, unit: Unit };
        for (const value of [measured.data].flat()) {
          found.push({ series, value, atMs: _aws.Timestamp });
        }
      }
    }
  }
  return found;
}

const textOf = (value: unknown): unknown => (typeof value === "number" ? String(value) : value);

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
