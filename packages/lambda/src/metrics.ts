/** The CloudWatch namespace of the project's own metrics. */
export const metricNamespace = "Darkroom";

/**
 * Counts 1 in a metric of our own by writing one line of embedded metric format
 * (https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html):
 * CloudWatch Logs turns it into the metric, without a call and without a permission.
 *
 * Its one dimension is FunctionName, as of Lambda's own metrics: a function belongs to one stage, so that
 * what goes wrong in one isn't counted in another's alarm.
 * @param properties searchable in the log, no dimensions
 */
export function countMetric(
  name: string,
  properties: Readonly<Record<string, string>> = {},
  {
    write = (line: string) => void process.stdout.write(line),
    now = Date.now,
    functionName = process.env.AWS_LAMBDA_FUNCTION_NAME ?? "local",
  } = {},
): void {
  const line = {
    _aws: {
      Timestamp: now(),
      CloudWatchMetrics: [
        {
          Namespace: metricNamespace,
          Dimensions: [["FunctionName"]],
          Metrics: [{ Name: name, Unit: "Count" }],
        },
      ],
    },
    ...properties,
    FunctionName: functionName,
    [name]: 1,
  };
  write(`${JSON.stringify(line)}\n`);
}
