import type { Clock } from "@darkroom/states";
import { AwsError } from "../aws-error.ts";
import type { Queue, QueueCatalog } from "./queue-catalog.ts";
import type { QueueStore, StoredMessage } from "./store.ts";

export interface ReceiveOptions {
  readonly maximum: number;
  readonly visibilityTimeoutMs: number;
  /** The receiver ends with this process: what it has in hand then is visible again at the next start. */
  readonly inProcess: boolean;
}

interface Job {
  readonly run: () => unknown;
  /** It only receives. */
  readonly receives: boolean;
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: unknown) => void;
}

interface Waiter {
  readonly options: ReceiveOptions;
  readonly end: (messages: readonly StoredMessage[]) => void;
}

/** After a fault of the database, receivers that wait try again this much later. */
const retryAfterFaultMs = 1000;

export type Broker = ReturnType<typeof createBroker>;

/**
 * Hands messages from senders to receivers.
 * Invariants: what callers of one turn of the event loop ask for is one transaction, and each hears of it when it is on
 * disk; a message that a waiting receiver can have is received in the transaction that made it visible; while nothing
 * changes, nothing looks at the database.
 * A transaction that only receives is written, but nobody waits for the disk: `kill -9` can't undo it, and a power cut,
 * which ends the receiver too, makes the message visible again before its time, as "at least once" allows.
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
  let jobs: Job[] = [];
  let committing: Promise<void> | undefined;
  let closed = false;

  function commitSoon(): void {
    committing ??= new Promise((done) => {
      setImmediate(() => {
        committing = undefined;
        commit();
        done();
      });
    });
  }

  function commit(): void {
    const batch = jobs;
    jobs = [];
    const changed = new Set<Queue>();
    const answers: (() => void)[] = [];
    try {
      store.transaction(
        batch.some((job) => !job.receives),
        () => {
          for (const job of batch) answers.push(runJob(job));
          serveWaiters(changed, answers);
        },
      );
    } catch (error) {
      for (const { reject } of batch) reject(error);
      if (batch.length === 0) options.onFault(error, "SQS, handing messages to waiting receivers");
      afterRollback();
      return;
    }
    for (const answer of answers) answer();
    for (const queue of changed) setAlarm(queue, queue.earliest);
  }

  /** Nothing of what was noted on the way is sure now. */
  function afterRollback(): void {
    touched.clear();
    for (const queue of catalog.all()) {
      queue.earliest = -Infinity;
      queue.oldest = -Infinity;
    }
    for (const queue of waiting.keys()) setAlarm(queue, clock.now() + retryAfterFaultMs);
  }

  function serveWaiters(changed: Set<Queue>, answers: (() => void)[]): void {
    const served = new Set<Waiter>();
    // Dead letters touch further queues; it ends because dead-letter queues never form a circle.
    for (let [queue] = touched; queue !== undefined; [queue] = touched) {
      touched.delete(queue);
      changed.add(queue);
      for (const waiter of waiting.get(queue) ?? []) {
        if (served.has(waiter)) continue;
        if (queue.earliest > clock.now()) break;
        const messages = take(queue, waiter.options);
        if (messages.length === 0) break;
        served.add(waiter);
        answers.push(() => waiter.end(messages));
      }
    }
  }

  /** Receives what is visible, within a transaction; what has died or expired is put away on the way. */
  function take(
    queue: Queue,
    { maximum, visibilityTimeoutMs, inProcess }: ReceiveOptions,
  ): StoredMessage[] {
    const now = clock.now();
    const { messageRetentionSeconds, redrive } = queue.settings;
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
          store.received(message, now, now + visibilityTimeoutMs, inProcess);
          taken.push({
            ...message,
            receiveCount: message.receiveCount + 1,
            firstReceivedAt: message.receiveCount === 0 ? now : message.firstReceivedAt,
          });
        }
      }
      if (visible.length < wanted) queue.earliest = store.earliestVisible(queue.id);
      // With a timeout of 0 they are visible still, and would come a second time.
      if (visible.length < wanted || taken.length === maximum || visibilityTimeoutMs === 0) {
        return taken;
      }
    }
  }

  function visibleAgain(queue: Queue, at: number): void {
    queue.earliest = Math.min(queue.earliest, at);
    touched.add(queue);
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
      touched.add(queue);
      commitSoon();
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
      const leave = (): void => waiter.end([]);
      const cancel = clock.setTimer(untilMs, leave);
      const waiter: Waiter = {
        options: receive,
        end(messages) {
          waiters.delete(waiter);
          if (waiters.size === 0) waiting.delete(queue);
          cancel();
          signal.removeEventListener("abort", leave);
          setAlarm(queue, queue.earliest);
          resolve(messages);
        },
      };
      signal.addEventListener("abort", leave);
      waiters.add(waiter);
      waiting.set(queue, waiters);
      setAlarm(queue, queue.earliest);
    });
  }

  function enqueue<T>(run: () => T, receives: boolean): Promise<T> {
    if (closed) return Promise.reject(new Error("SQS is closed"));
    return new Promise<T>((resolve, reject) => {
      jobs.push({ run, receives, resolve: resolve as (result: unknown) => void, reject });
      commitSoon();
    });
  }

  return {
    /**
     * Runs `job` in the next transaction; fulfilled when that is on disk.
     * A job that throws an AwsError must not have written anything yet.
     */
    write: <T>(job: () => T): Promise<T> => enqueue(job, false),

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
        const messages = await enqueue(() => take(queue, receive), true);
        if (messages.length > 0) return messages;
      }
      if (waitMs === 0 || signal.aborted || closed || queue.deleted) return [];
      return wait(queue, receive, untilMs, signal);
    },

    /** Lets the queue's receivers go, with nothing. */
    dismiss(queue: Queue): void {
      for (const waiter of waiting.get(queue) ?? []) waiter.end([]);
    },

    async close(): Promise<void> {
      while (committing !== undefined) await committing;
      closed = true;
      for (const waiters of waiting.values()) for (const waiter of waiters) waiter.end([]);
    },
  };
}

/** @returns what tells the caller, once the transaction is committed. */
function runJob({ run, resolve, reject }: Job): () => void {
  try {
    const result = run();
    return () => resolve(result);
  } catch (error) {
    if (error instanceof AwsError) return () => reject(error);
    throw error;
  }
}
