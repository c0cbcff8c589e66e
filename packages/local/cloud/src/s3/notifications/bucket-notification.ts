import { z } from "zod";
import type { BucketDraft } from "../../terraform/draft.ts";

/** What a bucket tells about its objects, and to whom. */
export interface BucketNotification {
  readonly id: string;
  readonly targetArn: string;
  /** e.g. `s3:ObjectCreated:*` */
  readonly events: readonly EventPattern[];
  readonly prefix: string;
  readonly suffix: string;
}

/** What happens here, named as in an event; https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-how-to-event-types-and-destinations.html */
export type EventName =
  | "ObjectCreated:Put"
  | "ObjectCreated:Copy"
  | "ObjectCreated:CompleteMultipartUpload"
  | "ObjectRemoved:Delete"
  | "ObjectRemoved:DeleteMarkerCreated";

const eventPatterns = [
  "s3:ObjectCreated:*",
  "s3:ObjectCreated:Put",
  "s3:ObjectCreated:Copy",
  "s3:ObjectCreated:CompleteMultipartUpload",
  "s3:ObjectRemoved:*",
  "s3:ObjectRemoved:Delete",
  "s3:ObjectRemoved:DeleteMarkerCreated",
] as const;

type EventPattern = (typeof eventPatterns)[number];

const supported = z.strictObject({
  id: z.string().min(1),
  targetArn: z.string().regex(/^arn:aws[^:]*:sqs:/, "only queues are supported as targets"),
  events: z.array(z.enum(eventPatterns)).min(1),
  prefix: z.string().default(""),
  suffix: z.string().default(""),
});

/**
 * Reads what a stack asks for.
 * @throws Error that names what the local S3 can't do, or two notifications that S3 would refuse as overlapping.
 */
export function readNotifications(bucket: BucketDraft): BucketNotification[] {
  const result = z.array(supported).safeParse(bucket.notifications);
  if (!result.success) {
    throw new Error(
      `The notifications of the bucket ${bucket.name} are not supported:\n${z.prettifyError(result.error)}`,
    );
  }
  const notifications = result.data;
  for (const [index, one] of notifications.entries()) {
    const other = notifications.slice(0, index).find((earlier) => overlap(earlier, one));
    if (other !== undefined) {
      throw new Error(
        `The notifications "${other.id}" and "${one.id}" of the bucket ${bucket.name} overlap: S3 tells each event of a key to one target only.`,
      );
    }
  }
  return notifications;
}

function overlap(a: BucketNotification, b: BucketNotification): boolean {
  return (
    a.events.some((x) => b.events.some((y) => covers(x, y) || covers(y, x))) &&
    (a.prefix.startsWith(b.prefix) || b.prefix.startsWith(a.prefix)) &&
    (a.suffix.endsWith(b.suffix) || b.suffix.endsWith(a.suffix))
  );
}

/** Whether all events that `event` names are meant by `pattern` too. */
const covers = (pattern: EventPattern, event: EventPattern | `s3:${EventName}`): boolean =>
  pattern === event || (pattern.endsWith(":*") && event.startsWith(pattern.slice(0, -1)));

export function isWanted(notification: BucketNotification, event: EventName, key: string): boolean {
  return (
    notification.events.some((pattern) => covers(pattern, `s3:${event}`)) &&
    key.startsWith(notification.prefix) &&
    key.endsWith(notification.suffix)
  );
}
