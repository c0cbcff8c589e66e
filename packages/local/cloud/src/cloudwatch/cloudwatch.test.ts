import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import {
  CloudWatchClient,
  GetMetricDataCommand,
  GetMetricStatisticsCommand,
  ListMetricsCommand,
  PutMetricDataCommand,
} from "@aws-sdk/client-cloudwatch";
import { afterEach, beforeEach, expect, test } from "vitest";
import { createFakeClock, type FakeClock } from "../testing/fake-clock.ts";
import { temporaryFolder } from "../testing/temporary-folder.ts";
import { serve, type TestEndpoint } from "../testing/test-endpoint.ts";
import { type CloudWatch, createCloudWatch } from "./cloudwatch.ts";
import type { QueueDepth } from "./queue-gauges.ts";

let file: string;
let clock: FakeClock;
let cloudwatch: CloudWatch;
let endpoint: TestEndpoint;
let client: CloudWatchClient;
let depths: QueueDepth[];

const open = (): CloudWatch =>
  createCloudWatch({
    databaseFile: file,
    clock,
    queues: () => depths,
    onFault: (error) => {
      throw error;
    },
  });

beforeEach(async () => {
  file = join(temporaryFolder(), "cloudwatch.sqlite");
  clock = createFakeClock();
  depths = [];
  cloudwatch = open();
  endpoint = await serve([cloudwatch.service]);
  client = new CloudWatchClient(endpoint.client);
});
afterEach(async () => {
  client.destroy();
  await endpoint.close();
  cloudwatch.close();
});

const metric = {
  namespace: "AWS/Lambda",
  name: "Duration",
  dimension: ["FunctionName", "f"],
  unit: "Milliseconds",
} as const;
const dimensions = [{ Name: "FunctionName", Value: "f" }];
const around = () => ({
  StartTime: new Date(clock.now() - 3_600_000),
  EndTime: new Date(clock.now() + 60_000),
});
const asked = () => ({
  Namespace: "AWS/Lambda",
  MetricName: "Duration",
  Dimensions: dimensions,
  Period: 3600 * 2,
  ...around(),
});
/** Through another protocol than the SDK: Debian's, which is not on every machine. */
const debianCli = "/usr/bin/aws";

async function cli(...args: string[]): Promise<unknown> {
  const { accessKeyId, secretAccessKey } = endpoint.client.credentials;
  const { stdout } = await promisify(execFile)(
    debianCli,
    ["cloudwatch", ...args, "--endpoint-url", endpoint.client.endpoint, "--output", "json"],
    {
      env: {
        PATH: "/usr/bin:/bin",
        AWS_ACCESS_KEY_ID: accessKeyId,
        AWS_SECRET_ACCESS_KEY: secretAccessKey,
        AWS_DEFAULT_REGION: "us-east-1",
        AWS_CONFIG_FILE: "/dev/null",
        AWS_MAX_ATTEMPTS: "1",
      },
    },
  );
  return stdout === "" ? undefined : JSON.parse(stdout);
}

test("a reader finds at once what was recorded, in every statistic", async () => {
  for (let value = 1; value <= 100; value++) cloudwatch.record(metric, value);

  const { Datapoints } = await client.send(
    new GetMetricStatisticsCommand({
      ...asked(),
      Statistics: ["Sum", "Average", "Minimum", "Maximum", "SampleCount"],
    }),
  );
  expect(Datapoints).toEqual([
    {
      Timestamp: expect.any(Date),
      Unit: "Milliseconds",
      Sum: 5050,
      Average: 50.5,
      Minimum: 1,
      Maximum: 100,
      SampleCount: 100,
    },
  ]);
  const extended = await client.send(
    new GetMetricStatisticsCommand({ ...asked(), ExtendedStatistics: ["p50", "p99", "p100"] }),
  );
  const { p50 = 0, p99 = 0, p100 } = extended.Datapoints?.[0]?.ExtendedStatistics ?? {};
  expect(Math.abs(p50 - 50)).toBeLessThanOrEqual(0.5);
  expect(Math.abs(p99 - 99)).toBeLessThanOrEqual(0.99);
  expect(p100).toBeCloseTo(100);
});

