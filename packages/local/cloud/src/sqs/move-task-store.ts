import type { DatabaseSync } from "node:sqlite";

type MoveTaskStatus = "RUNNING" | "COMPLETED" | "CANCELLED" | "FAILED";

/** A redrive: messages on their way from a dead-letter queue back to where they came from, or to another queue. */
export interface MoveTask {
  readonly id: string;
  readonly sourceArn: string;
  /** Without one, each message goes to the queue that it died in. */
  readonly destinationArn: string | undefined;
  readonly messagesPerSecond: number | undefined;
  readonly status: MoveTaskStatus;
  readonly moved: number;
  /** How many there were at the start; messages that come later are not moved. */
  readonly toMove: number;
  /** Epoch milliseconds. */
  readonly startedAt: number;
  readonly failure: string | undefined;
}

/** ListMessageMoveTasks tells of the last 10 of a queue; older ones are forgotten. */
const keptPerSource = 10;

export type MoveTaskStore = ReturnType<typeof createMoveTaskStore>;

/** The tasks, in the database of the queues. The caller decides what is one transaction. */
export function createMoveTaskStore(database: DatabaseSync) {
  const insert = database.prepare(
    `INSERT INTO move_tasks (id, source_arn, destination_arn, rate, status, moved, to_move, started_at)
     VALUES (?, ?, ?, ?, 'RUNNING', 0, ?, ?)`,
  );
  const update = database.prepare(
    "UPDATE move_tasks SET status = ?, moved = ?, failure = ? WHERE id = ?",
  );
  const forget = database.prepare(
    `DELETE FROM move_tasks WHERE source_arn = ?1 AND id NOT IN
       (SELECT id FROM move_tasks WHERE source_arn = ?1 ORDER BY started_at DESC LIMIT ?2)`,
  );
  const select = database.prepare("SELECT * FROM move_tasks WHERE id = ?");
  const selectOfSource = database.prepare(
    "SELECT * FROM move_tasks WHERE source_arn = ? ORDER BY started_at DESC LIMIT ?",
  );
  const selectRunning = database.prepare("SELECT * FROM move_tasks WHERE status = 'RUNNING'");

  return {
    add(task: MoveTask): void {
      insert.run(
        task.id,
        task.sourceArn,
        task.destinationArn ?? null,
        task.messagesPerSecond ?? null,
        task.toMove,
        task.startedAt,
      );
      forget.run(task.sourceArn, keptPerSource);
    },

    progress(task: MoveTask): void {
      update.run(task.status, task.moved, task.failure ?? null, task.id);
    },

    find(id: string): MoveTask | undefined {
      const row = select.get(id);
      return row === undefined ? undefined : toTask(row);
    },

    ofSource: (sourceArn: string, limit: number): MoveTask[] =>
      selectOfSource.all(sourceArn, limit).map(toTask),

    running: (): MoveTask[] => selectRunning.all().map(toTask),
  };
}

const toTask = (row: Record<string, unknown>): MoveTask => ({
  id: String(row.id),
  sourceArn: String(row.source_arn),
  destinationArn: row.destination_arn === null ? undefined : String(row.destination_arn),
  messagesPerSecond: row.rate === null ? undefined : Number(row.rate),
  status: row.status as MoveTaskStatus,
  moved: Number(row.moved),
  toMove: Number(row.to_move),
  startedAt: Number(row.started_at),
  failure: row.failure === null ? undefined : String(row.failure),
});
