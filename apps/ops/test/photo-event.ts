import { GetQueueUrlCommand, PurgeQueueCommand, SendMessageCommand } from "@aws-sdk/client-sqs";
import type { DarkroomProcess } from "./darkroom-process.ts";

/** Puts a message into the queue of S3's events, or into another of the stack's queues. */
export async function sendMessage(
  darkroom: DarkroomProcess,
  body: object,
  queue = "photo-events",
): Promise<void> {
  const start = darkroom.variable("DARKROOM_START_FUNCTION");
  const { QueueUrl } = await darkroom.clients.sqs.send(
    new GetQueueUrlCommand({ QueueName: start.replace("StartExecution", queue) }),
  );
  await darkroom.clients.sqs.send(
    new SendMessageCommand({ QueueUrl, MessageBody: JSON.stringify(body) }),
  );
}

/** Loses the events of S3 that wait, also those that start-execution has in hand. */
export async function purgeEvents(darkroom: DarkroomProcess): Promise<void> {
  const { QueueUrl } = await darkroom.clients.sqs.send(
    new GetQueueUrlCommand({ QueueName: darkroom.variable("DARKROOM_EVENT_QUEUE") }),
  );
  await darkroom.clients.sqs.send(new PurgeQueueCommand({ QueueUrl }));
}

/** The notification that S3 would send, as start-execution gets it from the queue. */
export function photoEvent(
  darkroom: DarkroomProcess,
  key: string,
  versionId: string,
  sequencer: string,
): object {
  const bucket = darkroom.variable("DARKROOM_LANDING_BUCKET");
  return {
    Records: [
      {
        eventVersion: "2.1",
        eventSource: "aws:s3",
        awsRegion: darkroom.variable("AWS_REGION"),
        eventTime: "2026-01-01T00:00:00.000Z",
        eventName: "ObjectCreated:Put",
        s3: {
          s3SchemaVersion: "1.0",
          bucket: { name: bucket, arn: `arn:aws:s3:::${bucket}` },
          object: { key: encodeURIComponent(key), size: 1, versionId, sequencer },
        },
      },
    ],
  };
}
