import type { ExecutionStatus, ExecutionSummary, HistoryEvent } from "@darkroom/states";
import { openDatabase } from "../store/database.ts";
import { createGroupCommit } from "../store/group-commit.ts";
import { expressSchema, openExpressTables } from "./express/express-tables.ts";
import { mapRunSchema } from "./map-runs/map-run-schema.ts";
import { openMapRunTables } from "./map-runs/map-run-tables.ts";

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
CREATE INDEX IF NOT EXISTS running_executions ON executions (position) WHERE status = 'RUNNING';
CREATE TABLE IF NOT EXISTS events (
  execution_arn TEXT NOT NULL, id INTEGER NOT NULL, event TEXT NOT NULL, PRIMARY KEY (execution_arn, id)
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS redrives (
  execution_arn TEXT NOT NULL, number INTEGER NOT NULL, date INTEGER NOT NULL, client_token TEXT,
  PRIMARY KEY (execution_arn, number)
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS trace_headers (
  execution_arn TEXT PRIMARY KEY, header TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS outbox (id INTEGER PRIMARY KEY, execution TEXT NOT NULL) STRICT;
`;

export interface StoredExecution extends ExecutionSummary {
  readonly roleArn: string;
  readonly definitionHash: string;
  /** Counts up over all executions: the order of starts. */
  readonly position: number;
  readonly redriveCount: number;
  /** Of the last redrive, in epoch milliseconds. */
  readonly redriveDate?: number;
  readonly traceHeader?: string;
  /** Of a child of a Map Run. */
  readonly mapRunArn?: string;
}

/** What ListExecutions asks for. */
export interface ExecutionsPage {
  /** The position that the last page ended with. */
  readonly before: number;
  readonly limit: number;
  readonly status: string | undefined;
  readonly redriven: boolean | undefined;
}

/** What a status-change event tells, written in the transaction that changed the status. */
export interface StatusChange {
  readonly id: number;
  readonly execution: ExecutionSummary &
    Pick<StoredExecution, "redriveCount" | "redriveDate" | "mapRunArn">;
}

interface NewExecution {
  readonly arn: string;
  readonly machineArn: string;
  readonly name: string;
  readonly roleArn: string;
  readonly definitionHash: string;
  readonly startDate: number;
  /** JSON text. */
  readonly input: string;
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

const statusOfFinalEvent: Readonly<Record<string, Exclude<ExecutionStatus, "RUNNING">>> = {
  ExecutionSucceeded: "SUCCEEDED",
  ExecutionFailed: "FAILED",
  ExecutionAborted: "ABORTED",
  ExecutionTimedOut: "TIMED_OUT",
};

/** An execution with what only some have; the count of redrives is that of the last. */
const selectExecutions = `SELECT executions.*, header AS trace_header, number AS redrive_count, date AS redrive_date,
  (SELECT map_run_arn FROM map_run_executions JOIN map_runs USING (run) WHERE child_arn = executions.arn) AS map_run_arn
  FROM executions
  LEFT JOIN trace_headers ON trace_headers.execution_arn = arn
  LEFT JOIN redrives ON redrives.execution_arn = arn
    AND number = (SELECT max(number) FROM redrives WHERE execution_arn = arn)`;

/** Executions, their histories and the definitions they run: one SQLite file. */
export function openStatesStore(file: string) {
  const database = openDatabase(file, schema + mapRunSchema + expressSchema);
  const group = createGroupCommit(database);
  const mapRuns = openMapRunTables(database);
  const express = openExpressTables(database);
  const insertDefinition = database.prepare(
    "INSERT INTO definitions (hash, definition) VALUES (?, ?) ON CONFLICT DO NOTHING",
  );
  const insertExecution = database.prepare(
    `INSERT INTO executions (arn, machine_arn, name, role_arn, definition_hash, status, start_date, input, position)
     VALUES (?, ?, ?, ?, ?, 'RUNNING', ?, ?, ?)`,
  );
  const selectLastPosition = database.prepare("SELECT max(position) AS last FROM executions");
  let lastPosition = Number(selectLastPosition.get()?.last ?? 0);
  const selectExecution = database.prepare(`${selectExecutions} WHERE arn = ?`);
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
    `${selectExecutions} WHERE machine_arn = ? AND position < ? ORDER BY position DESC LIMIT ?`,
  );
  const selectOfMachineByStatus = database.prepare(
    `${selectExecutions} WHERE machine_arn = ? AND status = ? AND position < ?
     ORDER BY position DESC LIMIT ?`,
  );
  const selectOfMachineByRedrive = database.prepare(
    `${selectExecutions} WHERE machine_arn = ?1 AND (?2 IS NULL OR status = ?2) AND position < ?3
       AND (number IS NOT NULL) = ?4 ORDER BY position DESC LIMIT ?5`,
  );
  const selectOfMapRun = database.prepare(
    `${selectExecutions} WHERE machine_arn = ?1 AND position < ?3 AND (?4 IS NULL OR (number IS NOT NULL) = ?4)
       AND EXISTS (SELECT 1 FROM map_run_executions JOIN map_run_children USING (run, child)
         WHERE child_arn = arn AND run = ?5 AND (?2 IS NULL OR child_status = ?2))
     ORDER BY position DESC LIMIT ?6`,
  );
  const selectRunning = database.prepare(
    `${selectExecutions} WHERE status = 'RUNNING' AND position > ?
       AND NOT EXISTS (SELECT 1 FROM map_run_executions WHERE child_arn = arn)
     ORDER BY position LIMIT 100`,
  );
  const insertTraceHeader = database.prepare(
    "INSERT INTO trace_headers (execution_arn, header) VALUES (?, ?)",
  );
  const insertRedrive = database.prepare(
    "INSERT INTO redrives (execution_arn, number, date, client_token) VALUES (?, ?, ?, ?)",
  );
  const selectRedrives = database.prepare(
    "SELECT date, client_token FROM redrives WHERE execution_arn = ? ORDER BY number DESC LIMIT ?",
  );
  const reopenExecution = database.prepare(
    `UPDATE executions SET status = 'RUNNING', stop_date = NULL, output = NULL, error = NULL, cause = NULL
     WHERE arn = ?`,
  );
  const selectLastEventId = database.prepare(
    "SELECT max(id) AS id FROM events WHERE execution_arn = ?",
  );
  const selectDefinition = database.prepare("SELECT definition FROM definitions WHERE hash = ?");
  const insertOutbox = database.prepare("INSERT INTO outbox (execution) VALUES (?)");
  const selectOutbox = database.prepare("SELECT id, execution FROM outbox ORDER BY id LIMIT 100");
  const deleteOutbox = database.prepare("DELETE FROM outbox WHERE id <= ?");

  function find(arn: string): StoredExecution | undefined {
    const row = selectExecution.get(arn);
    return row === undefined ? undefined : toExecution(row);
  }

  function keepDefinition(hash: string, definition: string): void {
    insertDefinition.run(hash, definition);
  }

  function insert(execution: NewExecution): void {
    const { arn, machineArn, name, roleArn, definitionHash, startDate, input } = execution;
    lastPosition += 1;
    insertExecution.run(
      arn,
      machineArn,
      name,
      roleArn,
      definitionHash,
      startDate,
      input,
      lastPosition,
    );
  }

  const lastEventId = (arn: string): number => Number(selectLastEventId.get(arn)?.id ?? 0);

  function announce(arn: string): void {
    const execution = find(arn);
    if (execution === undefined) throw new Error(`no execution ${arn} to announce`);
    const {
      roleArn: _,
      definitionHash: __,
      position: ___,
      traceHeader: ____,
      ...summary
    } = execution;
    insertOutbox.run(JSON.stringify(summary));
  }

  function writeEvent(arn: string, event: HistoryEvent): void {
    insertEvent.run(arn, event.id, JSON.stringify(event));
    const status = statusOfFinalEvent[event.type];
    if (status === undefined) return;
    const details = Object.entries(event).find(([name]) => name.endsWith("EventDetails"))?.[1];
    const text = (field: string): string | undefined => {
      const value: unknown = typeof details === "object" ? details[field] : undefined;
      return typeof value === "string" ? value : undefined;
    };
    const stopDate = event.timestamp;
    const [output, error, cause] = [text("output"), text("error"), text("cause")];
    endExecution.run(status, stopDate, output ?? null, error ?? null, cause ?? null, arn);
    mapRuns.executionEnded(arn, { status, stopDate, output, error, cause });
    announce(arn);
  }

  return {
    find,

    commit: group.commit,

    mapRuns,

    express,

    /** Within a commit. */
    keepDefinition,

    /** Within a commit. */
    create(
      execution: NewExecution & { definition: string; traceHeader: string | undefined },
    ): StoredExecution {
      keepDefinition(execution.definitionHash, execution.definition);
      insert(execution);
      if (execution.traceHeader !== undefined) {
        insertTraceHeader.run(execution.arn, execution.traceHeader);
      }
      announce(execution.arn);
      const created = find(execution.arn);
      if (created === undefined) throw new Error("an execution that was just written is there");
      return created;
    },

    /**
     * Within a commit: the execution of a child of a Map Run.
     * @param begin writes that the child has begun
     */
    createChild(child: NewExecution, begin: (at: number, arn: string) => void): void {
      insert(child);
      begin(child.startDate, child.arn);
      announce(child.arn);
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

    /** From the newest on. */
    executionsOf(machineArn: string, page: ExecutionsPage): StoredExecution[] {
      const { before, limit, status, redriven } = page;
      if (redriven !== undefined) {
        const is = redriven ? 1 : 0;
        const rows = selectOfMachineByRedrive.all(machineArn, status ?? null, before, is, limit);
        return rows.map(toExecution);
      }
      const rows =
        status === undefined
          ? selectOfMachine.all(machineArn, before, limit)
          : selectOfMachineByStatus.all(machineArn, status, before, limit);
      return rows.map(toExecution);
    },

    /** The children of a Map Run, from the newest on. */
    childrenOf(
      mapRun: { run: number; childStateMachineArn: string },
      page: ExecutionsPage,
    ): StoredExecution[] {
      const { before, limit, status, redriven } = page;
      return selectOfMapRun
        .all(
          mapRun.childStateMachineArn,
          status ?? null,
          before,
          redriven === undefined ? null : Number(redriven),
          mapRun.run,
          limit,
        )
        .map(toExecution);
    },

    /** The next running executions after a position, in order; at most 100. Children of Map Runs are not among them. */
    runningAfter: (position: number): StoredExecution[] =>
      selectRunning.all(position).map(toExecution),

    lastEventId,

    /** The last redrives of an execution, from the newest on. */
    redrivesOf: (
      arn: string,
      limit: number,
    ): { readonly date: number; readonly clientToken: string | undefined }[] =>
      selectRedrives.all(arn, limit).map(({ date, client_token: token }) => ({
        date: Number(date),
        clientToken: token === null ? undefined : String(token),
      })),

    /** Within a commit: an execution that has ended runs again, from the event on that says so. */
    redrive(arn: string, date: number, clientToken: string | undefined): HistoryEvent {
      const redriveCount = (find(arn)?.redriveCount ?? 0) + 1;
      const lastId = lastEventId(arn);
      const event: HistoryEvent = {
        id: lastId + 1,
        previousEventId: lastId,
        timestamp: date,
        type: "ExecutionRedriven",
        executionRedrivenEventDetails: { redriveCount },
      };
      reopenExecution.run(arn);
      insertRedrive.run(arn, redriveCount, date, clientToken ?? null);
      insertEvent.run(arn, event.id, JSON.stringify(event));
      announce(arn);
      return event;
    },

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
    redriveCount: Number(row.redrive_count ?? 0),
    ...optional("redrive_date", "redriveDate"),
    ...optional("trace_header", "traceHeader"),
    ...optional("map_run_arn", "mapRunArn"),
    ...optional("stop_date", "stopDate"),
    ...optional("output", "output"),
    ...optional("error", "error"),
    ...optional("cause", "cause"),
  };
}
