import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { describeWork, openWork } from "./open-work.ts";

/**
 * What is wrong with a data folder that no process has open: damaged databases, work that is not done, histories with
 * gaps or two ends, files that belong to nothing, and rows whose file is missing.
 */
export function verifyFolder(dataFolder: string): string[] {
  const wrong: string[] = [];
  const files = filesBelow(dataFolder);
  for (const name of files) {
    if (/\.(new|tmp|part|partial)$|-journal$/.test(name)) wrong.push(`${name} is left over`);
    if (!name.endsWith(".sqlite")) continue;
    query(join(dataFolder, name), (database) => {
      for (const { integrity_check } of database.prepare("PRAGMA integrity_check").all()) {
        if (integrity_check !== "ok") wrong.push(`${name}: ${integrity_check}`);
      }
      const foreign = database.prepare("PRAGMA foreign_key_check").all();
      if (foreign.length > 0) wrong.push(`${name}: ${foreign.length} rows point nowhere`);
    });
  }
  const work = openWork(dataFolder);
  if (work.size > 0) wrong.push(describeWork(work));
  wrong.push(...verifyBlobs(dataFolder, files), ...verifyHistories(dataFolder));
  return wrong;
}

/** Each file below s3/blobs is one of a version, and each version has its bytes. */
function verifyBlobs(dataFolder: string, files: readonly string[]): string[] {
  const wrong: string[] = [];
  const onDisk = new Map(
    files
      .filter((name) => name.startsWith("s3/blobs/"))
      .map((name) => [name.split("/").at(-1) ?? "", statSync(join(dataFolder, name)).size]),
  );
  query(join(dataFolder, "s3/s3.sqlite"), (database) => {
    const sql = `
      SELECT blob, size FROM versions WHERE blob IS NOT NULL
      UNION ALL SELECT blob, size FROM version_parts WHERE blob IS NOT NULL`;
    const owned = new Set<string>();
    for (const { blob, size } of database.prepare(sql).all()) {
      const name = String(blob);
      if (owned.has(name)) wrong.push(`the file ${name} belongs to two versions`);
      owned.add(name);
      if (onDisk.get(name) !== size) {
        wrong.push(`the file ${name} has ${onDisk.get(name)} bytes and not ${size}`);
      }
    }
    for (const name of onDisk.keys()) {
      if (!owned.has(name)) wrong.push(`the file ${name} belongs to no version`);
    }
    const known = database.prepare("SELECT name FROM blobs").all();
    for (const { name } of known) {
      if (!owned.has(String(name))) wrong.push(`the row of the file ${name} belongs to no version`);
    }
    if (known.length !== owned.size) wrong.push(`${known.length} blob rows, ${owned.size} files`);
    const bare = `
      SELECT count(*) AS n FROM versions
      WHERE size > 0 AND blob IS NULL AND part_count IS NULL AND delete_marker = 0
        AND NOT EXISTS (SELECT 1 FROM small_bodies WHERE version = sequence AND length(data) = size)`;
    const missing = Number(database.prepare(bare).get()?.n);
    if (missing > 0) wrong.push(`${missing} versions have no bytes`);
    const orphans = `
      SELECT count(*) AS n FROM small_bodies
      WHERE NOT EXISTS (SELECT 1 FROM versions WHERE sequence = version)`;
    const over = Number(database.prepare(orphans).get()?.n);
    if (over > 0) wrong.push(`${over} small bodies belong to no version`);
  });
  return wrong;
}

/** Each history counts 1, 2, 3 … without a gap, enters each state once, and ends once, with its last event, in time. */
function verifyHistories(dataFolder: string): string[] {
  const wrong: string[] = [];
  query(join(dataFolder, "states.sqlite"), (database) => {
    const histories = Map.groupBy(
      database
        .prepare("SELECT execution_arn, id, event FROM events ORDER BY execution_arn, id")
        .all(),
      ({ execution_arn }) => String(execution_arn),
    );
    for (const { arn } of database.prepare("SELECT arn FROM executions").all()) {
      const events = (histories.get(String(arn)) ?? []).map(
        ({ event }) =>
          JSON.parse(String(event)) as {
            id: number;
            type: string;
            stateEnteredEventDetails?: { name: string };
          },
      );
      histories.delete(String(arn));
      if (events.some(({ id }, index) => id !== index + 1)) wrong.push(`${arn} has a gap`);
      const ends = events.filter(({ type }) => /^Execution(?!Started)/.test(type));
      if (ends.length !== 1 || ends[0] !== events.at(-1)) {
        wrong.push(`${arn} has ${ends.length} ends`);
      }
      const entered = events.flatMap(
        ({ stateEnteredEventDetails }) => stateEnteredEventDetails?.name ?? [],
      );
      if (new Set(entered).size !== entered.length) wrong.push(`${arn} entered a state twice`);
      // Nothing here takes so long: its end was lost on the way.
      if (events.some(({ type }) => type.endsWith("TimedOut"))) {
        wrong.push(`${arn} waited until a timeout`);
      }
    }
    for (const arn of histories.keys()) wrong.push(`${arn} has a history and no execution`);
  });
  return wrong;
}

function query(file: string, work: (database: DatabaseSync) => void): void {
  const database = new DatabaseSync(file, { readOnly: true });
  try {
    work(database);
  } finally {
    database.close();
  }
}

const filesBelow = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1));
