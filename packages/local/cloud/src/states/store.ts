import type { ExecutionStatus, ExecutionSummary, HistoryEvent } from "@darkroom/states";
import { openDatabase } from "../store/database.ts";
import { createGroupCommit } from "../store/group-commit.ts";

const schema = `
CREATE TABLE IF NOT EXISTS definitions (hash TEXT PRIMARY KEY, definition TEXT NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS executions (
  arn TEXT PRIMARY KEY, machine_arn TEXT NOT NULL, name TEXT NOT NULL, role_arn TEXT NOT NULL,
  definition_hash TEXT NOT NULL REFERENCES definitions(hash),
  status TEXT NOT NULL, start_date INTEGER NOT NULL, stop_date INTEGER,
  input TEXT NOT NULL, output TEXT, error TEXT, cause TEXT, position INTEGER NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS executions_of_machine ON executions (machine_arn, position);
CREATE INDEX IF NOT EXISTS executions_of_machine_by_status ON executions (machine_arn, status, position);
CREATE TABLE IF NOT EXISTS events (
  execution_arn TEXT NOT NULL, id INTEGER NOT NULL, event TEXT NOT NULL, PRIMARY KEY (execution_arn, id)
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS outbox (id INTEGER PRIMARY KEY, execution TEXT NOT NULL) STRICT;
`;

export interface StoredExecution extends ExecutionSummary {
  readonly roleArn: string;
  readonly definitionHash: string;
  /** Counts up over all executions: the order of starts. */
  readonly position: number;
}

/** What a status-change event tells, written in the transaction that changed the status. */
export interface StatusChange {
  readonly id: number;
  readonly execution: ExecutionSummary;
}

/** A record of an execution's journal that can't be read. */
export class DamagedHistoryError extends Error {
  readonly executionArn: string;
  readonly eventId: number;

  constructor(executionArn: string, eventId: number, options: ErrorOptions) {
    super(`The record ${eventId} of the execution's journal is damaged`, options);
    this.executionArn = executionArn;
    this.eventId = eventId;
  }
}

export type StatesStore = ReturnType<typeof openStatesStore>;

const statusOfFinalEvent: Readonly<Record<string, ExecutionStatus>> = {
  ExecutionSucceeded: "SUCCEEDED",
  ExecutionFailed: "FAILED",
  ExecutionAborted: "ABORTED",
  ExecutionTimedOut: "TIMED_OUT",
};

