import type { EventName } from "./bucket-notification.ts";
import { type ObjectEvent, sequencer } from "./event-message.ts";

/** How EventBridge calls what happens to an object; https://docs.aws.amazon.com/AmazonS3/latest/userguide/ev-events.html */
const detailOf: Readonly<Record<EventName, readonly [detailType: string, detail: object]>> = {
  "ObjectCreated:Put": ["Object Created", { reason: "PutObject" }],
  "ObjectCreated:Post": ["Object Created", { reason: "POST Object" }],
  "ObjectCreated:Copy": ["Object Created", { reason: "CopyObject" }],
  "ObjectCreated:CompleteMultipartUpload": [
    "Object Created",
    { reason: "CompleteMultipartUpload" },
  ],
  "ObjectRemoved:Delete": [
    "Object Deleted",
    { reason: "DeleteObject", "deletion-type": "Permanently Deleted" },
  ],
  "ObjectRemoved:DeleteMarkerCreated": [
    "Object Deleted",
    { reason: "DeleteObject", "deletion-type": "Delete Marker Created" },
  ],
  "ObjectTagging:Put": ["Object Tags Added", {}],
  "ObjectTagging:Delete": ["Object Tags Deleted", {}],
};

/**
 * An event for EventBridge as JSON of source, detail-type, time (epoch milliseconds) and detail.
 * Unlike in a notification the key stands there as it is: https://docs.aws.amazon.com/AmazonS3/latest/userguide/ev-events.html
 */
export function busEvent(event: ObjectEvent): string {
  const [detailType, detail] = detailOf[event.name];
  return JSON.stringify({
    source: "aws.s3",
    "detail-type": detailType,
    time: event.timeMs,
    detail: {
      version: "0",
      bucket: { name: event.bucket },
      object: {
        key: event.key,
        size: event.content?.size,
        etag: event.content?.etag,
        "version-id": event.versionId,
        sequencer: sequencer(event),
      },
      "request-id": event.requestId,
      requester: event.caller.accountId,
      "source-ip-address": "127.0.0.1",
      ...detail,
    },
  });
}
