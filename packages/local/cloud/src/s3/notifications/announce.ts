import type { Effects, S3Parts } from "../operation.ts";
import type { Bucket } from "../store/bucket-store.ts";
import { isWanted, targetKind } from "./bucket-notification.ts";
import { busEvent } from "./bus-event.ts";
import { eventMessage, type ObjectEvent } from "./event-message.ts";

/** Writes an event for each target that wants it, in the transaction of what happened. */
export function announce(
  parts: Pick<S3Parts, "place" | "store">,
  effects: Effects,
  bucket: Bucket,
  event: Omit<ObjectEvent, "bucket">,
): void {
  for (const notification of bucket.notifications) {
    if (!isWanted(notification, event.name, event.key)) continue;
    const told = { ...event, bucket: bucket.name };
    parts.store.outbox.add({
      target: notification.targetArn,
      bucket: bucket.name,
      key: event.key,
      body:
        targetKind(notification.targetArn) === "bus"
          ? busEvent(told)
          : eventMessage(told, notification, parts.place),
    });
    effects.notified.add(notification.targetArn);
  }
}
