import { randomUUID } from "node:crypto";
import { z } from "zod";
import type { Place } from "../../place.ts";
import {
  type BucketNotification,
  eventPatterns,
  findOverlap,
  targetKind,
} from "../notifications/bucket-notification.ts";
import type { BucketCall, Operation, S3Parts } from "../operation.ts";
import { authorizeBucket } from "../permissions.ts";
import { readDocument } from "../read-document.ts";
import { invalidArgument, notImplemented } from "../s3-error.ts";
import { uploadChecksumHeaders } from "../upload-headers.ts";
import { writeBucket } from "../write-bucket.ts";
import { oneOrMany, type XmlElements } from "../xml.ts";
import { emptyResponse, xmlResponse } from "../xml-response.ts";

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketNotificationConfiguration.html */
export const getBucketNotification: Operation<BucketCall> = {
  name: "GetBucketNotificationConfiguration",
  query: ["notification"],
  run(call) {
    authorizeBucket(call, "s3:GetBucketNotification");
    const { notifications } = call.bucket;
    const of = (kind: "queue" | "function" | "bus") =>
      notifications.filter(({ targetArn }) => targetKind(targetArn) === kind);
    return xmlResponse("NotificationConfiguration", {
      QueueConfiguration: of("queue").map((one) => configuration("Queue", one)),
      CloudFunctionConfiguration: of("function").map((one) => configuration("CloudFunction", one)),
      EventBridgeConfiguration: of("bus").length > 0 ? {} : undefined,
    });
  },
};

function configuration(element: string, notification: BucketNotification): XmlElements {
  const rules = [
    { Name: "Prefix", Value: notification.prefix },
    { Name: "Suffix", Value: notification.suffix },
  ].filter((rule) => rule.Value !== "");
  return {
    Id: notification.id,
    [element]: notification.targetArn,
    Event: notification.events,
    Filter: rules.length === 0 ? undefined : { S3Key: { FilterRule: rules } },
  };
}

const filter = z.union([
  z.literal(""),
  z.strictObject({
    S3Key: z.union([
      z.literal(""),
      z.strictObject({
        FilterRule: oneOrMany(z.strictObject({ Name: z.string(), Value: z.string() })),
      }),
    ]),
  }),
]);

const target = {
  Id: z.string().max(255).optional(),
  Event: oneOrMany(z.string()),
  Filter: filter.optional(),
};

const document = z.strictObject({
  QueueConfiguration: oneOrMany(z.strictObject({ ...target, Queue: z.string() })).optional(),
  CloudFunctionConfiguration: oneOrMany(
    z.strictObject({ ...target, CloudFunction: z.string() }),
  ).optional(),
  EventBridgeConfiguration: z.literal("").optional(),
  TopicConfiguration: z.unknown().optional(),
});

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketNotificationConfiguration.html */
export const putBucketNotification: Operation<BucketCall> = {
  name: "PutBucketNotificationConfiguration",
  query: ["notification"],
  headers: [...uploadChecksumHeaders, "x-amz-skip-destination-validation"],
  async run(call, parts) {
    authorizeBucket(call, "s3:PutBucketNotification");
    const wanted = await readDocument(call, "NotificationConfiguration", document);
    const notifications = readNotifications(wanted, parts.place);
    if (call.headers.get("x-amz-skip-destination-validation")?.toLowerCase() !== "true") {
      await tryTargets(call, parts, notifications);
    }
    await writeBucket(call, parts, (bucket, buckets) =>
      buckets.update(bucket.id, { ...bucket, notifications }),
    );
    return emptyResponse(200);
  },
};

