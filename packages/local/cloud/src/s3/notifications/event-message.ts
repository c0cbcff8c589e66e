import type { Caller } from "../../caller.ts";
import type { Place } from "../../place.ts";
import { principalId } from "../../sts/principal-id.ts";
import { hostId, ownerId } from "../identity.ts";
import { encodeKey } from "../key-encoding.ts";
import { bucketArn } from "../permissions.ts";
import type { BucketNotification, EventName } from "./bucket-notification.ts";

/** Something that happened to an object. */
export interface ObjectEvent {
  readonly name: EventName;
  readonly bucket: string;
  readonly key: string;
  /** Orders the events of a key. */
  readonly sequence: number;
  readonly timeMs: number;
  readonly requestId: string;
  readonly caller: Caller;
  /** Without it the event tells of the key alone. */
  readonly content?: { readonly size?: number; readonly etag: string };
  /** Of a bucket with versions. */
  readonly versionId?: string;
}

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html, version 2.1 */
export function eventMessage(
  event: ObjectEvent,
  notification: BucketNotification,
  place: Place,
): string {
  const record = {
    eventVersion: "2.1",
    eventSource: "aws:s3",
    awsRegion: place.region,
    eventTime: new Date(event.timeMs).toISOString(),
    eventName: event.name,
    userIdentity: { principalId: `AWS:${principalId(event.caller)}` },
    requestParameters: { sourceIPAddress: "127.0.0.1" },
    responseElements: {
      "x-amz-request-id": event.requestId,
      "x-amz-id-2": hostId(event.requestId),
    },
    s3: {
      s3SchemaVersion: "1.0",
      configurationId: notification.id,
      bucket: {
        name: event.bucket,
        ownerIdentity: { principalId: ownerId(place).slice(0, 14).toUpperCase() },
        arn: bucketArn(event.bucket),
      },
      object: {
        key: encodeKey(event.key),
        size: event.content?.size,
        eTag: event.content?.etag,
        versionId: event.versionId,
        sequencer: sequencer(event),
      },
    },
  };
  return JSON.stringify({ Records: [record] });
}

/** Hexadecimal digits that grow with each event of a key. */
export const sequencer = ({ sequence }: ObjectEvent): string =>
  sequence.toString(16).toUpperCase().padStart(18, "0");

/** What S3 sends when a notification is set up, to see whether it arrives. */
export function testMessage(bucket: string, requestId: string, timeMs: number): string {
  return JSON.stringify({
    Service: "Amazon S3",
    Event: "s3:TestEvent",
    Time: new Date(timeMs).toISOString(),
    Bucket: bucket,
    RequestId: requestId,
    HostId: hostId(requestId),
  });
}