test("metrics survive a restart", async () => {
  cloudwatch.record(metric, 7);
  cloudwatch.close();
  cloudwatch = open();
  await endpoint.close();
  client.destroy();
  endpoint = await serve([cloudwatch.service]);
  client = new CloudWatchClient(endpoint.client);

  const { Datapoints } = await client.send(
    new GetMetricStatisticsCommand({ ...asked(), Statistics: ["Sum"] }),
  );
  expect(Datapoints).toMatchObject([{ Sum: 7 }]);
});

test("GetMetricData answers several queries by minute, the latest first unless told otherwise", async () => {
  cloudwatch.record(metric, 1, clock.now() - 120_000);
  cloudwatch.record(metric, 2, clock.now() - 60_000);
  cloudwatch.record({ ...metric, name: "Errors", unit: "Count" }, 0);
  const query = (Id: string, MetricName: string, Stat: string) => ({
    Id,
    MetricStat: {
      Metric: { Namespace: "AWS/Lambda", MetricName, Dimensions: dimensions },
      Period: 60,
      Stat,
    },
  });
  const MetricDataQueries = [
    query("a", "Duration", "p90"),
    query("b", "Errors", "Sum"),
    query("c", "Nothing", "Sum"),
  ];

  const latest = await client.send(new GetMetricDataCommand({ MetricDataQueries, ...around() }));
  const ascending = await client.send(
    new GetMetricDataCommand({ MetricDataQueries, ...around(), ScanBy: "TimestampAscending" }),
  );

  expect(latest.MetricDataResults).toMatchObject([
    { Id: "a", Label: "Duration", Values: [2, 1], StatusCode: "Complete" },
    { Id: "b", Values: [0] },
    { Id: "c", Values: [], Timestamps: [] },
  ]);
  expect(latest.MetricDataResults?.[0]?.Timestamps?.[0]).toEqual(new Date(clock.now() - 60_000));
  expect(ascending.MetricDataResults?.[0]?.Values).toEqual([1, 2]);
});

test("PutMetricData takes values, counted values and statistic sets; a large one comes compressed", async () => {
  const MetricData = [
    { MetricName: "One", Value: 3, Unit: "Count" as const },
    { MetricName: "Many", Values: [1, 2], Counts: [3, 1], Dimensions: dimensions },
    {
      MetricName: "Set",
      StatisticValues: { SampleCount: 4, Sum: 10, Minimum: 1, Maximum: 4 },
    },
    ...Array.from({ length: 300 }, (_, n) => ({ MetricName: `Other number ${n}`, Value: n })),
  ];
  await client.send(new PutMetricDataCommand({ Namespace: "Mine", MetricData }));

  const read = async (MetricName: string, Dimensions: typeof dimensions = []) => {
    const { Datapoints } = await client.send(
      new GetMetricStatisticsCommand({
        ...asked(),
        Namespace: "Mine",
        MetricName,
        Dimensions,
        Statistics: ["Sum", "SampleCount"],
      }),
    );
    return Datapoints?.[0];
  };
  expect(await read("One")).toMatchObject({ Sum: 3, SampleCount: 1, Unit: "Count" });
  expect(await read("Many", dimensions)).toMatchObject({ Sum: 5, SampleCount: 4, Unit: "None" });
  expect(await read("Set")).toMatchObject({ Sum: 10, SampleCount: 4 });
  expect(await read("Many")).toBeUndefined();
  expect(await read("Other number 299")).toMatchObject({ Sum: 299 });
});

test("ListMetrics filters, and goes on where its page ended", async () => {
  const MetricData = Array.from({ length: 501 }, (_, n) => ({ MetricName: `m${n}`, Value: n }));
  await client.send(new PutMetricDataCommand({ Namespace: "Mine", MetricData }));
  cloudwatch.record(metric, 1);

  const first = await client.send(new ListMetricsCommand({ Namespace: "Mine" }));
  const second = await client.send(
    new ListMetricsCommand({ Namespace: "Mine", NextToken: first.NextToken }),
  );
  const ofFunction = await client.send(
    new ListMetricsCommand({ Dimensions: [{ Name: "FunctionName" }] }),
  );

  expect(first.Metrics).toHaveLength(500);
  expect(second).toMatchObject({ Metrics: [{ MetricName: "m500" }] });
  expect(second.NextToken).toBeUndefined();
  expect(ofFunction.Metrics).toEqual([
    { Namespace: "AWS/Lambda", MetricName: "Duration", Dimensions: dimensions },
  ]);
});

