import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { GetQueueUrlCommand, SendMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import { DynamoDBDocumentClient, PutCommand } from "@aws-sdk/lib-dynamodb";
import { type StartedCloud, startTestCloud } from "@darkroom/cloud/testing/start-test-cloud";
import type { Context } from "@darkroom/lambda";
import { imageIdOf } from "@darkroom/workflow";
import { afterAll, beforeAll, expect, test, vi } from "vitest";

const resource = {
  aws_s3_bucket: { landing: { bucket: "landing" } },
  aws_s3_bucket_versioning: {
    landing: {
      bucket: "${aws_s3_bucket.landing.id}",
      versioning_configuration: { status: "Enabled" },
    },
  },
  aws_sqs_queue: { events: { name: "events" } },
  aws_dynamodb_table: {
    images: {
      name: "images",
      billing_mode: "PAY_PER_REQUEST",
      hash_key: "imageID",
      attribute: [{ name: "imageID", type: "S" }],
    },
  },
};
let cloud: StartedCloud;
let s3: S3Client;
let dynamodb: DynamoDBDocumentClient;

beforeAll(async () => {
  cloud = await startTestCloud(resource);
  s3 = new S3Client({ ...cloud.client, forcePathStyle: true });
  dynamodb = DynamoDBDocumentClient.from(new DynamoDBClient(cloud.client));
  Object.assign(process.env, cloud.environment, {
    LANDING_BUCKET: "landing",
    IMAGE_TABLE: "images",
    EVENT_QUEUE: "events",
  });
  const sqs = new SQSClient(cloud.client);
  const { QueueUrl } = await sqs.send(new GetQueueUrlCommand({ QueueName: "events" }));
  await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: "an event" }));
  sqs.destroy();
});
afterAll(async () => {
  s3.destroy();
  dynamodb.destroy();
  await cloud.close();
});

const event = {
  version: "0",
  id: "53dc4d37-cffa-4f76-80c9-8b7d4a4d2eaa",
  "detail-type": "Scheduled Event",
  source: "aws.events",
  account: "000000000000",
  time: "2026-01-01T00:00:00Z",
  region: "us-east-1",
  resources: ["arn:aws:events:us-east-1:000000000000:rule/hourly"],
  detail: {},
};
const context = { getRemainingTimeInMillis: () => 60_000 } as Context;

test("the function reads bucket, table and executions by its own clients", async () => {
  const keyOf = (name: string) => `Incoming/ann/summer/${name} +ä.jpg`;
  const put = async (name: string) => {
    const object = { Bucket: "landing", Key: keyOf(name), Body: name };
    return (await s3.send(new PutObjectCommand(object))).VersionId;
  };
  await putRow(keyOf("ready"), await put("ready"), "READY");
  await putRow(keyOf("stuck"), await put("stuck"), "PROCESSING");
  await putRow(keyOf("gone"), "v1", "READY");
  await put("young");
  const { handler } = await import("./handler.ts");
  const write = vi.spyOn(process.stdout, "write").mockReturnValue(true);

  const figures = await handler(event, context);

  const lines = write.mock.calls.map(([line]) => String(line));
  write.mockRestore();
  expect(figures).toMatchObject({
    ok: false,
    objects: 3,
    accountedFor: 1,
    tooYoung: 0,
    waiting: 1,
    rows: 3,
    counts: { failed: 0, startErrors: 0, stuck: 1, missing: 0, orphanedRows: 1 },
  });
  expect(lines.map((line) => JSON.parse(line))).toMatchObject([
    { PhotosListed: 3, PhotosStuck: 1, PhotosMissing: 0, OrphanedRows: 1 },
  ]);
});

test("without the time for it the function fails, and puts no metric", async () => {
  const { handler } = await import("./handler.ts");
  const write = vi.spyOn(process.stdout, "write").mockReturnValue(true);

  const failure = await handler(event, {
    getRemainingTimeInMillis: () => 0,
  } as Context).catch((error: unknown) => error);

  const lines = write.mock.calls.length;
  write.mockRestore();
  expect(failure).toMatchObject({
    name: "OutOfTimeError",
    message: expect.stringMatching(/^the time was up after 0 objects and 0 rows/),
  });
  expect(lines).toBe(0);
});

test("what no schedule sends is refused", async () => {
  const { handler } = await import("./handler.ts");
  await expect(handler({ ...event, source: "my.app" }, context)).rejects.toMatchObject({
    name: "InvalidInputError",
    message: expect.stringMatching(/^source: .*\(value: "my.app"\)$/),
  });
});

async function putRow(s3key: string, versionId: string | undefined, status: string): Promise<void> {
  const Item = {
    imageID: imageIdOf("landing", s3key),
    albumID: "ann/summer",
    userID: "ann",
    s3bucket: "landing",
    s3key,
    versionId,
    sequencer: "0".repeat(32),
    uploadTime: "2026-01-01T00:00:00.000Z",
    updatedTime: "2026-01-01T00:00:00.000Z",
    executionArn: "arn:aws:states:us-east-1:000000000000:execution:images:none",
    status,
  };
  await dynamodb.send(new PutCommand({ TableName: "images", Item }));
}
