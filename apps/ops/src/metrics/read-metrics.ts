import type { CloudWatchClient } from "@aws-sdk/client-cloudwatch";
import { type AskedSeries, dimensionValues, readSeries, type SeriesPoint } from "./series.ts";
import type { TimeSpan } from "./time-span.ts";

/** What `darkroom metrics` tells: `--json` prints it as it is, without the points. */
export interface Metrics {
  readonly since: Date;
  readonly until: Date;
  /** By name. */
  readonly machines: Readonly<Record<string, MachineMetrics>>;
  readonly startExecution: {
    readonly invocations: number;
    /** Invocations that failed as a whole: those of Lambda's own metric. */
    readonly errors: number;
    readonly throttles: number;
    /** Executions that could not be started, whether the invocation failed or told of it. */
    readonly failedStarts: number;
  };
  readonly photosFailed: number;
  /** By name. */
  readonly queues: Readonly<Record<string, QueueMetrics>>;
  /** The executions of all machines that were started, by period. */
  readonly started: readonly SeriesPoint[];
}

export interface MachineMetrics {
  readonly started: number;
  readonly succeeded: number;
  readonly failed: number;
  readonly timedOut: number;
  readonly aborted: number;
  /** State transitions that had to wait: AWS lets so many a second begin. */
  readonly throttled: number;
}

export interface QueueMetrics {
  /** When it was looked at last; null when there was nothing to see in the time that was asked for. */
  readonly waiting: number | null;
  readonly inFlight: number | null;
  readonly mostWaiting: number | null;
  /** How long the oldest message was there, in seconds. */
  readonly oldestSeconds: number | null;
  readonly sent: number;
}

const machineMetrics = {
  started: "ExecutionsStarted",
  succeeded: "ExecutionsSucceeded",
  failed: "ExecutionsFailed",
  timedOut: "ExecutionsTimedOut",
  aborted: "ExecutionsAborted",
  throttled: "ExecutionThrottled",
} as const;

/**
 * Reads what happened to the stack that a function and a machine are of: it is told apart from others by the beginning of
 * their names.
 */
export async function readMetrics(
  client: CloudWatchClient,
  { startFunction, machineArn }: { startFunction: string; machineArn: string },
  span: TimeSpan,
): Promise<Metrics> {
  const prefix = startFunction.replace(/StartExecution$/, "");
  const isOurs = (name: string): boolean => name.startsWith(prefix);
  const [arns, queueNames, failing] = await Promise.all([
    dimensionValues(client, "AWS/States", "ExecutionsStarted", "StateMachineArn"),
    dimensionValues(client, "AWS/SQS", "ApproximateNumberOfMessagesVisible", "QueueName"),
    dimensionValues(client, "Darkroom", "PhotoFailed", "FunctionName"),
  ]);
  const machines = [...new Set([machineArn, ...arns])].filter((arn) => isOurs(nameOf(arn)));
  const queues = queueNames.filter(isOurs);
  const failers = failing.filter(isOurs);

  const plan = new Map<string, AskedSeries>();
  const ask = (
    namespace: string,
    metric: string,
    dimension: readonly [string, string],
    statistic: AskedSeries["statistic"] = "Sum",
  ): void => {
    plan.set(`${metric} ${dimension[1]}`, { namespace, metric, dimension, statistic });
  };
  for (const arn of machines) {
    for (const metric of Object.values(machineMetrics)) {
      ask("AWS/States", metric, ["StateMachineArn", arn]);
    }
  }
  for (const metric of ["Invocations", "Errors", "Throttles"]) {
    ask("AWS/Lambda", metric, ["FunctionName", startFunction]);
  }
  ask("Darkroom", "StartExecutionFailed", ["FunctionName", startFunction]);
  for (const name of failers) ask("Darkroom", "PhotoFailed", ["FunctionName", name]);
  for (const name of queues) {
    const dimension = ["QueueName", name] as const;
    ask("AWS/SQS", "ApproximateNumberOfMessagesVisible", dimension, "Maximum");
    ask("AWS/SQS", "ApproximateNumberOfMessagesNotVisible", dimension, "Maximum");
    ask("AWS/SQS", "ApproximateAgeOfOldestMessage", dimension, "Maximum");
    ask("AWS/SQS", "NumberOfMessagesSent", dimension);
  }

  const read = await readSeries(client, [...plan.values()], span);
  const found = new Map([...plan.keys()].map((key, index) => [key, read[index] ?? []]));
  const points = (metric: string, of: string): SeriesPoint[] => found.get(`${metric} ${of}`) ?? [];
  const sum = (metric: string, of: string): number =>
    points(metric, of).reduce((total, { value }) => total + value, 0);

  return {
    since: span.since,
    until: span.until,
    machines: Object.fromEntries(
      machines.map((arn) => [
        nameOf(arn),
        Object.fromEntries(
          Object.entries(machineMetrics).map(([name, metric]) => [name, sum(metric, arn)]),
        ) as unknown as MachineMetrics,
      ]),
    ),
    startExecution: {
      invocations: sum("Invocations", startFunction),
      errors: sum("Errors", startFunction),
      throttles: sum("Throttles", startFunction),
      failedStarts: sum("StartExecutionFailed", startFunction),
    },
    photosFailed: failers.reduce((total, name) => total + sum("PhotoFailed", name), 0),
    queues: Object.fromEntries(
      queues.map((name) => [
        name,
        {
          waiting: last(points("ApproximateNumberOfMessagesVisible", name)),
          inFlight: last(points("ApproximateNumberOfMessagesNotVisible", name)),
          mostWaiting: most(points("ApproximateNumberOfMessagesVisible", name)),
          oldestSeconds: last(points("ApproximateAgeOfOldestMessage", name)),
          sent: sum("NumberOfMessagesSent", name),
        },
      ]),
    ),
    started: machines.flatMap((arn) => points("ExecutionsStarted", arn)),
  };
}

const last = (points: readonly SeriesPoint[]): number | null => points.at(-1)?.value ?? null;

const most = (points: readonly SeriesPoint[]): number | null =>
  points.length === 0 ? null : points.reduce((most, { value }) => Math.max(most, value), 0);

const nameOf = (machineArn: string): string => machineArn.split(":").slice(6).join(":");