test("what is not supported or wrong is refused by its name", async () => {
  const statistics = { ...asked(), Statistics: ["Sum" as const] };
  const refused = async (command: { input: object }, name: string, text: RegExp) =>
    await expect(client.send(command as GetMetricDataCommand)).rejects.toMatchObject({
      name,
      message: expect.stringMatching(text),
    });

  await refused(
    new GetMetricDataCommand({
      MetricDataQueries: [{ Id: "e", Expression: "SUM(a)" }],
      ...around(),
    }),
    "InvalidParameterValueException",
    /Expression/,
  );
  await refused(
    new GetMetricStatisticsCommand({ ...statistics, Period: 10 }),
    "InvalidParameterValueException",
    /Period/,
  );
  await refused(
    new GetMetricStatisticsCommand({ ...statistics, Period: 60, StartTime: new Date(0) }),
    "InvalidParameterCombinationException",
    /3600/,
  );
  await refused(
    new GetMetricStatisticsCommand({ ...asked() }),
    "MissingRequiredParameterException",
    /Statistics/,
  );
  await refused(
    new GetMetricStatisticsCommand({ ...asked(), ExtendedStatistics: ["tm90"] }),
    "InvalidParameterValueException",
    /tm90/,
  );
  await refused(
    new PutMetricDataCommand({
      Namespace: "AWS/Mine",
      MetricData: [{ MetricName: "a", Value: 1 }],
    }),
    "InvalidParameterValueException",
    /Namespace/,
  );
  await refused(
    new PutMetricDataCommand({
      Namespace: "Mine",
      MetricData: [{ MetricName: "a", Value: 1, Timestamp: new Date(0) }],
    }),
    "InvalidParameterValueException",
    /two weeks/,
  );
});

test("a role needs the permission", async () => {
  const allowed = { Effect: "Allow", Action: "cloudwatch:PutMetricData", Resource: "*" };
  const role = new CloudWatchClient({
    ...endpoint.client,
    credentials: endpoint.roleKey("writer", {
      ...allowed,
      Condition: { StringEquals: { "cloudwatch:namespace": "Mine" } },
    }),
  });
  const put = (Namespace: string) =>
    role.send(new PutMetricDataCommand({ Namespace, MetricData: [{ MetricName: "a", Value: 1 }] }));

  await put("Mine");
  await expect(put("Other")).rejects.toThrow("cloudwatch:PutMetricData");
  await expect(role.send(new ListMetricsCommand())).rejects.toThrow("cloudwatch:ListMetrics");
  role.destroy();
});

test("embedded metric format in a log line becomes metrics; any other line nothing", async () => {
  const line = {
    _aws: {
      Timestamp: clock.now(),
      CloudWatchMetrics: [
        {
          Namespace: "Darkroom",
          Dimensions: [["FunctionName"]],
          Metrics: [{ Name: "PhotoFailed", Unit: "Count" }],
        },
      ],
    },
    FunctionName: "f",
    PhotoFailed: 1,
    errReason: "it is no image",
  };
  const wrong = { ...line, PhotoFailed: "one" };
  const messages = [line, line, wrong].map((one) => ({ message: `${JSON.stringify(one)}\n` }));
  cloudwatch.readLog([...messages, { message: '{"_aws": ' }, { message: 'INFO "_aws"' }]);

  const { Datapoints } = await client.send(
    new GetMetricStatisticsCommand({
      ...asked(),
      Namespace: "Darkroom",
      MetricName: "PhotoFailed",
      Statistics: ["Sum"],
    }),
  );
  expect(Datapoints).toMatchObject([{ Sum: 2, Unit: "Count" }]);
});

