import type { Clock } from "@darkroom/states";
import type { Broker } from "./broker.ts";
import type { QueueCatalog } from "./queue-catalog.ts";
import type { QueueStore } from "./store.ts";

/** A receive never gives out a message that is past its time; the room it takes is freed this often at most. */
const sweepEveryMs = 60_000;

/** Removes the messages that are older than their queue keeps them. Nothing runs while no message can be that old. */
export function createRetention(options: {
  store: QueueStore;
  catalog: QueueCatalog;
  broker: Broker;
  clock: Clock;
  onFault: (error: unknown, where: string) => void;
}): { start(): void; close(): void } {
  const { store, catalog, clock } = options;
  let cancel: (() => void) | undefined;

  async function sweep(): Promise<void> {
    const now = clock.now();
    const due = catalog
      .all()
      .filter((queue) => queue.oldest + queue.settings.messageRetentionSeconds * 1000 <= now);
    if (due.length === 0) return;
    await options.broker.write(() => {
      for (const queue of due) {
        store.removeSentUntil(queue.id, now - queue.settings.messageRetentionSeconds * 1000);
      }
      const oldest = store.oldestSent();
      for (const queue of due) queue.oldest = oldest.get(queue.id) ?? Infinity;
    });
  }

  function sweepLater(): void {
    cancel = clock.setTimer(clock.now() + sweepEveryMs, () => {
      sweep().catch((error: unknown) => options.onFault(error, "SQS, removing old messages"));
      sweepLater();
    });
  }

  return {
    start: sweepLater,
    close: () => cancel?.(),
  };
}
