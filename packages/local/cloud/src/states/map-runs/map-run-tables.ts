import type { DatabaseSync } from "node:sqlite";
import type {
  ExecutionStatus,
  MapRunChild,
  MapRunGroup,
  MapRunLimits,
  MapRunOutcome,
  MapRunResult,
  NewMapRunChild,
} from "@darkroom/states";
import { type ChildStatus, countsOf, type StoredCounts } from "./map-run-counts.ts";
import {
  type MapRunStatus,
  type StoredMapRun,
  toChild,
  toMapRun,
  toResult,
} from "./stored-map-run.ts";

/** How a child has ended. */
interface ChildEnd {
  readonly status: Exclude<ExecutionStatus, "RUNNING">;
  readonly stopDate: number;
  readonly output?: string | undefined;
  readonly error?: string | undefined;
  readonly cause?: string | undefined;
}

const statusesOf: Readonly<Record<MapRunGroup, readonly ChildStatus[]>> = {
  succeeded: ["SUCCEEDED"],
  failed: ["FAILED", "TIMED_OUT", "ABORTED"],
  pending: ["PENDING", "PENDING_REDRIVE", "RUNNING"],
  all: ["PENDING", "PENDING_REDRIVE", "RUNNING", "SUCCEEDED", "FAILED", "TIMED_OUT", "ABORTED"],
};

