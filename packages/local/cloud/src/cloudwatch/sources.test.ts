import { setTimeout as wait } from "node:timers/promises";
import {
  CloudWatchClient,
  GetMetricStatisticsCommand,
  type Statistic,
} from "@aws-sdk/client-cloudwatch";
import { InvokeCommand, LambdaClient } from "@aws-sdk/client-lambda";
import { DescribeExecutionCommand, SFNClient, StartExecutionCommand } from "@aws-sdk/client-sfn";
import {
  DeleteMessageCommand,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SQSClient,
} from "@aws-sdk/client-sqs";
import { strToU8, zipSync } from "fflate";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type StartedCloud, startTestCloud } from "../testing/start-test-cloud.ts";

let cloud: StartedCloud;
let metrics: CloudWatchClient;

/** Fails when it is told to, and counts in a metric of its own. */
const handler = `
const line = JSON.stringify({
  _aws: {
    Timestamp: Date.now(),
    CloudWatchMetrics: [
      { Namespace: "Own", Dimensions: [["FunctionName"]], Metrics: [{ Name: "Calls", Unit: "Count" }] },
    ],
  },
  FunctionName: process.env.AWS_LAMBDA_FUNCTION_NAME,
  Calls: 1,
});
exports.handler = async ({ fail }) => {
  process.stdout.write(line + "\\n");
  if (fail) throw new Error("as asked");
};`;

const policy = (statement: object) =>
  JSON.stringify({ Version: "2012-10-17", Statement: [{ Effect: "Allow", ...statement }] });
const role = (name: string, principal: string) => ({
  name,
  assume_role_policy: policy({ Principal: { Service: principal }, Action: "sts:AssumeRole" }),
});
const machineArn = "arn:aws:states:us-east-1:000000000000:stateMachine:machine";

beforeAll(async () => {
  const states = {
    Which: {
      Type: "Choice",
      Choices: [{ Variable: "$.fail", BooleanEquals: true, Next: "Bad" }],
      Default: "Good",
    },
    Good: { Type: "Succeed" },
    Bad: { Type: "Fail", Error: "As.Asked" },
  };
  cloud = await startTestCloud(
    {
      aws_iam_role: {
        f: role("f", "lambda.amazonaws.com"),
        machine: role("machine", "states.amazonaws.com"),
      },
      aws_iam_role_policy: {
        f: { name: "inline", role: "f", policy: policy({ Action: "logs:*", Resource: "*" }) },
      },
      aws_cloudwatch_log_group: { f: { name: "/aws/lambda/f", retention_in_days: 1 } },
      aws_lambda_function: {
        f: {
          function_name: "f",
          runtime: "nodejs24.x",
          handler: "index.handler",
          role: "arn:aws:iam::000000000000:role/f",
          filename: "function.zip",
          architectures: ["arm64"],
          logging_config: [{ log_format: "JSON", log_group: "/aws/lambda/f" }],
        },
      },
      aws_sqs_queue: { q: { name: "q" } },
      aws_sfn_state_machine: {
        machine: {
          name: "machine",
          role_arn: "arn:aws:iam::000000000000:role/machine",
          definition: JSON.stringify({ StartAt: "Which", States: states }),
        },
      },
    },
    { "function.zip": zipSync({ "index.cjs": strToU8(handler) }) },
  );
  metrics = new CloudWatchClient(cloud.client);
});
afterAll(async () => {
  metrics.destroy();
  await cloud.close();
});

/** Of all that was counted so far. */
async function read(
  [Namespace, MetricName]: readonly [string, string],
  [Name, Value]: readonly [string, string],
  statistic: Statistic = "Sum",
): Promise<number | undefined> {
  const { Datapoints } = await metrics.send(
    new GetMetricStatisticsCommand({
      Namespace,
      MetricName,
      Dimensions: [{ Name, Value }],
      StartTime: new Date(Date.now() - 3_600_000),
      EndTime: new Date(Date.now() + 60_000),
      Period: 7200,
      Statistics: [statistic],
    }),
  );
  return Datapoints?.[0]?.[statistic];
}

test("executions count by their machine, as they began and ended", async () => {
  const sfn = new SFNClient(cloud.client);
  for (const fail of [false, false, true]) {
    const { executionArn } = await sfn.send(
      new StartExecutionCommand({ stateMachineArn: machineArn, input: JSON.stringify({ fail }) }),
    );
    for (;;) {
      const { status } = await sfn.send(new DescribeExecutionCommand({ executionArn }));
      if (status !== "RUNNING") break;
      await wait(5);
    }
  }
  sfn.destroy();

  const machine = ["StateMachineArn", machineArn] as const;
  expect(await read(["AWS/States", "ExecutionsStarted"], machine)).toBe(3);
  expect(await read(["AWS/States", "ExecutionsSucceeded"], machine)).toBe(2);
  expect(await read(["AWS/States", "ExecutionsFailed"], machine)).toBe(1);
  expect(await read(["AWS/States", "ExecutionsAborted"], machine)).toBeUndefined();
  expect(await read(["AWS/States", "ExecutionThrottled"], machine)).toBe(0);
  expect(await read(["AWS/States", "ExecutionTime"], machine, "SampleCount")).toBe(3);
});

test("invocations count by their function, and so does what it counts itself", async () => {
  const lambda = new LambdaClient(cloud.client);
  for (const fail of [false, true]) {
    const Payload = JSON.stringify({ fail });
    await lambda.send(new InvokeCommand({ FunctionName: "f", Payload }));
  }
  lambda.destroy();

  const byName = ["FunctionName", "f"] as const;
  expect(await read(["AWS/Lambda", "Invocations"], byName)).toBe(2);
  expect(await read(["AWS/Lambda", "Errors"], byName)).toBe(1);
  expect(await read(["AWS/Lambda", "Throttles"], byName)).toBe(0);
  expect(await read(["AWS/Lambda", "ConcurrentExecutions"], byName, "Maximum")).toBe(1);
  expect(await read(["AWS/Lambda", "Duration"], byName, "Maximum")).toBeGreaterThan(0);
  expect(await read(["Own", "Calls"], byName)).toBe(2);
});

test("messages count by their queue, with those that are there now", async () => {
  const sqs = new SQSClient(cloud.client);
  const QueueUrl = `${cloud.client.endpoint}/000000000000/q`;
  const Entries = ["1", "2", "3"].map((Id) => ({ Id, MessageBody: Id }));
  await sqs.send(new SendMessageBatchCommand({ QueueUrl, Entries }));
  const { Messages } = await sqs.send(new ReceiveMessageCommand({ QueueUrl }));
  const queue = ["QueueName", "q"] as const;

  expect(await read(["AWS/SQS", "NumberOfMessagesSent"], queue)).toBe(3);
  expect(await read(["AWS/SQS", "NumberOfMessagesReceived"], queue)).toBe(1);
  expect(await read(["AWS/SQS", "ApproximateNumberOfMessagesVisible"], queue)).toBe(2);
  expect(await read(["AWS/SQS", "ApproximateAgeOfOldestMessage"], queue)).toBe(0);
  expect(await read(["AWS/SQS", "ApproximateNumberOfMessagesNotVisible"], queue)).toBe(1);

  const ReceiptHandle = Messages?.[0]?.ReceiptHandle;
  await sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle }));
  sqs.destroy();
  expect(await read(["AWS/SQS", "NumberOfMessagesDeleted"], queue)).toBe(1);
});
