/** The CloudWatch namespace of the project's own metrics. */
export const metricNamespace = "Darkroom";

/**
 * Counts 1 in a metric of our own by writing one line of embedded metric format
 * (https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html):
 * CloudWatch Logs turns it into the metric, without a call and without a permission.
 * @param properties searchable in the log, no dimensions
 */
export function countMetric(
  name: string,
  properties: Readonly<Record<string, string>> = {},
  write: (line: string) => void = (line) => process.stdout.write(line),
  now: () => number = Date.now,
): void {
  const line = {
    _aws: {
      Timestamp: now(),
      CloudWatchMetrics: [
        { Namespace: metricNamespace, Dimensions: [[]], Metrics: [{ Name: name, Unit: "Count" }] },
      ],
    },
    ...properties,
    [name]: 1,
  };
  write(`${JSON.stringify(line)}\n`);
}
