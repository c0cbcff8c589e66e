import { randomUUID } from "node:crypto";
import type { Clock } from "@darkroom/states";
import type { Broker } from "./broker.ts";
import { queryCode } from "./errors.ts";
import type { MoveTask, MoveTaskStore } from "./move-task-store.ts";
import type { Queue, QueueCatalog } from "./queue-catalog.ts";
import type { QueueStore, StoredMessage } from "./store.ts";

/** Messages of one transaction; also what MaxNumberOfMessagesPerSecond can be at most. */
const maximumPerStep = 500;

export type MoveTasks = ReturnType<typeof createMoveTasks>;

/**
 * Moves dead letters back, step by step. A moved message is a new one: new id, sent now, never received
 * (https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-configure-dead-letter-queue-redrive.html).
 * Invariant: a message's leaving, its coming and the task's progress are one transaction, so that a restart goes on.
 */
export function createMoveTasks(options: {
  store: QueueStore;
  tasks: MoveTaskStore;
  catalog: QueueCatalog;
  broker: Broker;
  clock: Clock;
  onFault: (error: unknown, where: string) => void;
}) {
  const { store, tasks, catalog, broker, clock } = options;
  const timers = new Map<string, () => void>();
  let closed = false;

  /** Within a job. */
  function step(id: string): MoveTask | undefined {
    const task = tasks.find(id);
    if (task?.status !== "RUNNING") return undefined;
    const source = catalog.byArn(task.sourceArn);
    if (source === undefined) return save({ ...task, ...failed("QueueDoesNotExist") });
    const limit = Math.min(task.messagesPerSecond ?? maximumPerStep, task.toMove - task.moved);
    const messages = store.visible(source.id, clock.now(), limit);
    let moved = task.moved;
    for (const message of messages) {
      const destinationArn = task.destinationArn ?? message.sourceArn;
      if (destinationArn === undefined) {
        return save({
          ...task,
          moved,
          status: "FAILED",
          failure: "CouldNotDetermineMessageSource",
        });
      }
      const destination = catalog.byArn(destinationArn);
      if (destination === undefined)
        return save({ ...task, moved, ...failed("QueueDoesNotExist") });
      move(message, destination);
      moved++;
    }
    const done = messages.length < limit || moved >= task.toMove;
    return save({ ...task, moved, status: done ? "COMPLETED" : "RUNNING" });
  }

  function save(task: MoveTask): MoveTask {
    tasks.progress(task);
    return task;
  }

  function move(message: StoredMessage, destination: Queue): void {
    const now = clock.now();
    store.remove(message.seq);
    store.add(destination.id, { ...message, messageId: randomUUID(), sentAt: now, visibleAt: now });
    destination.oldest = Math.min(destination.oldest, now);
    broker.visibleAgain(destination, now);
  }

  async function run(id: string): Promise<void> {
    for (;;) {
      if (closed) return;
      const task = await broker.write(() => step(id));
      if (task?.status !== "RUNNING") return;
      if (task.messagesPerSecond === undefined) continue;
      timers.set(
        id,
        clock.setTimer(clock.now() + 1000, () => {
          timers.delete(id);
          runGuarded(id);
        }),
      );
      return;
    }
  }

  function runGuarded(id: string): void {
    run(id).catch((error: unknown) => {
      if (!closed) options.onFault(error, `SQS, message move task ${id}`);
    });
  }

  return {
    /** Goes on with what was running when the process ended. */
    start(): void {
      for (const { id } of tasks.running()) runGuarded(id);
    },

    /** Starts a task that was written to the store. */
    run: runGuarded,

    close(): void {
      closed = true;
      for (const cancel of timers.values()) cancel();
    },
  };
}

const failed = (code: string) => ({ status: "FAILED", failure: queryCode(code) }) as const;
