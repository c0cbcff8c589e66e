import type { DatabaseSync } from "node:sqlite";
import { AwsError } from "../aws-error.ts";
import { transaction } from "../store/database.ts";

export interface WriteQueue {
  /** Runs `job` in the next transaction; fulfilled when that is on disk. */
  write<T>(job: () => T): Promise<T>;
  /** Waits for what was queued; later jobs are refused. */
  close(): Promise<void>;
}

interface QueuedJob {
  readonly run: () => unknown;
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * All calls of one turn of the event loop share one transaction, and so one sync of the disk.
 * Invariant: a job that throws an AwsError has written nothing yet, so the others are committed without it. Anything
 * else that is thrown is a fault, and nothing of the batch is kept nor acknowledged.
 */
export function createWriteQueue(database: DatabaseSync): WriteQueue {
  let queue: QueuedJob[] = [];
  let flushed: Promise<void> = Promise.resolve();
  let closed = false;

  function flush(): void {
    const batch = queue;
    queue = [];
    try {
      const answers = transaction(database, () => batch.map(runJob));
      for (const answer of answers) answer();
    } catch (error) {
      for (const { reject } of batch) reject(error);
    }
  }

  return {
    write<T>(run: () => T): Promise<T> {
      if (closed) return Promise.reject(new Error("the DynamoDB store is closed"));
      return new Promise<T>((resolve, reject) => {
        queue.push({ run, resolve: resolve as (result: unknown) => void, reject });
        if (queue.length > 1) return;
        flushed = new Promise((done) => {
          setImmediate(() => {
            flush();
            done();
          });
        });
      });
    },
    async close() {
      closed = true;
      await flushed;
    },
  };
}

/** @returns what tells the caller, once the transaction is committed. */
function runJob({ run, resolve, reject }: QueuedJob): () => void {
  try {
    const result = run();
    return () => resolve(result);
  } catch (error) {
    if (error instanceof AwsError) return () => reject(error);
    throw error;
  }
}
