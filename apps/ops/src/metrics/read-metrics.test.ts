import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { PutMetricDataCommand } from "@aws-sdk/client-cloudwatch";
import { DescribeExecutionCommand, StartExecutionCommand } from "@aws-sdk/client-sfn";
import { SendMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import { type Cloud, startCloud } from "@darkroom/cloud";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Clients, createClients } from "../clients.ts";
import { readMetrics } from "./read-metrics.ts";
import { timeSpan } from "./time-span.ts";

let folder: string;
let cloud: Cloud;
let clients: Clients;
let target: { endpointUrl: string; region: string; credentials: Cloud["operatorKey"] };

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
  folder = await mkdtemp(join(tmpdir(), "read-metrics-"));
  const stackFile = join(folder, "stack.json");
  await writeFile(
    stackFile,
    JSON.stringify({
      provider: { aws: [{ region: "us-east-1" }] },
      resource: {
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
      },
    }),
  );
  cloud = await startCloud({
    dataFolder: join(folder, "data"),
    port: await freePort(),
    stackFile,
    layerFolders: new Map(),
    labels: {
      detectLabels: () => Promise.reject(new Error("no labels here")),
      detectModerationLabels: () => Promise.reject(new Error("no moderation here")),
    },
    log() {},
  });
  target = {
    endpointUrl: cloud.endpointUrl,
    region: cloud.region,
    credentials: cloud.operatorKey,
  };
  clients = createClients(target);
});
afterAll(async () => {
  clients.close();
  await cloud.close();
  await rm(folder, { recursive: true });
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
  const { endpointUrl: endpoint, ...rest } = target;
  const sqs = new SQSClient({ ...rest, endpoint });
  const QueueUrl = `${endpoint}/000000000000/photos-test-events-dead`;
  await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: "one" }));
  sqs.destroy();
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

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === "object" && address !== null ? address.port : 0;
}
