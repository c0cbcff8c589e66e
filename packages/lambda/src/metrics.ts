/** CloudWatch's, of the project's own metrics. */
const metricNamespace = "Darkroom";

interface MetricOptions {
  write?: (line: string) => void;
  now?: () => number;
  functionName?: string;
}

/**
 * Puts counts of our own by writing one line of embedded metric format
 * (https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html):
 * CloudWatch Logs turns it into metrics, without a call and without a permission.
 *
 * Their one dimension is FunctionName, as of Lambda's own metrics: a function belongs to one stage, so that
 * what goes wrong in one isn't counted in another's alarm.
 * @param counts by the metric's name; a 0 is a value too: it ends an alarm, and shows that somebody looked
 * @param properties searchable in the log, no dimensions
 */
export function putMetrics(
  counts: Readonly<Record<string, number>>,
  properties: Readonly<Record<string, string>> = {},
  {
    write = (line: string) => void process.stdout.write(line),
    now = Date.now,
    functionName = process.env.AWS_LAMBDA_FUNCTION_NAME ?? "local",
  }: MetricOptions = {},
): void {
  const line = {
    _aws: {
      Timestamp: now(),
      CloudWatchMetrics: [
        {
          Namespace: metricNamespace,
          Dimensions: [["FunctionName"]],
          Metrics: Object.keys(counts).map((Name) => ({ Name, Unit: "Count" })),
        },
      ],
    },
    ...properties,
    FunctionName: functionName,
    ...counts,
  };
  write(`${JSON.stringify(line)}\n`);
}

/** Counts 1 in a metric of our own: see {@link putMetrics}. */
export function countMetric(
  name: string,
  properties?: Readonly<Record<string, string>>,
  options?: MetricOptions,
): void {
  putMetrics({ [name]: 1 }, properties, options);
}
