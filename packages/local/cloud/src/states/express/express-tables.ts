import type { DatabaseSync } from "node:sqlite";

/** Only what has to be begun again after a restart: how it went is told by the log of the machine alone. */
export const expressSchema = `
CREATE TABLE IF NOT EXISTS express_executions (
  arn TEXT PRIMARY KEY, machine_arn TEXT NOT NULL, role_arn TEXT NOT NULL,
  definition_hash TEXT NOT NULL REFERENCES definitions(hash), start_date INTEGER NOT NULL, input TEXT NOT NULL
) STRICT;
`;

/** An execution of an EXPRESS machine that has no end yet. */
export interface ExpressExecution {
  readonly executionArn: string;
  readonly stateMachineArn: string;
  readonly roleArn: string;
  readonly definitionHash: string;
  /** Epoch milliseconds. */
  readonly startDate: number;
  /** JSON text. */
  readonly input: string;
}

export function openExpressTables(database: DatabaseSync) {
  const insert = database.prepare(
    `INSERT INTO express_executions (arn, machine_arn, role_arn, definition_hash, start_date, input)
     VALUES (?, ?, ?, ?, ?, ?)`,
  );
  const selectAll = database.prepare("SELECT * FROM express_executions ORDER BY start_date");
  const remove = database.prepare("DELETE FROM express_executions WHERE arn = ?");

  return {
    /** Within a commit; its definition is there. */
    add(execution: ExpressExecution): void {
      insert.run(
        execution.executionArn,
        execution.stateMachineArn,
        execution.roleArn,
        execution.definitionHash,
        execution.startDate,
        execution.input,
      );
    },

    all: (): ExpressExecution[] =>
      selectAll.all().map((row) => ({
        executionArn: String(row.arn),
        stateMachineArn: String(row.machine_arn),
        roleArn: String(row.role_arn),
        definitionHash: String(row.definition_hash),
        startDate: Number(row.start_date),
        input: String(row.input),
      })),

    /** Within a commit. */
    remove(executionArn: string): void {
      remove.run(executionArn);
    },
  };
}
