import type { Clock } from "@darkroom/states";
import type { Place } from "../place.ts";
import { transaction } from "../store/database.ts";
import { invalidAddress, invalidValue, queueDoesNotExist } from "./errors.ts";
import { allowsRedriveFrom } from "./redrive.ts";
import { defaultSettings, type QueueSettings } from "./settings.ts";
import type { QueueStore, StoredQueue } from "./store.ts";
import type { Tags } from "./tags.ts";

/** A queue, with what the process remembers of it so that an idle queue costs no look at the database. */
export interface Queue extends StoredQueue {
  readonly arn: string;
  readonly url: string;
  settings: QueueSettings;
  modifiedAt: number;
  deleted: boolean;
  /** Invariant: no message is visible before this time (epoch ms); it may be earlier than the first one is. */
  earliest: number;
  /** Invariant: no message was sent before this time (epoch ms). */
  oldest: number;
  purgedAt: number;
}

export type QueueCatalog = ReturnType<typeof createQueueCatalog>;

/** The queues by name, ARN and URL. A change is on disk when the function that makes it returns. */
export function createQueueCatalog(options: {
  store: QueueStore;
  place: Place;
  clock: Clock;
  endpointUrl: string;
}) {
  const { store, place, clock } = options;
  const arnOf = (name: string): string => `arn:aws:sqs:${place.region}:${place.accountId}:${name}`;
  const queues = new Map<string, Queue>();
  const deletions = new Map<string, number>();

  function remember(stored: StoredQueue, oldest: number): Queue {
    const queue: Queue = {
      ...stored,
      // What an earlier version did not know of has its default.
      settings: { ...defaultSettings, ...stored.settings },
      arn: arnOf(stored.name),
      url: `${options.endpointUrl}/${place.accountId}/${stored.name}`,
      deleted: false,
      earliest: oldest === Infinity ? Infinity : -Infinity,
      oldest,
      purgedAt: -Infinity,
    };
    queues.set(stored.name, queue);
    return queue;
  }

  const oldest = store.oldestSent();
  for (const stored of store.queues()) remember(stored, oldest.get(stored.id) ?? Infinity);

  const byArn = (arn: string): Queue | undefined => {
    const queue = queues.get(arn.slice(arn.lastIndexOf(":") + 1));
    return queue?.arn === arn ? queue : undefined;
  };

  const all = (): Queue[] =>
    [...queues.values()].sort((one, other) => (one.name < other.name ? -1 : 1));

  return {
    arnOf,
    byArn,
    byName: (name: string): Queue | undefined => queues.get(name),
    all,

    /**
     * By its URL on whatever host name this machine was called by, or by its bare name, as SQS takes it too.
     * Like SQS, it knows an unknown queue's ARN as well, to decide whether the caller may ask at all.
     */
    byUrl(url: string): { arn: string; queue: Queue | undefined } {
      const path = /^(?:https?:\/\/[^/]+)?\/?(?:(\d{12})\/)?([A-Za-z0-9_.-]{1,80})$/.exec(url);
      const [, accountId = place.accountId, name] = path ?? [];
      if (name === undefined) throw invalidAddress(url);
      if (accountId !== place.accountId) throw queueDoesNotExist();
      return { arn: arnOf(name), queue: queues.get(name) };
    },

    /** The queues whose dead letters come to this one. */
    sourcesOf: (arn: string): Queue[] =>
      all().filter((one) => one.settings.redrive?.deadLetterTargetArn === arn),

    create(name: string, settings: QueueSettings): Queue {
      return remember(
        transaction(store.database, () => store.createQueue(name, settings, clock.now())),
        Infinity,
      );
    },

    change(queue: Queue, settings: QueueSettings): void {
      if (JSON.stringify(settings) === JSON.stringify(queue.settings)) return;
      const now = clock.now();
      transaction(store.database, () => store.changeQueue(queue.id, settings, now));
      queue.settings = settings;
      queue.modifiedAt = now;
    },

    /** Tags are no attributes: they don't count as a modification. */
    tag(queue: Queue, tags: Tags): void {
      const settings = { ...queue.settings, tags };
      transaction(store.database, () => store.changeQueue(queue.id, settings, queue.modifiedAt));
      queue.settings = settings;
    },

    remove(queue: Queue): void {
      transaction(store.database, () => store.dropQueue(queue.id));
      queue.deleted = true;
      queues.delete(queue.name);
      deletions.set(queue.name, clock.now());
    },

    /** When a queue of this name was deleted (epoch ms), as far as this process knows. */
    deletedAt: (name: string): number => deletions.get(name) ?? -Infinity,

    /**
     * Checks that a queue's dead-letter queue is there and lets it.
     * A circle of them, in which SQS moves a message for ever, is refused.
     * @throws AwsError
     */
    checkRedrive(name: string, settings: QueueSettings): void {
      const { redrive } = settings;
      if (redrive === undefined) return;
      const refuse = (reason: string) =>
        invalidValue(JSON.stringify(redrive), "RedrivePolicy", reason);
      const target = byArn(redrive.deadLetterTargetArn);
      const own = arnOf(name);
      if (redrive.deadLetterTargetArn !== own && target === undefined) {
        throw refuse("Dead letter target does not exist.");
      }
      if (!allowsRedriveFrom(target?.settings.redriveAllowPolicy, own)) {
        throw refuse(`The queue ${redrive.deadLetterTargetArn} does not allow ${own} to use it.`);
      }
      let next: string | undefined = redrive.deadLetterTargetArn;
      for (let steps = 0; next !== undefined && steps <= queues.size; steps++) {
        if (next === own)
          throw refuse("The local cloud does not support dead-letter queues in a circle.");
        next = byArn(next)?.settings.redrive?.deadLetterTargetArn;
      }
    },
  };
}
