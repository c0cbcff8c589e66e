import type { DatabaseSync } from "node:sqlite";
import { AwsError } from "../aws-error.ts";
import { createLogSync, type LogSync } from "./log-sync.ts";

/** Runs `work` in a transaction; resolves when it is on disk. What throws has changed nothing. `work` must not wait. */
export type Commit = <T>(work: () => T) => Promise<T>;

export interface GroupCommit {
  readonly commit: Commit;
  /** Refuses what comes later; fulfilled when all that was asked for before is on disk, or refused. */
  close(): Promise<void>;
}

interface Job {
  readonly work: () => unknown;
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Puts what all callers of one turn of the event loop write into one transaction of a database in WAL mode, and syncs
 * the log once for all of them, off the main thread: while the disk works, other requests are served and the next
 * transaction is gathered.
 *
 * Invariants: each piece of work stands in a savepoint of its own, so that one that fails takes no other with it; work
 * that is asked for by work joins the same transaction; nobody hears of success before a sync that began after the
 * commit has ended. SQLite itself syncs the log before it moves pages into the database, whatever `synchronous` says
 * (https://www.sqlite.org/pragma.html#pragma_synchronous), so a log that is synced is all that a commit needs. Between
 * commit and sync others may read what nobody was told yet: after a power cut it can be gone, after `kill -9` it can't.
 */
export function createGroupCommit(
  database: DatabaseSync,
  log: LogSync = logOf(database.location()),
): GroupCommit {
  const begin = database.prepare("BEGIN IMMEDIATE");
  const end = database.prepare("COMMIT");
  const savepoint = database.prepare("SAVEPOINT work");
  const release = database.prepare("RELEASE work");
  const rollback = database.prepare("ROLLBACK TO work");
  let jobs: Job[] = [];
  let flushing = false;
  let unsettled = 0;
  let settled: (() => void) | undefined;
  let closed = false;

  /** @returns what tells the caller once the transaction is on disk. */
  function attempt({ work, resolve, reject }: Job): () => void {
    savepoint.run();
    try {
      const result = work();
      release.run();
      return () => resolve(result);
    } catch (error) {
      // On some failures, such as a full disk, SQLite rolls all of the transaction back by itself.
      if (!database.isTransaction) throw error;
      rollback.run();
      release.run();
      return () => reject(error);
    }
  }

  function flush(): void {
    const taken: Job[] = [];
    const answers: (() => void)[] = [];
    flushing = true;
    database.exec("PRAGMA synchronous = NORMAL");
    try {
      begin.run();
      while (jobs.length > 0) {
        const batch = jobs;
        jobs = [];
        taken.push(...batch);
        for (const job of batch) answers.push(attempt(job));
      }
      end.run();
    } catch (error) {
      if (database.isTransaction) database.exec("ROLLBACK");
      // Also what was asked for by work that is undone now.
      taken.push(...jobs);
      jobs = [];
      settle(taken.map((job) => () => job.reject(error)));
      return;
    } finally {
      database.exec("PRAGMA synchronous = FULL");
      flushing = false;
    }
    log.sync().then(
      () => settle(answers),
      (error: unknown) => settle(taken.map((job) => () => job.reject(error))),
    );
  }

  function settle(answers: readonly (() => void)[]): void {
    for (const answer of answers) answer();
    unsettled -= answers.length;
    if (unsettled === 0) settled?.();
  }

  return {
    commit<T>(work: () => T): Promise<T> {
      if (closed) return Promise.reject(stopping());
      return new Promise<T>((resolve, reject) => {
        if (jobs.length === 0 && !flushing) setImmediate(flush);
        unsettled += 1;
        jobs.push({ work, resolve: resolve as (result: unknown) => void, reject });
      });
    },

    async close() {
      if (closed) return;
      closed = true;
      if (unsettled > 0) {
        await new Promise<void>((resolve) => {
          settled = resolve;
        });
      }
      await log.close();
    },
  };
}

/** Clients try again, and find the next start. */
const stopping = (): AwsError =>
  new AwsError("ServiceUnavailable", "The local cloud is being stopped.", { status: 503 });

/** A database in memory, as tests have it, has no log. */
const logOf = (file: string | null): LogSync =>
  file === null
    ? { sync: () => Promise.resolve(), close: () => Promise.resolve() }
    : createLogSync(`${file}-wal`);