/** Executions, their histories and the definitions they run: one SQLite file. */
export function openStatesStore(file: string) {
  const database = openDatabase(file, schema);
  const group = createGroupCommit(database);
  const insertDefinition = database.prepare(
    "INSERT INTO definitions (hash, definition) VALUES (?, ?) ON CONFLICT DO NOTHING",
  );
  const insertExecution = database.prepare(
    `INSERT INTO executions (arn, machine_arn, name, role_arn, definition_hash, status, start_date, input, position)
     VALUES (?, ?, ?, ?, ?, 'RUNNING', ?, ?, (SELECT coalesce(max(position), 0) + 1 FROM executions))`,
  );
  const selectExecution = database.prepare("SELECT * FROM executions WHERE arn = ?");
  const endExecution = database.prepare(
    `UPDATE executions SET status = ?, stop_date = ?, output = ?, error = ?, cause = ?
     WHERE arn = ? AND status = 'RUNNING'`,
  );
  const insertEvent = database.prepare(
    "INSERT INTO events (execution_arn, id, event) VALUES (?, ?, ?)",
  );
  const selectEvents = database.prepare(
    "SELECT event FROM events WHERE execution_arn = ? ORDER BY id",
  );
  const deleteEventsFrom = database.prepare(
    "DELETE FROM events WHERE execution_arn = ? AND id >= ?",
  );
  const selectEventsForward = database.prepare(
    "SELECT event FROM events WHERE execution_arn = ? AND id > ? ORDER BY id LIMIT ?",
  );
  const selectEventsReverse = database.prepare(
    "SELECT event FROM events WHERE execution_arn = ? AND id < ? ORDER BY id DESC LIMIT ?",
  );
  const selectOfMachine = database.prepare(
    "SELECT * FROM executions WHERE machine_arn = ? AND position < ? ORDER BY position DESC LIMIT ?",
  );
  const selectOfMachineByStatus = database.prepare(
    "SELECT * FROM executions WHERE machine_arn = ? AND status = ? AND position < ? ORDER BY position DESC LIMIT ?",
  );
  const selectRunning = database.prepare(
    "SELECT * FROM executions WHERE status = 'RUNNING' ORDER BY position",
  );
  const selectDefinition = database.prepare("SELECT definition FROM definitions WHERE hash = ?");
  const insertOutbox = database.prepare("INSERT INTO outbox (execution) VALUES (?)");
  const selectOutbox = database.prepare("SELECT id, execution FROM outbox ORDER BY id LIMIT 100");
  const deleteOutbox = database.prepare("DELETE FROM outbox WHERE id <= ?");

  function find(arn: string): StoredExecution | undefined {
    const row = selectExecution.get(arn);
    return row === undefined ? undefined : toExecution(row);
  }

  function announce(arn: string): void {
    const execution = find(arn);
    if (execution === undefined) throw new Error(`no execution ${arn} to announce`);
    const { roleArn: _, definitionHash: __, position: ___, ...summary } = execution;
    insertOutbox.run(JSON.stringify(summary));
  }

  function writeEvent(arn: string, event: HistoryEvent): void {
    insertEvent.run(arn, event.id, JSON.stringify(event));
    const status = statusOfFinalEvent[event.type];
    if (status === undefined) return;
    const details = Object.entries(event).find(([name]) => name.endsWith("EventDetails"))?.[1];
    const text = (field: string): string | null => {
      const value: unknown = typeof details === "object" ? details[field] : undefined;
      return typeof value === "string" ? value : null;
    };
    endExecution.run(status, event.timestamp, text("output"), text("error"), text("cause"), arn);
    announce(arn);
  }

  return {
    find,

    commit: group.commit,

    /** Within a commit. */
    create(execution: {
      arn: string;
      machineArn: string;
      name: string;
      roleArn: string;
      definitionHash: string;
      definition: string;
      startDate: number;
      input: string;
    }): StoredExecution {
      insertDefinition.run(execution.definitionHash, execution.definition);
      insertExecution.run(
        execution.arn,
        execution.machineArn,
        execution.name,
        execution.roleArn,
        execution.definitionHash,
        execution.startDate,
        execution.input,
      );
      announce(execution.arn);
      const created = find(execution.arn);
      if (created === undefined) throw new Error("an execution that was just written is there");
      return created;
    },

    /** Within a commit: writes events; a final one ends its execution. */
    append(arn: string, events: readonly HistoryEvent[]): void {
      for (const event of events) writeEvent(arn, event);
    },

    /** @throws DamagedHistoryError */
    history: (arn: string): HistoryEvent[] =>
      selectEvents.all(arn).map((row, index) => {
        try {
          return toEvent(row);
        } catch (cause) {
          throw new DamagedHistoryError(arn, index + 1, { cause });
        }
      }),

    /** Within a commit. */
    forgetEventsFrom(arn: string, eventId: number): void {
      deleteEventsFrom.run(arn, eventId);
    },

    historyPage(
      arn: string,
      page: { after: number; limit: number; reverse: boolean },
    ): HistoryEvent[] {
      const select = page.reverse ? selectEventsReverse : selectEventsForward;
      return select.all(arn, page.after, page.limit).map(toEvent);
    },

    executionsOf(
      machineArn: string,
      page: { before: number; limit: number; status: string | undefined },
    ): StoredExecution[] {
      const rows =
        page.status === undefined
          ? selectOfMachine.all(machineArn, page.before, page.limit)
          : selectOfMachineByStatus.all(machineArn, page.status, page.before, page.limit);
      return rows.map(toExecution);
    },

    running: (): StoredExecution[] => selectRunning.all().map(toExecution),

    definition(hash: string): string {
      const row = selectDefinition.get(hash);
      if (row === undefined) throw new Error(`no definition ${hash}`);
      return String(row.definition);
    },

    pendingChanges: (): StatusChange[] =>
      selectOutbox.all().map((row) => ({
        id: Number(row.id),
        execution: JSON.parse(String(row.execution)),
      })),

    /** Within a commit: every change up to this one, in the order of `pendingChanges`. */
    changesDelivered(lastId: number): void {
      deleteOutbox.run(lastId);
    },

    /** Fulfilled when what was asked for before is on disk. */
    async close() {
      await group.close();
      database.close();
    },
  };
}

type Row = Record<string, unknown>;

const toEvent = (row: Row): HistoryEvent => JSON.parse(String(row.event));

function toExecution(row: Row): StoredExecution {
  const optional = (column: string, field: string) =>
    row[column] === null ? {} : { [field]: row[column] };
  return {
    executionArn: String(row.arn),
    stateMachineArn: String(row.machine_arn),
    name: String(row.name),
    roleArn: String(row.role_arn),
    definitionHash: String(row.definition_hash),
    status: row.status as ExecutionStatus,
    startDate: Number(row.start_date),
    input: String(row.input),
    position: Number(row.position),
    ...optional("stop_date", "stopDate"),
    ...optional("output", "output"),
    ...optional("error", "error"),
    ...optional("cause", "cause"),
  };
}