/** Map runs and their children, in the database of the executions. What writes stands within a commit. */
export function openMapRunTables(database: DatabaseSync) {
  const insertRun = database.prepare(
    `INSERT INTO map_runs (map_run_arn, parent_arn, child_machine_arn, execution_type, run_status, started_at,
       max_concurrency, tolerated_count, tolerated_percentage) VALUES (?, ?, ?, ?, 'RUNNING', ?, ?, ?, ?)`,
  );
  const selectRun = database.prepare("SELECT * FROM map_runs WHERE map_run_arn = ?");
  const selectRunsOfExecution = database.prepare(
    "SELECT * FROM map_runs WHERE parent_arn = ? AND run < ? ORDER BY run DESC LIMIT ?",
  );
  const selectAbandoned = database.prepare(
    `SELECT map_runs.* FROM map_runs JOIN executions ON arn = parent_arn
     WHERE run_status = 'RUNNING' AND status <> 'RUNNING' ORDER BY run LIMIT 1`,
  );
  const updateLimits = database.prepare(
    `UPDATE map_runs SET max_concurrency = ?, tolerated_count = ?, tolerated_percentage = ? WHERE run = ?`,
  );
  const updateItemsRead = database.prepare("UPDATE map_runs SET items_read = 1 WHERE run = ?");
  const updateEnd = database.prepare(
    "UPDATE map_runs SET run_status = ?, stopped_at = ?, outcome = ? WHERE run = ?",
  );
  const updateWritten = database.prepare(
    `UPDATE map_runs SET (written_executions, written_items) =
       (SELECT coalesce(sum(executions), 0), coalesce(sum(items), 0) FROM map_run_counts
        WHERE map_run_counts.run = map_runs.run AND child_status NOT IN ('PENDING', 'PENDING_REDRIVE', 'RUNNING'))
     WHERE run = ?`,
  );
  const reopenRun = database.prepare(
    `UPDATE map_runs SET run_status = 'RUNNING', stopped_at = NULL, outcome = NULL, redrive_count = ?,
       redriven_at = ? WHERE run = ?`,
  );
  const reopenChildren = database.prepare(
    `UPDATE map_run_children SET child_status = 'PENDING_REDRIVE', ended_at = NULL, output = NULL, error = NULL,
       cause = NULL WHERE run = ? AND child_status = ?`,
  );
  const insertInput = database.prepare(
    "INSERT INTO map_run_inputs (run, child, input) VALUES (?, ?, ?)",
  );
  const insertChild = database.prepare(
    `INSERT INTO map_run_children (run, child, child_status, items, name) VALUES (?, ?, 'PENDING', ?, ?)`,
  );
  const clearing = ["map_run_inputs", "map_run_children", "map_run_counts"].map((table) =>
    database.prepare(`DELETE FROM ${table} WHERE run = ?`),
  );
  const count = database.prepare(
    `INSERT INTO map_run_counts (run, child_status, executions, items) VALUES (?, ?, ?, ?)
     ON CONFLICT DO UPDATE SET executions = executions + excluded.executions, items = items + excluded.items`,
  );
  const selectCounts = database.prepare(
    "SELECT child_status, executions, items FROM map_run_counts WHERE run = ?",
  );
  const selectWritten = database.prepare(
    "SELECT written_executions, written_items FROM map_runs WHERE run = ?",
  );
  const selectChild = database.prepare(
    "SELECT child_status, items FROM map_run_children WHERE run = ? AND child = ?",
  );
  const beginChild = database.prepare(
    "UPDATE map_run_children SET child_status = 'RUNNING', began_at = coalesce(began_at, ?) WHERE run = ? AND child = ?",
  );
  const endChild = database.prepare(
    `UPDATE map_run_children SET child_status = ?, began_at = coalesce(began_at, ?2), ended_at = ?2,
       output = ?, error = ?, cause = ? WHERE run = ? AND child = ?`,
  );
  const insertExecution = database.prepare(
    "INSERT INTO map_run_executions (child_arn, run, child) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
  );
  const selectExecution = database.prepare(
    "SELECT run, child FROM map_run_executions WHERE child_arn = ?",
  );
  const selectListed = database.prepare(
    `SELECT items, child_status FROM map_run_executions JOIN map_run_children USING (run, child)
     WHERE child_arn = ?`,
  );
  const selectOpen = database.prepare(
    `SELECT * FROM map_run_children JOIN map_run_inputs USING (run, child)
     WHERE run = ? AND child >= ? AND child_status IN ('PENDING', 'PENDING_REDRIVE', 'RUNNING')
     ORDER BY child LIMIT ?`,
  );
  const selectGroup = database.prepare(
    `SELECT * FROM map_run_children JOIN map_run_inputs USING (run, child)
     WHERE run = ?1 AND child >= ?2 AND child_status IN (SELECT value FROM json_each(?3)) ORDER BY child LIMIT ?4`,
  );
  const selectRunning = database.prepare(
    `SELECT child, name FROM map_run_children WHERE run = ? AND child_status = 'RUNNING' ORDER BY child LIMIT ?`,
  );

  /** A child goes from one status to another. */
  function move(run: number, from: ChildStatus, to: ChildStatus, items: number): void {
    count.run(run, from, -1, -items);
    count.run(run, to, 1, items);
  }

  /** An end that is known already stays as it is. */
  function childEnded(run: number, child: number, end: ChildEnd): void {
    const { status, items } = statusOf(run, child);
    if (!statusesOf.pending.includes(status)) return;
    const { stopDate, output, error, cause } = end;
    endChild.run(end.status, stopDate, output ?? null, error ?? null, cause ?? null, run, child);
    move(run, status, end.status, items);
  }

  function statusOf(run: number, child: number): { status: ChildStatus; items: number } {
    const row = selectChild.get(run, child);
    if (row === undefined) throw new Error(`the map run ${run} has no child ${child}`);
    return { status: row.child_status as ChildStatus, items: Number(row.items) };
  }

  function find(mapRunArn: string): StoredMapRun | undefined {
    const row = selectRun.get(mapRunArn);
    return row === undefined ? undefined : toMapRun(row);
  }

  return {
    find,

    create(
      run: Pick<
        StoredMapRun,
        "mapRunArn" | "executionArn" | "childStateMachineArn" | "executionType" | "startDate"
      >,
      limits: MapRunLimits,
    ): StoredMapRun {
      insertRun.run(
        run.mapRunArn,
        run.executionArn,
        run.childStateMachineArn,
        run.executionType,
        run.startDate,
        limits.maxConcurrency,
        limits.toleratedFailureCount ?? null,
        limits.toleratedFailurePercentage ?? null,
      );
      const created = find(run.mapRunArn);
      if (created === undefined) throw new Error("a map run that was just written is there");
      return created;
    },

    /** From the newest on. */
    ofExecution: (executionArn: string, page: { before: number; limit: number }): StoredMapRun[] =>
      selectRunsOfExecution.all(executionArn, page.before, page.limit).map(toMapRun),

    /** One that still runs although its execution has ended, if there is any. */
    abandoned(): StoredMapRun | undefined {
      const row = selectAbandoned.get();
      return row === undefined ? undefined : toMapRun(row);
    },

    setLimits(run: number, limits: MapRunLimits): void {
      const { maxConcurrency, toleratedFailureCount, toleratedFailurePercentage } = limits;
      updateLimits.run(
        maxConcurrency,
        toleratedFailureCount ?? null,
        toleratedFailurePercentage ?? null,
        run,
      );
    },

    /** The run goes on, with the children that have not succeeded. */
    redrive(run: number, redriveCount: number, date: number): void {
      reopenRun.run(redriveCount, date, run);
      for (const row of selectCounts.all(run)) {
        const status = row.child_status as ChildStatus;
        if (!statusesOf.failed.includes(status)) continue;
        const [executions, items] = [Number(row.executions), Number(row.items)];
        count.run(run, status, -executions, -items);
        count.run(run, "PENDING_REDRIVE", executions, items);
        reopenChildren.run(run, status);
      }
    },

    clear(run: number): void {
      for (const statement of clearing) statement.run(run);
    },

    add(run: number, children: readonly NewMapRunChild[]): void {
      let items = 0;
      for (const child of children) {
        insertInput.run(run, child.index, child.input);
        insertChild.run(run, child.index, child.items, child.name);
        items += child.items;
      }
      count.run(run, "PENDING", children.length, items);
    },

    allRead(run: number): void {
      updateItemsRead.run(run);
    },

    open: (run: number, from: number, limit: number): MapRunChild[] =>
      selectOpen
        .all(run, from, limit)
        .map((row) => ({ ...toChild(row), begun: row.child_status === "RUNNING" })),

    results: (
      mapRun: StoredMapRun,
      page: { group: MapRunGroup; from: number; limit: number },
      executionArnOf: (name: string) => string,
    ): MapRunResult[] =>
      selectGroup
        .all(mapRun.run, page.from, JSON.stringify(statusesOf[page.group]), page.limit)
        .map((row) => toResult(row, mapRun, executionArnOf)),

    /** One that is known to run already stays as it is. @param executionArn of a child that has an execution of its own */
    childBegan(run: number, child: number, at: number, executionArn?: string): void {
      const { status, items } = statusOf(run, child);
      if (status !== "PENDING" && status !== "PENDING_REDRIVE") return;
      beginChild.run(at, run, child);
      move(run, status, "RUNNING", items);
      if (executionArn !== undefined) insertExecution.run(executionArn, run, child);
    },

    childEnded,

    /** The end of any execution: if it is a child, the child's. */
    executionEnded(executionArn: string, end: ChildEnd): void {
      const row = selectExecution.get(executionArn);
      if (row !== undefined) childEnded(Number(row.run), Number(row.child), end);
    },

    /** Children that run, by their index. */
    running: (run: number, limit: number): { index: number; name: string }[] =>
      selectRunning
        .all(run, limit)
        .map((row) => ({ index: Number(row.child), name: String(row.name) })),

    /** Of the child that an execution is: how many items it stands for, and whether it waits for a redrive. */
    listedAs(executionArn: string): { itemCount: number; pendingRedrive: boolean } {
      const row = selectListed.get(executionArn);
      return {
        itemCount: Number(row?.items ?? 0),
        pendingRedrive: row?.child_status === "PENDING_REDRIVE",
      };
    },

    counts: (run: number): StoredCounts => {
      const written = selectWritten.get(run);
      return countsOf(
        selectCounts.all(run).map((row) => ({
          status: row.child_status as ChildStatus,
          executions: Number(row.executions),
          items: Number(row.items),
        })),
        {
          executions: Number(written?.written_executions ?? 0),
          items: Number(written?.written_items ?? 0),
        },
      );
    },

    resultsWritten(run: number): void {
      updateWritten.run(run);
    },

    finish(run: number, outcome: MapRunOutcome | undefined, stopDate: number): void {
      const text = outcome === undefined ? null : JSON.stringify(outcome);
      updateEnd.run(statusAfter(outcome), stopDate, text, run);
    },
  };
}

function statusAfter(outcome: MapRunOutcome | undefined): MapRunStatus {
  if (outcome === undefined) return "ABORTED";
  return "output" in outcome ? "SUCCEEDED" : "FAILED";
}
