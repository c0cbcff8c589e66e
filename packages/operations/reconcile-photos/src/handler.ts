import { CloudWatchClient } from "@aws-sdk/client-cloudwatch";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { S3Client } from "@aws-sdk/client-s3";
import { SFNClient } from "@aws-sdk/client-sfn";
import { SQSClient } from "@aws-sdk/client-sqs";
import { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import { createLogger, parseEnvironment, plainTaskHandler, putMetrics } from "@darkroom/lambda";
import * as z from "zod";
import { executionEnd } from "./execution-end.ts";
import { dynamodbImageRows } from "./image-rows.ts";
import { landingObjects } from "./landing-objects.ts";
import { oldestEvent } from "./oldest-event.ts";
import { readPhotoRow } from "./photo-row.ts";
import { type PortsFor, reconcileInTime } from "./reconcile-in-time.ts";
import { scheduledEvent } from "./scheduled-event.ts";
import { tableRows } from "./table-rows.ts";
import { metricsOf, mostTold, tellReport } from "./tell-report.ts";

const {
  LANDING_BUCKET: bucket,
  IMAGE_TABLE: table,
  EVENT_QUEUE: queue,
} = parseEnvironment(
  z.object({
    LANDING_BUCKET: z.string().min(1),
    IMAGE_TABLE: z.string().min(1),
    EVENT_QUEUE: z.string().min(1),
  }),
  process.env,
);

/**
 * A person who asks waits for a minute's worth of events; an alarm wakes somebody. What is older than this
 * isn't merely slow: a message that its function fails on is tried five times, three minutes apart
 * (the visibility timeout of photo-events), before it dies and its photo is recorded as failed.
 */
const graceMs = 15 * 60_000;

/** What is kept back of the function's time, to say that it wasn't enough. */
const reserveMs = 5000;

// One of thousands of reads that is throttled must not cost all those before it.
const settings = { maxAttempts: 8 };
const s3 = new S3Client(settings);
const sfn = new SFNClient(settings);
const sqs = new SQSClient(settings);
const cloudwatch = new CloudWatchClient(settings);
const dynamodb = DynamoDBDocumentClient.from(new DynamoDBClient(settings));
const polled = dynamodbImageRows(dynamodb, table);

const portsFor: PortsFor = (patient, signal) => ({
  bucket,
  graceMs,
  mostKept: mostTold,
  now: () => new Date(),
  oldestEvent: () => patient(() => oldestEvent(sqs, cloudwatch, queue, new Date())),
  objects: landingObjects(s3, bucket, patient),
  polledRows: { read: (ids) => patient(() => polled.read(ids, signal)) },
  rows: { read: (imageID) => patient(() => readPhotoRow(dynamodb, table, imageID)) },
  tableParts: () => tableRows(dynamodb, table, patient),
  execution: (arn) => patient(() => executionEnd(arn, sfn)),
});

export const handler = plainTaskHandler({
  input: scheduledEvent,
  logger: createLogger("reconcile-photos"),
  logKeys: ({ id, time }) => ({ eventID: id, scheduledTime: time }),
  run: async (_, logger, context) => {
    const milliseconds = Math.max(0, context.getRemainingTimeInMillis() - reserveMs);
    const figures = tellReport(await reconcileInTime(milliseconds, portsFor), logger);
    putMetrics(metricsOf(figures));
    return figures;
  },
});
