import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";

export interface ImportProgress {
  /** Objects in the landing bucket. */
  readonly landed: number;
  /** Executions of photos that have come to an end. */
  readonly ended: number;
}

/**
 * How far an import is, read beside a running system: a question over its endpoint would wait for what it is busy with.
 * @param executions what the ARNs of the photos' executions begin with
 */
export function importProgress(
  dataFolder: string,
  bucket: string,
  executions: string,
): ImportProgress {
  return {
    landed: count(
      join(dataFolder, "s3/s3.sqlite"),
      `SELECT count(*) AS n FROM versions JOIN buckets ON buckets.id = bucket
       WHERE name = ? AND latest = 1 AND delete_marker = 0 AND key >= 'Incoming/' AND key < 'Incoming0'`,
      bucket,
    ),
    ended: count(
      join(dataFolder, "states.sqlite"),
      "SELECT count(*) AS n FROM executions WHERE status <> 'RUNNING' AND substr(arn, 1, length(?1)) = ?1",
      executions,
    ),
  };
}

function count(file: string, sql: string, parameter: string): number {
  const database = new DatabaseSync(file, { readOnly: true, timeout: 5000 });
  try {
    return Number(database.prepare(sql).get(parameter)?.n);
  } finally {
    database.close();
  }
}
