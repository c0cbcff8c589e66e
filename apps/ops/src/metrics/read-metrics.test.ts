import { setTimeout as wait } from "node:timers/promises";
import { PutMetricDataCommand } from "@aws-sdk/client-cloudwatch";
import { DescribeExecutionCommand, StartExecutionCommand } from "@aws-sdk/client-sfn";
import { GetQueueUrlCommand, SendMessageCommand } from "@aws-sdk/client-sqs";
import { type StartedCloud, startTestCloud } from "@darkroom/cloud/testing/start-test-cloud";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Clients, createClients } from "../clients.ts";
import { readMetrics } from "./read-metrics.ts";
import { timeSpan } from "./time-span.ts";

let cloud: StartedCloud;
let clients: Clients;

const machineArn = "arn:aws:states:us-east-1:000000000000:stateMachine:photos-test-image";
const trust = JSON.stringify({
  Version: "2012-10-17",
  Statement: [
    {
      Effect: "Allow",
      Principal: { Service: "states.amazonaws.com" },
      Action: "sts:AssumeRole",
    },
  ],
});
const machine = (name: string) => ({
  name,
  role_arn: "arn:aws:iam::000000000000:role/machine",
  definition: JSON.stringify({
    StartAt: "Bad",
    States: { Bad: { Type: "Fail", Error: "As.Asked" } },
  }),
});

beforeAll(async () => {
  cloud = await startTestCloud({
    aws_iam_role: { machine: { name: "machine", assume_role_policy: trust } },
    aws_sqs_queue: {
      events: { name: "photos-test-events" },
      dead: { name: "photos-test-events-dead" },
      other: { name: "other-queue" },
    },
    aws_sfn_state_machine: {
      image: machine("photos-test-image"),
      other: machine("other-image"),
    },
  });
  const { endpoint: endpointUrl, ...client } = cloud.client;
  clients = createClients({ endpointUrl, ...client });
});
afterAll(async () => {
  clients.close();
  await cloud.close();
});

const read = () =>
  readMetrics(
    clients.cloudwatch,
    { startFunction: "photos-test-StartExecution", machineArn },
    timeSpan(3_600_000, Date.now()),
  );

test("a stack where nothing happened yet has zeros, and its queues", async () => {
  expect(await read()).toMatchObject({
    machines: {
      "photos-test-image": {
        started: 0,
        succeeded: 0,
        failed: 0,
        timedOut: 0,
        aborted: 0,
        throttled: 0,
      },
    },
    startExecution: { invocations: 0, errors: 0, throttles: 0, failedStarts: 0 },
    photosFailed: 0,
    queues: { "photos-test-events": { waiting: 0, inFlight: 0, sent: 0 } },
  });
});

test("what happened to the stack is told, and nothing of another one", async () => {
  for (const name of ["photos-test-image", "other-image"]) {
    const { executionArn } = await clients.sfn.send(
      new StartExecutionCommand({ stateMachineArn: machineArn.replace(/[^:]+$/, name) }),
    );
    for (;;) {
      const { status } = await clients.sfn.send(new DescribeExecutionCommand({ executionArn }));
      if (status !== "RUNNING") break;
      await wait(5);
    }
  }
  const { QueueUrl } = await clients.sqs.send(
    new GetQueueUrlCommand({ QueueName: "photos-test-events-dead" }),
  );
  await clients.sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: "one" }));
  const ofFunction = (MetricName: string, name: string) => ({
    MetricName,
    Dimensions: [{ Name: "FunctionName", Value: name }],
    Value: 1,
    Unit: "Count" as const,
  });
  await clients.cloudwatch.send(
    new PutMetricDataCommand({
      Namespace: "Darkroom",
      MetricData: [
        ofFunction("StartExecutionFailed", "photos-test-StartExecution"),
        ofFunction("PhotoFailed", "photos-test-RecordFailure"),
        ofFunction("PhotoFailed", "other-RecordFailure"),
      ],
    }),
  );

  const metrics = await read();
  expect(metrics.machines).toEqual({
    "photos-test-image": {
      started: 1,
      succeeded: 0,
      failed: 1,
      timedOut: 0,
      aborted: 0,
      throttled: 0,
    },
  });
  expect(metrics.startExecution.failedStarts).toBe(1);
  expect(metrics.photosFailed).toBe(1);
  expect(Object.keys(metrics.queues)).toEqual(["photos-test-events", "photos-test-events-dead"]);
  expect(metrics.queues["photos-test-events-dead"]).toEqual({
    waiting: 1,
    oldestSeconds: 0,
    inFlight: 0,
    mostWaiting: 1,
    sent: 1,
  });
  expect(metrics.started.map(({ value }) => value)).toEqual([1]);
});
