import type { Clock } from "@darkroom/states";
import { AwsError } from "../aws-error.ts";
import { openDatabase } from "../store/database.ts";
import type { InvocationResult } from "./execution-environment.ts";

const schema = `
CREATE TABLE IF NOT EXISTS events (
  id INTEGER PRIMARY KEY, request_id TEXT NOT NULL, function_name TEXT NOT NULL, payload TEXT NOT NULL,
  received_at INTEGER NOT NULL, attempts INTEGER NOT NULL, due_at INTEGER NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS events_by_due ON events (due_at, id);
`;

/** https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html */
const maximumAgeMs = 6 * 60 * 60_000;
const retryDelaysMs = [60_000, 120_000];
/** After an error of the service itself: from a second to five minutes, until the maximum age. */
const backoffMs = (failures: number): number => Math.min(1000 * 2 ** failures, 300_000);

const afterFaultMs = 1000;

export interface AsyncInvocations {
  /** Returns once the event is on disk. */
  add(event: { requestId: string; functionName: string; payload: string }): void;
  start(): void;
  /** Takes up no more events. */
  stop(): void;
  /** After `stop`: waits for what runs. An event whose invocation was cut off stays, and runs again after the next start. */
  close(): Promise<void>;
}

interface StoredEvent {
  readonly id: number;
  readonly requestId: string;
  readonly functionName: string;
  readonly payload: string;
  readonly receivedAt: number;
  readonly attempts: number;
}

/**
 * The queue of asynchronous invocations. An event is gone from it when its function has succeeded, at its third failure,
 * or when it is six hours old; the last two are told to `onDropped`. An event may run twice, when the process has ended
 * in between.
 * @param options.atOnce how many events are handed to `run` at a time
 */
export function createAsyncInvocations(options: {
  databaseFile: string;
  clock: Clock;
  atOnce: number;
  run: (event: Omit<StoredEvent, "id">) => Promise<InvocationResult>;
  onDropped: (error: Error) => void;
  onFault: (error: unknown) => void;
}): AsyncInvocations {
  const { clock } = options;
  const database = openDatabase(options.databaseFile, schema);
  // Written by a clock that was ahead of today's: the pace is kept, from now on.
  database
    .prepare(
      "UPDATE events SET due_at = due_at - (received_at - ?1), received_at = ?1 WHERE received_at > ?1",
    )
    .run(clock.now());
  const insert = database.prepare(
    "INSERT INTO events (request_id, function_name, payload, received_at, attempts, due_at) VALUES (?, ?, ?, ?, 0, ?)",
  );
  const selectDue = database.prepare(
    "SELECT * FROM events WHERE due_at <= ? ORDER BY due_at, id LIMIT ?",
  );
  const selectNext = database.prepare("SELECT min(due_at) AS due_at FROM events WHERE due_at > ?");
  const remove = database.prepare("DELETE FROM events WHERE id = ?");
  const postpone = database.prepare("UPDATE events SET attempts = ?, due_at = ? WHERE id = ?");
  const running = new Map<number, Promise<void>>();
  const serviceFailures = new Map<number, number>();
  let open = false;
  let cancelTimer: (() => void) | undefined;
  let pausedUntil = -Infinity;

  function drop(event: StoredEvent, why: string): void {
    remove.run(event.id);
    serviceFailures.delete(event.id);
    options.onDropped(
      new Error(
        `The asynchronous invocation ${event.requestId} of ${event.functionName} is dropped: ${why}`,
      ),
    );
  }

  async function attempt(event: StoredEvent): Promise<void> {
    const { id, receivedAt } = event;
    if (clock.now() - receivedAt > maximumAgeMs) {
      drop(event, "it is older than 6 hours.");
      return;
    }
    let result: InvocationResult;
    try {
      result = await options.run(event);
    } catch (error) {
      if (!open) return;
      if (error instanceof AwsError && error.code === "ResourceNotFoundException") {
        drop(event, error.message);
        return;
      }
      const failures = serviceFailures.get(id) ?? 0;
      serviceFailures.set(id, failures + 1);
      postpone.run(event.attempts, clock.now() + backoffMs(failures), id);
      return;
    }
    const delayMs = retryDelaysMs[event.attempts];
    if (result.functionError === undefined) {
      remove.run(id);
      serviceFailures.delete(id);
    } else if (delayMs === undefined) {
      drop(event, `it has failed ${event.attempts + 1} times, at last with ${result.payload}`);
    } else {
      postpone.run(event.attempts + 1, clock.now() + delayMs, id);
    }
  }

  /** The queue itself can't be read or written, as when the disk is full. */
  function pauseAfterFault(error: unknown): void {
    options.onFault(error);
    pausedUntil = clock.now() + afterFaultMs;
  }

  function guardedAdvance(): void {
    try {
      advance();
    } catch (error) {
      pauseAfterFault(error);
      cancelTimer = clock.setTimer(pausedUntil, guardedAdvance);
    }
  }

  function advance(): void {
    if (!open) return;
    cancelTimer?.();
    cancelTimer = undefined;
    const now = clock.now();
    if (now < pausedUntil) {
      cancelTimer = clock.setTimer(pausedUntil, guardedAdvance);
      return;
    }
    // Events that run are due as well: so many more are read.
    const due = selectDue.all(now, options.atOnce + running.size).map(toEvent);
    for (const event of due) {
      if (running.size >= options.atOnce) return;
      if (running.has(event.id)) continue;
      const ended = attempt(event)
        .catch((error: unknown) => pauseAfterFault(error))
        .finally(() => {
          running.delete(event.id);
          guardedAdvance();
        });
      running.set(event.id, ended);
    }
    const next = selectNext.get(now)?.due_at;
    if (typeof next === "number") cancelTimer = clock.setTimer(next, guardedAdvance);
  }

  return {
    add(event) {
      const now = clock.now();
      insert.run(event.requestId, event.functionName, event.payload, now, now);
      advance();
    },
    start() {
      open = true;
      advance();
    },
    stop() {
      open = false;
      cancelTimer?.();
    },
    async close() {
      await Promise.allSettled(running.values());
      database.close();
    },
  };
}

const toEvent = (row: Record<string, unknown>): StoredEvent => ({
  id: Number(row.id),
  requestId: String(row.request_id),
  functionName: String(row.function_name),
  payload: String(row.payload),
  receivedAt: Number(row.received_at),
  attempts: Number(row.attempts),
});