function readNotifications(wanted: z.infer<typeof document>, place: Place): BucketNotification[] {
  if (wanted.TopicConfiguration !== undefined) {
    throw notImplemented("TopicConfiguration in PutBucketNotificationConfiguration");
  }
  const notifications = [
    ...(wanted.QueueConfiguration ?? []).map((one) =>
      readTarget(one, checkArn(one.Queue, "sqs", place)),
    ),
    ...(wanted.CloudFunctionConfiguration ?? []).map((one) =>
      readTarget(one, checkArn(one.CloudFunction, "lambda", place)),
    ),
  ];
  if (findOverlap(notifications) !== undefined) {
    throw invalidConfiguration(
      "Configuration is ambiguously defined. Cannot have overlapping suffixes in two rules if the prefixes are overlapping for the same event type.",
    );
  }
  if (wanted.EventBridgeConfiguration !== undefined) notifications.push(everythingToBus(place));
  return notifications;
}

function readTarget(
  one: {
    readonly Id?: string | undefined;
    readonly Event: readonly string[];
    readonly Filter?: z.infer<typeof filter> | undefined;
  },
  targetArn: string,
): BucketNotification {
  return {
    id: one.Id === undefined || one.Id === "" ? randomUUID() : one.Id,
    targetArn,
    events: one.Event.map(readEvent),
    ...readFilter(one.Filter),
  };
}

function checkArn(arn: string, service: string, { region, accountId }: Place): string {
  const [, , of, where, account, name = ""] = arn.split(":");
  if (!arn.startsWith("arn:aws:") || of !== service || name === "") {
    throw invalidArgument("The ARN is not well formed", "ARN", arn);
  }
  if (where !== region) {
    throw invalidConfiguration(
      "The notification destination service region is not valid for the bucket location constraint",
    );
  }
  if (account !== accountId || name.endsWith(".fifo")) throw unreachable(arn);
  return arn;
}

function readEvent(text: string): BucketNotification["events"][number] {
  const event = eventPatterns.find((pattern) => pattern === text);
  if (event !== undefined) return event;
  if (/^s3:[A-Za-z]+(:[A-Za-z*]+)?$/.test(text)) {
    throw notImplemented(`the event ${text} in PutBucketNotificationConfiguration`);
  }
  throw invalidArgument("A specified event is not supported for notifications.", "Event", text);
}

function readFilter(given: z.infer<typeof filter> | undefined): { prefix: string; suffix: string } {
  const found: { prefix?: string; suffix?: string } = {};
  if (typeof given !== "object" || typeof given.S3Key !== "object") {
    return { prefix: "", suffix: "" };
  }
  for (const { Name, Value } of given.S3Key.FilterRule) {
    const name = Name.toLowerCase();
    if (name !== "prefix" && name !== "suffix") {
      throw invalidArgument(
        "filter rule name must be either prefix or suffix",
        "FilterRule.Name",
        Name,
      );
    }
    if (found[name] !== undefined) {
      throw invalidConfiguration(`Cannot specify more than one ${name} rule in a filter.`);
    }
    found[name] = Value;
  }
  return { prefix: found.prefix ?? "", suffix: found.suffix ?? "" };
}

/** EventBridge is told everything, and chooses by its rules. */
const everythingToBus = ({ region, accountId }: Place): BucketNotification => ({
  id: "EventBridge",
  targetArn: `arn:aws:events:${region}:${accountId}:event-bus/default`,
  events: ["s3:ObjectCreated:*", "s3:ObjectRemoved:*", "s3:ObjectTagging:*"],
  prefix: "",
  suffix: "",
});

/** S3 tries out what it is given: a message to each queue, and a question to each function. */
async function tryTargets(
  call: BucketCall,
  parts: S3Parts,
  notifications: readonly BucketNotification[],
): Promise<void> {
  for (const targetArn of new Set(notifications.map((one) => one.targetArn))) {
    try {
      await parts.tryTarget(targetArn, call.bucket.name);
    } catch {
      throw unreachable(targetArn);
    }
  }
}

const invalidConfiguration = (message: string): Error =>
  invalidArgument(message, "NotificationConfiguration", "");

const unreachable = (arn: string): Error =>
  invalidArgument("Unable to validate the following destination configurations", arn, "null");
