/**
 * Inputs stand apart from what changes of a child, so that they are written once. Counts are kept, not counted: a run
 * may have a million children.
 */
export const mapRunSchema = `
CREATE TABLE IF NOT EXISTS map_runs (
  run INTEGER PRIMARY KEY, map_run_arn TEXT NOT NULL UNIQUE, parent_arn TEXT NOT NULL, child_machine_arn TEXT NOT NULL,
  execution_type TEXT NOT NULL, run_status TEXT NOT NULL, items_read INTEGER NOT NULL DEFAULT 0,
  started_at INTEGER NOT NULL, stopped_at INTEGER, outcome TEXT, max_concurrency INTEGER NOT NULL,
  tolerated_count INTEGER, tolerated_percentage REAL,
  redrive_count INTEGER NOT NULL DEFAULT 0, redriven_at INTEGER,
  written_executions INTEGER NOT NULL DEFAULT 0, written_items INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX IF NOT EXISTS map_runs_of_execution ON map_runs (parent_arn, run);
CREATE INDEX IF NOT EXISTS map_runs_running ON map_runs (run) WHERE run_status = 'RUNNING';
CREATE TABLE IF NOT EXISTS map_run_inputs (
  run INTEGER NOT NULL, child INTEGER NOT NULL, input TEXT NOT NULL, PRIMARY KEY (run, child)
) STRICT;
CREATE TABLE IF NOT EXISTS map_run_children (
  run INTEGER NOT NULL, child INTEGER NOT NULL, child_status TEXT NOT NULL, items INTEGER NOT NULL, name TEXT NOT NULL,
  began_at INTEGER, ended_at INTEGER, output TEXT, error TEXT, cause TEXT, PRIMARY KEY (run, child)
) STRICT;
CREATE INDEX IF NOT EXISTS map_run_children_by_status ON map_run_children (run, child_status, child);
CREATE TABLE IF NOT EXISTS map_run_counts (
  run INTEGER NOT NULL, child_status TEXT NOT NULL, executions INTEGER NOT NULL, items INTEGER NOT NULL,
  PRIMARY KEY (run, child_status)
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS map_run_executions (
  child_arn TEXT PRIMARY KEY, run INTEGER NOT NULL, child INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
`;
