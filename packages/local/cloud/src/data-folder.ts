import { chmodSync, existsSync, lstatSync, mkdirSync, realpathSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { DatabaseSync } from "node:sqlite";

/** A data folder that is this process's alone. */
export interface DataFolder {
  readonly path: string;
  /** Lets another process have it. The end of the process does the same, however it comes. */
  release(): void;
}

/**
 * Makes the folder if it isn't there, readable by its owner alone (so nothing below it can be reached by another user,
 * whatever its own mode), and locks it: SQLite holds a lock of the operating system on a file in it, which ends with the
 * process, also by `kill -9`, so that no stale lock is ever left behind.
 * A link to a folder stands for the folder. Neither may be another user's, who could read what is kept there.
 * @throws Error with one line that says what is in the way
 */
export function openDataFolder(path: string): DataFolder {
  let folder: string;
  try {
    makeFolder(path);
    folder = realpathSync(path);
  } catch (error) {
    throw notWritable(path, error);
  }
  refuseAnothers(path, folder);
  try {
    chmodSync(folder, 0o700);
  } catch (error) {
    throw notWritable(path, error);
  }
  // The folder itself is locked: two links to it are one place.
  const lock = lockFolder(path, folder);
  return { path, release: () => lock.close() };
}

function refuseAnothers(path: string, folder: string): void {
  const self = process.getuid?.();
  // Windows has no such owners.
  if (self === undefined) return;
  if (lstatSync(path).uid === self && statSync(folder).uid === self) return;
  throw new Error(
    `The data folder ${path} belongs to another user, who could read what is in it: set DARKROOM_DATA to a folder of yours.`,
  );
}

/** Not by mkdir's `recursive`, which never comes back where a folder can't be, as under /proc. */
function makeFolder(path: string): void {
  if (existsSync(path)) return;
  const parent = dirname(path);
  if (parent !== path) makeFolder(parent);
  mkdirSync(path, { mode: 0o700 });
}

function lockFolder(path: string, folder: string): DatabaseSync {
  let lock: DatabaseSync | undefined;
  try {
    lock = new DatabaseSync(join(folder, "lock"));
    // Not WAL: a lock needs no second process that reads on.
    lock.exec("PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE");
    return lock;
  } catch (error) {
    lock?.close();
    if (error instanceof Error && "errcode" in error && error.errcode === sqliteBusy) {
      throw new Error(
        `The data folder ${path} is in use by another Darkroom: stop that one, or set DARKROOM_DATA to another folder.`,
        { cause: error },
      );
    }
    throw notWritable(path, error);
  }
}

/** https://www.sqlite.org/rescode.html#busy */
const sqliteBusy = 5;

function notWritable(path: string, cause: unknown): Error {
  const why = cause instanceof Error ? cause.message : String(cause);
  return new Error(
    `The data folder ${path} can't be written (${why}): set DARKROOM_DATA to a folder of yours.`,
    { cause },
  );
}
