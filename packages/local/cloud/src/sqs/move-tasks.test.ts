import { join } from "node:path";
import {
  CancelMessageMoveTaskCommand,
  ListMessageMoveTasksCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
  SQSClient,
  StartMessageMoveTaskCommand,
} from "@aws-sdk/client-sqs";
import { afterEach, beforeEach, expect, test } from "vitest";
import { createFakeClock, type FakeClock } from "../testing/fake-clock.ts";
import { temporaryFolder } from "../testing/temporary-folder.ts";
import { place, serve, type TestEndpoint } from "../testing/test-endpoint.ts";
import { createSqs, type Sqs } from "./sqs.ts";

const arnOf = (name: string): string => `arn:aws:sqs:us-east-1:000000000000:${name}`;
const settings = {
  visibilityTimeoutSeconds: 0,
  messageRetentionSeconds: 345_600,
  receiveWaitTimeSeconds: 0,
  delaySeconds: 0,
  maxMessageSize: 262_144,
  sseEnabled: true,
};

let clock: FakeClock;
let databaseFile: string;
let sqs: Sqs;
let endpoint: TestEndpoint;
let client: SQSClient;

async function open(): Promise<void> {
  sqs = createSqs({
    place,
    databaseFile,
    clock,
    endpointUrl: "http://127.0.0.1:4566",
    onFault: (error) => {
      throw error;
    },
  });
  sqs.putQueue({ name: "dead", ...settings });
  const redrive = { deadLetterTargetArn: arnOf("dead"), maxReceiveCount: 1 };
  sqs.putQueue({ name: "work", ...settings, redrive });
  sqs.start();
  endpoint = await serve([sqs.service]);
  client = new SQSClient(endpoint.client);
}

async function close(): Promise<void> {
  client.destroy();
  await sqs.close();
  await endpoint.close();
}

beforeEach(async () => {
  clock = createFakeClock();
  databaseFile = join(temporaryFolder(), "sqs.db");
  await open();
});
afterEach(close);

/** Sends messages and lets them die. */
async function bury(...bodies: string[]): Promise<void> {
  const QueueUrl = sqs.queueUrl(arnOf("work"));
  for (const MessageBody of bodies) {
    await client.send(new SendMessageCommand({ QueueUrl, MessageBody }));
  }
  for (let time = 1; time <= 2; time++) {
    await client.send(new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10 }));
  }
}

const start = (more: { DestinationArn?: string; MaxNumberOfMessagesPerSecond?: number } = {}) =>
  client.send(new StartMessageMoveTaskCommand({ SourceArn: arnOf("dead"), ...more }));

async function lastTask() {
  const { Results } = await client.send(
    new ListMessageMoveTasksCommand({ SourceArn: arnOf("dead") }),
  );
  return Results?.[0];
}

test("a task with a rate goes on after a restart, and can be cancelled", async () => {
  await bury("a", "b", "c");
  await start({ MaxNumberOfMessagesPerSecond: 1 });
  await clock.advance(0);
  expect(await lastTask()).toMatchObject({
    Status: "RUNNING",
    ApproximateNumberOfMessagesMoved: 1,
  });
  await expect(start()).rejects.toThrow("There is already a task running.");

  await close();
  await open();
  await clock.advance(0);
  const running = await lastTask();
  const cancelled = await client.send(
    new CancelMessageMoveTaskCommand({ TaskHandle: running?.TaskHandle }),
  );
  await clock.advance(5000);

  expect(cancelled.ApproximateNumberOfMessagesMoved).toBe(2);
  expect(await lastTask()).toMatchObject({ Status: "CANCELLED" });
  expect(sqs.depth(arnOf("dead"))).toMatchObject({ visible: 1 });
});

test("a message that did not die in another queue has nowhere to go back to", async () => {
  await client.send(
    new SendMessageCommand({ QueueUrl: sqs.queueUrl(arnOf("dead")), MessageBody: "x" }),
  );

  await start();
  await clock.advance(0);

  expect(await lastTask()).toMatchObject({
    Status: "FAILED",
    FailureReason: "CouldNotDetermineMessageSource",
  });
});

test("a handle that no task has is refused", async () => {
  await expect(client.send(new CancelMessageMoveTaskCommand({ TaskHandle: "x" }))).rejects.toThrow(
    "Value for parameter TaskHandle is invalid.",
  );
});
