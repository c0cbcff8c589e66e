import type { DatabaseSync } from "node:sqlite";
import { transaction } from "../../store/database.ts";

interface Pending {
  /** Does the work and returns what settles its promise once the transaction is on disk. */
  run(alone: boolean): () => void;
  reject(error: unknown): void;
}

/** Runs `work` in a transaction; resolves when it is on disk. What throws has changed nothing. */
export type GroupCommit = <T>(work: () => T) => Promise<T>;

/**
 * Puts what all requests of one turn of the event loop write into one transaction: the disk is synced once for all of
 * them. Each piece of work stands in a savepoint of its own, so that one that fails takes no other with it.
 */
export function createGroupCommit(database: DatabaseSync): GroupCommit {
  const savepoint = database.prepare("SAVEPOINT work");
  const release = database.prepare("RELEASE work");
  const rollback = database.prepare("ROLLBACK TO work");
  let pending: Pending[] = [];

  function attempt<T>(work: () => T): T {
    savepoint.run();
    try {
      const result = work();
      release.run();
      return result;
    } catch (error) {
      if (database.isTransaction) {
        rollback.run();
        release.run();
      }
      throw error;
    }
  }

  function flush(): void {
    const batch = pending;
    pending = [];
    try {
      const settle = transaction(database, () => batch.map((one) => one.run(batch.length === 1)));
      for (const one of settle) one();
    } catch (error) {
      for (const one of batch) one.reject(error);
    }
  }

  return <T>(work: () => T) =>
    new Promise<T>((resolve, reject) => {
      if (pending.length === 0) setImmediate(flush);
      pending.push({
        reject,
        run(alone) {
          // One that is alone has all of the transaction to itself.
          if (alone) {
            const result = work();
            return () => resolve(result);
          }
          try {
            const result = attempt(work);
            return () => resolve(result);
          } catch (error) {
            // On some failures, such as a full disk, SQLite rolls all of the transaction back by itself.
            if (!database.isTransaction) throw error;
            return () => reject(error);
          }
        },
      });
    });
}
