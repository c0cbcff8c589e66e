import { openDatabase, transaction } from "../store/database.ts";

const schema = `
CREATE TABLE IF NOT EXISTS deliveries (
  id INTEGER PRIMARY KEY, rule_arn TEXT NOT NULL, target_arn TEXT NOT NULL, event TEXT NOT NULL,
  maximum_age_ms INTEGER NOT NULL, maximum_retries INTEGER NOT NULL, dead_letter_arn TEXT,
  created_at INTEGER NOT NULL, next_at INTEGER NOT NULL, attempts INTEGER NOT NULL, failure TEXT
) STRICT;
CREATE INDEX IF NOT EXISTS deliveries_by_time ON deliveries (next_at);
`;

export interface NewDelivery {
  readonly ruleArn: string;
  readonly targetArn: string;
  /** JSON text. */
  readonly event: string;
  readonly maximumAgeMs: number;
  readonly maximumRetries: number;
  readonly deadLetterArn: string | undefined;
}

/** Why a delivery was given up; it is on its way to the dead-letter queue. */
export interface Failure {
  readonly code: string;
  readonly message: string;
  /** What was used up; nothing when trying again had no use. */
  readonly exhausted: "MaximumRetryAttempts" | "MaximumEventAgeInSeconds" | undefined;
  readonly attempts: number;
  readonly at: number;
}

/** One event on its way to one target. Times are epoch milliseconds. */
export interface Delivery extends NewDelivery {
  readonly id: number;
  readonly createdAt: number;
  readonly nextAt: number;
  readonly attempts: number;
  readonly failure: Failure | undefined;
}

export type EventOutbox = ReturnType<typeof openEventOutbox>;

/** What is still to be delivered: one SQLite file. A row is there from the put of its event until its target has it. */
export function openEventOutbox(file: string, now: number) {
  const database = openDatabase(file, schema);
  // Written by a clock that was ahead of today's: the pace is kept, from now on.
  database
    .prepare(
      "UPDATE deliveries SET next_at = next_at - (created_at - ?1), created_at = ?1 WHERE created_at > ?1",
    )
    .run(now);
  const insert = database.prepare(
    `INSERT INTO deliveries (rule_arn, target_arn, event, maximum_age_ms, maximum_retries, dead_letter_arn,
       created_at, next_at, attempts) VALUES (?, ?, ?, ?, ?, ?, ?, ?, 0)`,
  );
  const select = database.prepare("SELECT * FROM deliveries ORDER BY next_at, id LIMIT ?");
  const update = database.prepare(
    "UPDATE deliveries SET next_at = ?, attempts = ?, failure = ? WHERE id = ?",
  );
  const remove = database.prepare("DELETE FROM deliveries WHERE id = ?");

  return {
    /** All in one transaction. */
    add(deliveries: readonly NewDelivery[], now: number): void {
      transaction(database, () => {
        for (const one of deliveries) {
          insert.run(
            one.ruleArn,
            one.targetArn,
            one.event,
            one.maximumAgeMs,
            one.maximumRetries,
            one.deadLetterArn ?? null,
            now,
            now,
          );
        }
      });
    },

    /** Those that are to be tried first. */
    next: (limit: number): Delivery[] => select.all(limit).map(toDelivery),

    retryLater(
      delivery: Delivery,
      change: { nextAt: number; attempts: number; failure: Failure | undefined },
    ): void {
      const failure = change.failure === undefined ? null : JSON.stringify(change.failure);
      update.run(change.nextAt, change.attempts, failure, delivery.id);
    },

    remove(id: number): void {
      remove.run(id);
    },

    close: () => database.close(),
  };
}

const toDelivery = (row: Record<string, unknown>): Delivery => ({
  id: Number(row.id),
  ruleArn: String(row.rule_arn),
  targetArn: String(row.target_arn),
  event: String(row.event),
  maximumAgeMs: Number(row.maximum_age_ms),
  maximumRetries: Number(row.maximum_retries),
  deadLetterArn: row.dead_letter_arn === null ? undefined : String(row.dead_letter_arn),
  createdAt: Number(row.created_at),
  nextAt: Number(row.next_at),
  attempts: Number(row.attempts),
  failure: row.failure === null ? undefined : JSON.parse(String(row.failure)),
});
