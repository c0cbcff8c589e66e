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
  | "ObjectCreated:Post"
  | "ObjectCreated:Copy"
  | "ObjectCreated:CompleteMultipartUpload"
  | "ObjectRemoved:Delete"
  | "ObjectRemoved:DeleteMarkerCreated"
  | "ObjectTagging:Put"
  | "ObjectTagging:Delete";

export const eventPatterns = [
  "s3:ObjectCreated:*",
  "s3:ObjectCreated:Put",
  "s3:ObjectCreated:Post",
  "s3:ObjectCreated:Copy",
  "s3:ObjectCreated:CompleteMultipartUpload",
  "s3:ObjectRemoved:*",
  "s3:ObjectRemoved:Delete",
  "s3:ObjectRemoved:DeleteMarkerCreated",
  "s3:ObjectTagging:*",
  "s3:ObjectTagging:Put",
  "s3:ObjectTagging:Delete",
] as const;

type EventPattern = (typeof eventPatterns)[number];

/** What kind of thing an ARN names as a target; undefined for what gets no notifications here. */
export function targetKind(arn: string): "queue" | "function" | "bus" | undefined {
  const service = /^arn:aws[^:]*:(sqs|lambda|events):/.exec(arn)?.[1];
  if (service === "sqs") return "queue";
  if (service === "lambda") return "function";
  return service === "events" ? "bus" : undefined;
}

const supported = z.strictObject({
  id: z.string().min(1),
  targetArn: z
    .string()
    .refine((arn) => targetKind(arn) !== undefined, "only queues and functions are targets"),
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
  const overlapping = findOverlap(result.data);
  if (overlapping === undefined) return result.data;
  const [one, other] = overlapping;
  throw new Error(
    `The notifications "${one.id}" and "${other.id}" of the bucket ${bucket.name} overlap: S3 tells each event of a key to one target only.`,
  );
}

/** Two notifications that would both tell the same event of a key; EventBridge is told whatever else is. */
export function findOverlap(
  notifications: readonly BucketNotification[],
): readonly [BucketNotification, BucketNotification] | undefined {
  const exclusive = notifications.filter(({ targetArn }) => targetKind(targetArn) !== "bus");
  for (const [index, one] of exclusive.entries()) {
    const other = exclusive.slice(0, index).find((earlier) => overlap(earlier, one));
    if (other !== undefined) return [other, one];
  }
  return undefined;
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