test("a queue's depth is what it was last in each minute", async () => {
  cloudwatch.start();
  const read = async () => {
    const { Datapoints } = await client.send(
      new GetMetricStatisticsCommand({
        ...asked(),
        Namespace: "AWS/SQS",
        MetricName: "ApproximateNumberOfMessagesVisible",
        Dimensions: [{ Name: "QueueName", Value: "q" }],
        Period: 60,
        Statistics: ["Maximum"],
      }),
    );
    return Datapoints?.map(({ Maximum }) => Maximum);
  };

  depths = [{ name: "q", visible: 0, inFlight: 0, delayed: 0, oldestAgeMs: 0 }];
  expect(await read()).toEqual([0]);
  depths = [{ name: "q", visible: 5, inFlight: 1, delayed: 0, oldestAgeMs: 0 }];
  expect(await read()).toEqual([5]);
  await clock.advance(60_000);
  depths = [{ name: "q", visible: 2, inFlight: 0, delayed: 0, oldestAgeMs: 0 }];
  expect(await read()).toEqual([5, 2]);
});

test("after 15 days the minutes of an hour are one point; after 455 days nothing is left", async () => {
  cloudwatch.record(metric, 1);
  cloudwatch.record(metric, 3, clock.now() + 60_000);
  const began = new Date(clock.now());
  const Period = 3600;
  const read = async () => {
    const EndTime = new Date(began.getTime() + 3_600_000);
    const { Datapoints } = await client.send(
      new GetMetricStatisticsCommand({
        ...{ ...asked(), StartTime: began, EndTime, Period },
        Statistics: ["Sum", "SampleCount", "Maximum"],
      }),
    );
    return Datapoints;
  };
  const restart = async (days: number) => {
    cloudwatch.close();
    await clock.advance(days * 86_400_000);
    await endpoint.close();
    client.destroy();
    cloudwatch = open();
    cloudwatch.start();
    endpoint = await serve([cloudwatch.service]);
    client = new CloudWatchClient(endpoint.client);
  };

  await restart(16);
  expect(await read()).toMatchObject([{ Timestamp: began, Sum: 4, SampleCount: 2, Maximum: 3 }]);
  await restart(440);
  expect(await read()).toEqual([]);
  expect((await client.send(new ListMetricsCommand())).Metrics).toEqual([]);
});

test.skipIf(!existsSync(debianCli))("the query protocol of Debian's AWS CLI", async () => {
  const start = new Date(clock.now() - 60_000).toISOString();
  const end = new Date(clock.now() + 60_000).toISOString();
  const range = ["--start-time", start, "--end-time", end];
  const stat = {
    Metric: { Namespace: "Mine", MetricName: "Size", Dimensions: [{ Name: "Of", Value: "a<b" }] },
    Period: 60,
    Stat: "p50",
  };
  const named = ["--namespace", "Mine", "--metric-name", "Size", "--dimensions"];

  await cli(
    "put-metric-data",
    ...named,
    "Of=a<b",
    "--value",
    "2.5",
    "--unit",
    "Bytes",
    "--timestamp",
    new Date(clock.now()).toISOString(),
  );
  expect(await cli("list-metrics", "--namespace", "Mine")).toMatchObject({
    Metrics: [stat.Metric],
  });
  const statistics = ["get-metric-statistics", ...named, "Name=Of,Value=a<b", "--period", "60"];
  expect(await cli(...statistics, ...range, "--statistics", "Sum", "Maximum")).toEqual({
    Label: "Size",
    Datapoints: [
      { Timestamp: expect.stringMatching(/^2026/), Sum: 2.5, Maximum: 2.5, Unit: "Bytes" },
    ],
  });
  expect(await cli(...statistics, ...range, "--extended-statistics", "p99")).toMatchObject({
    Datapoints: [{ ExtendedStatistics: { p99: 2.5 } }],
  });
  const queries = JSON.stringify([{ Id: "q", MetricStat: stat }]);
  expect(await cli("get-metric-data", "--metric-data-queries", queries, ...range)).toMatchObject({
    MetricDataResults: [{ Id: "q", Values: [2.5], StatusCode: "Complete" }],
  });
  const math = JSON.stringify([{ Id: "q", Expression: "1+1" }]);
  await expect(cli("get-metric-data", "--metric-data-queries", math, ...range)).rejects.toThrow(
    /InvalidParameterValue.*Expression/,
  );
});
