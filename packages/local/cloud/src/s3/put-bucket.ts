import { randomUUID } from "node:crypto";
import type { Clock } from "@darkroom/states";
import type { BucketDraft } from "../terraform/draft.ts";
import { checkBucketName } from "./bucket-name.ts";
import { readNotifications, targetKind } from "./notifications/bucket-notification.ts";
import { testMessage } from "./notifications/event-message.ts";
import type { BucketSettings, Versioning } from "./store/bucket-store.ts";
import type { S3Store } from "./store/s3-store.ts";

/** Makes a bucket as the stack has it, or changes what is different. */
export function putBucket(draft: BucketDraft, store: S3Store, clock: Clock): void {
  checkBucketName(draft.name);
  const notifications = readNotifications(draft);
  store.commitNow(() => {
    const bucket = store.buckets.find(draft.name);
    const settings: BucketSettings = {
      versioning: nextVersioning(bucket?.versioning ?? "", draft.versioning),
      ...(draft.policy === undefined ? {} : { policy: draft.policy }),
      notifications,
    };
    if (bucket === undefined) store.buckets.create(draft.name, clock.now(), settings);
    else store.buckets.update(bucket.id, settings);
    if (JSON.stringify(bucket?.notifications ?? []) === JSON.stringify(notifications)) return;
    // S3 tries out a configuration that it is given: a message to each queue.
    for (const target of new Set(notifications.map(({ targetArn }) => targetArn))) {
      if (targetKind(target) !== "queue") continue;
      const body = testMessage(draft.name, randomUUID(), clock.now());
      store.outbox.add({ target, bucket: draft.name, key: "", body });
    }
  });
}

/** A bucket that has had versions never becomes one without: it can only stop making new ones. */
function nextVersioning(now: Versioning, wanted: boolean): Versioning {
  if (wanted) return "Enabled";
  return now === "" ? "" : "Suspended";
}
