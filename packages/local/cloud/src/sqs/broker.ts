import type { Clock } from "@darkroom/states";
import { AwsError } from "../aws-error.ts";
import type { Queue, QueueCatalog } from "./queue-catalog.ts";
import type { QueueStore, StoredMessage } from "./store.ts";

export interface ReceiveOptions {
  readonly maximum: number;
  /** In seconds; undefined: the queue's own at the time. */
  readonly visibilityTimeout: number | undefined;
  /** The receiver ends with this process: what it has in hand then is visible again at the next start. */
  readonly inProcess: boolean;
}

interface Waiter {
  readonly options: ReceiveOptions;
  /** It waits no longer. */
  readonly leave: () => void;
  readonly end: (messages: readonly StoredMessage[]) => void;
}

/** After a fault of the database, receivers that wait try again this much later. */
const retryAfterFaultMs = 1000;

export type Broker = ReturnType<typeof createBroker>;

/**
 * Hands messages from senders to receivers.
 * Invariants: each caller hears of what it asked for when it is on disk; a message that a waiting receiver can have is
 * received in the transaction that made it visible; while nothing changes, nothing looks at the database.
 */
export function createBroker(options: {
  store: QueueStore;
  catalog: QueueCatalog;
  clock: Clock;
  onFault: (error: unknown, where: string) => void;
}) {
  const { store, catalog, clock } = options;
  const waiting = new Map<Queue, Set<Waiter>>();
  const alarms = new Map<Queue, { at: number; cancel: () => void }>();
  const touched = new Set<Queue>();
  let servingSoon = false;
  let closed = false;

  /** Hands what has become visible to those who wait, in the transaction that is gathered or runs. */
  function serveSoon(): void {
    if (servingSoon || closed) return;
    servingSoon = true;
    const served = new Map<Waiter, readonly StoredMessage[]>();
    store
      .commit(() => {
        servingSoon = false;
        serveWaiters(served);
      })
      .then(
        () => {
          for (const [waiter, messages] of served) waiter.end(messages);
        },
        (error: unknown) => {
          servingSoon = false;
          for (const waiter of served.keys()) waiter.end([]);
          options.onFault(error, "SQS, handing messages to waiting receivers");
          nothingIsSure();
        },
      );
  }

  /** Nothing of what was noted on the way is sure after a fault of the database. */
  function nothingIsSure(): void {
    touched.clear();
    for (const queue of catalog.all()) {
      queue.earliest = -Infinity;
      queue.oldest = -Infinity;
    }
    for (const queue of waiting.keys()) setAlarm(queue, clock.now() + retryAfterFaultMs);
  }

  function serveWaiters(served: Map<Waiter, readonly StoredMessage[]>): void {
    // Dead letters touch further queues; it ends because dead-letter queues never form a circle.
    for (let [queue] = touched; queue !== undefined; [queue] = touched) {
      touched.delete(queue);
      for (const waiter of waiting.get(queue) ?? []) {
        if (queue.earliest > clock.now()) break;
        const messages = take(queue, waiter.options);
        if (messages.length === 0) break;
        // From here on nothing else may end it: the messages are its own.
        waiter.leave();
        served.set(waiter, messages);
      }
      setAlarm(queue, queue.earliest);
    }
  }

  /** Receives what is visible, within a transaction; what has died or expired is put away on the way. */
  function take(
    queue: Queue,
    { maximum, visibilityTimeout, inProcess }: ReceiveOptions,
  ): StoredMessage[] {
    const now = clock.now();
    const { messageRetentionSeconds, redrive, visibilityTimeoutSeconds } = queue.settings;
    const hiddenMs = (visibilityTimeout ?? visibilityTimeoutSeconds) * 1000;
    const deadLetters = redrive && catalog.byArn(redrive.deadLetterTargetArn);
    const taken: StoredMessage[] = [];
    for (;;) {
      const wanted = maximum - taken.length;
      const visible = store.visible(queue.id, now, wanted);
      for (const message of visible) {
        if (message.sentAt + messageRetentionSeconds * 1000 <= now) {
          store.remove(message.seq);
        } else if (redrive && deadLetters && message.receiveCount >= redrive.maxReceiveCount) {
          store.bury(message.seq, deadLetters.id, queue.arn, now);
          deadLetters.oldest = Math.min(deadLetters.oldest, message.sentAt);
          visibleAgain(deadLetters, now);
        } else {
          store.received(message, now, now + hiddenMs, inProcess);
          taken.push({
            ...message,
            receiveCount: message.receiveCount + 1,
            firstReceivedAt: message.receiveCount === 0 ? now : message.firstReceivedAt,
          });
        }
      }
      if (visible.length < wanted) queue.earliest = store.earliestVisible(queue.id);
      // With a timeout of 0 they are visible still, and would come a second time.
      if (visible.length < wanted || taken.length === maximum || hiddenMs === 0) {
        return taken;
      }
    }
  }

  function touch(queue: Queue): void {
    if (!waiting.has(queue)) return;
    touched.add(queue);
    serveSoon();
  }

  function visibleAgain(queue: Queue, at: number): void {
    queue.earliest = Math.min(queue.earliest, at);
    touch(queue);
  }

  /** Wakes the queue's receivers at a time; one alarm a queue, and none while nobody waits. */
  function setAlarm(queue: Queue, at: number): void {
    const alarm = alarms.get(queue);
    const wanted = waiting.has(queue) && at !== Infinity && !closed;
    if (wanted && alarm?.at === at) return;
    alarm?.cancel();
    alarms.delete(queue);
    if (!wanted) return;
    const cancel = clock.setTimer(Math.max(at, clock.now()), () => {
      alarms.delete(queue);
      touch(queue);
    });
    alarms.set(queue, { at, cancel });
  }

  function wait(
    queue: Queue,
    receive: ReceiveOptions,
    untilMs: number,
    signal: AbortSignal,
  ): Promise<readonly StoredMessage[]> {
    return new Promise((resolve) => {
      const waiters = waiting.get(queue) ?? new Set();
      const giveUp = (): void => waiter.end([]);
      const cancel = clock.setTimer(untilMs, giveUp);
      const waiter: Waiter = {
        options: receive,
        leave() {
          if (!waiters.delete(waiter)) return;
          if (waiters.size === 0) waiting.delete(queue);
          cancel();
          signal.removeEventListener("abort", giveUp);
        },
        end(messages) {
          waiter.leave();
          setAlarm(queue, queue.earliest);
          resolve(messages);
        },
      };
      signal.addEventListener("abort", giveUp);
      waiters.add(waiter);
      waiting.set(queue, waiters);
      setAlarm(queue, queue.earliest);
    });
  }

  async function enqueue<T>(job: () => T): Promise<T> {
    try {
      return await store.commit(job);
    } catch (error) {
      if (!(error instanceof AwsError)) nothingIsSure();
      throw error;
    }
  }

  return {
    /**
     * Runs `job` in the next transaction; fulfilled when that is on disk.
     * A job that throws an AwsError must not have written anything yet.
     */
    write: enqueue,

    /** Within a job: messages of the queue become visible at this time (epoch ms). */
    visibleAgain,

    /** Receives up to `maximum` messages; with none there it waits until one comes, `waitMs` are over or the signal aborts. */
    async receive(
      queue: Queue,
      receive: ReceiveOptions,
      waitMs: number,
      signal: AbortSignal,
    ): Promise<readonly StoredMessage[]> {
      const untilMs = clock.now() + waitMs;
      if (queue.earliest <= clock.now()) {
        const messages = await enqueue(() => take(queue, receive));
        if (messages.length > 0) return messages;
      }
      if (waitMs === 0 || signal.aborted || closed || queue.deleted) return [];
      return wait(queue, receive, untilMs, signal);
    },

    /** Lets the queue's receivers go, with nothing. */
    dismiss(queue: Queue): void {
      for (const waiter of waiting.get(queue) ?? []) waiter.end([]);
    },

    close(): void {
      closed = true;
      for (const waiters of waiting.values()) for (const waiter of waiters) waiter.end([]);
    },
  };
}
