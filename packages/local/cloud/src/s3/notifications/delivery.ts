import type { Clock } from "@darkroom/states";
import type { OutboxEntry, OutboxStore } from "../store/outbox-store.ts";

/** Events of one target that are held in memory; the others wait in the database. */
const maximumHeld = 256;
/** Deliveries to one target that are under way at once. */
const maximumActive = 8;
const firstBackoffMs = 200;
const longestBackoffMs = 30_000;

export interface DeliveryOptions {
  readonly outbox: OutboxStore;
  /** Rejects when it can't be done now. */
  readonly send: (entry: OutboxEntry) => Promise<void>;
  /** Forgets an event that has arrived. While that fails it is asked for again. */
  readonly forget: (entry: OutboxEntry) => Promise<void>;
  readonly clock: Clock;
  readonly onFault: (error: unknown, where: string) => void;
}

export interface Delivery {
  /** There are new events for the target. */
  wake(target: string): void;
  /** Resolves when nothing is under way any more; what has not arrived stays in the outbox. */
  close(): Promise<void>;
}

/** The events of one key, in order: the first is sent until it has arrived. */
interface Lane {
  readonly entries: OutboxEntry[];
  failures: number;
}

/**
 * Brings events from the outbox to their targets: at least once, in order for each key, and with one target or key that
 * fails holding up no other.
 */
export function createDelivery(options: DeliveryOptions): Delivery {
  const pumps = new Map<string, TargetPump>();
  return {
    wake(target) {
      let pump = pumps.get(target);
      if (pump === undefined) {
        pump = createTargetPump(target, options);
        pumps.set(target, pump);
      }
      pump.wake();
    },
    async close() {
      await Promise.all([...pumps.values()].map((pump) => pump.close()));
    },
  };
}

interface TargetPump {
  wake(): void;
  close(): Promise<void>;
}

function createTargetPump(target: string, options: DeliveryOptions): TargetPump {
  const { outbox, clock } = options;
  const lanes = new Map<string, Lane>();
  const ready: Lane[] = [];
  const active = new Set<Promise<void>>();
  const timers = new Set<() => void>();
  let held = 0;
  let lastId = 0;
  let closed = false;

  function fill(): void {
    if (closed || held >= maximumHeld) return;
    for (const entry of outbox.after(target, lastId, maximumHeld - held)) {
      lastId = entry.id;
      held++;
      const id = `${entry.bucket}/${entry.key}`;
      const lane = lanes.get(id);
      if (lane !== undefined) lane.entries.push(entry);
      else {
        const opened = { entries: [entry], failures: 0 };
        lanes.set(id, opened);
        ready.push(opened);
      }
    }
  }

  function pump(): void {
    if (closed) return;
    fill();
    while (active.size < maximumActive) {
      const lane = ready.shift();
      if (lane === undefined) return;
      const sending = sendFirst(lane).finally(() => {
        active.delete(sending);
        pump();
      });
      active.add(sending);
    }
  }

  async function sendFirst(lane: Lane): Promise<void> {
    const [entry] = lane.entries;
    if (entry === undefined) throw new Error("a lane that is ready has an event");
    try {
      await options.send(entry);
    } catch (error) {
      if (lane.failures === 0) options.onFault(error, `notification of ${target}`);
      const backoffMs = Math.min(firstBackoffMs * 2 ** lane.failures, longestBackoffMs);
      lane.failures++;
      retryLater(lane, backoffMs);
      return;
    }
    lane.failures = 0;
    lane.entries.shift();
    held--;
    if (lane.entries.length > 0) ready.push(lane);
    else lanes.delete(`${entry.bucket}/${entry.key}`);
    await forget(entry);
  }

  /** What isn't forgotten is sent again after the next start, so it is tried until it is. */
  async function forget(entry: OutboxEntry): Promise<void> {
    try {
      await options.forget(entry);
    } catch (error) {
      options.onFault(error, `notification of ${target}`);
      later(longestBackoffMs, () => void forget(entry));
    }
  }

  function retryLater(lane: Lane, backoffMs: number): void {
    later(backoffMs, () => {
      ready.push(lane);
      pump();
    });
  }

  function later(delayMs: number, work: () => void): void {
    if (closed) return;
    const cancel = clock.setTimer(clock.now() + delayMs, () => {
      timers.delete(cancel);
      work();
    });
    timers.add(cancel);
  }

  return {
    wake: pump,
    async close() {
      closed = true;
      for (const cancel of timers) cancel();
      await Promise.all(active);
    },
  };
}
