import { openDatabase, transaction } from "../store/database.ts";

/** Times are epoch milliseconds. `seq` is the order in which events came, over all groups. */
const schema = `
CREATE TABLE IF NOT EXISTS groups (
  id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL UNIQUE, created_at INTEGER NOT NULL,
  retention_days INTEGER, stored_bytes INTEGER NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS streams (
  id INTEGER PRIMARY KEY AUTOINCREMENT, group_id INTEGER NOT NULL, name TEXT NOT NULL, created_at INTEGER NOT NULL,
  first_event INTEGER, last_event INTEGER, last_ingestion INTEGER, UNIQUE (group_id, name)
) STRICT;
CREATE TABLE IF NOT EXISTS events (
  seq INTEGER PRIMARY KEY, group_id INTEGER NOT NULL, stream_id INTEGER NOT NULL, timestamp INTEGER NOT NULL,
  ingested_at INTEGER NOT NULL, message TEXT NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS events_by_group ON events (group_id, timestamp);
CREATE INDEX IF NOT EXISTS events_by_stream ON events (stream_id, timestamp);
`;

/** What an event counts for besides its message (https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutLogEvents.html). */
export const eventOverheadBytes = 26;

export interface LogGroup {
  readonly id: number;
  readonly name: string;
  readonly createdAt: number;
  /** undefined: kept for ever. */
  readonly retentionDays: number | undefined;
  readonly storedBytes: number;
}

export interface LogStream {
  readonly id: number;
  readonly groupId: number;
  readonly name: string;
  readonly createdAt: number;
  readonly firstEvent: number | undefined;
  readonly lastEvent: number | undefined;
  readonly lastIngestion: number | undefined;
}

export interface NewLogEvent {
  readonly timestamp: number;
  readonly message: string;
}

export interface LogEvent extends NewLogEvent {
  readonly seq: number;
  readonly streamId: number;
  readonly ingestedAt: number;
}

/** A place between events, in the order of time and then of coming: just after the event of this time and `seq`. */
export interface Position {
  readonly timestamp: number;
  readonly seq: number;
}

export type LogStore = ReturnType<typeof openLogStore>;

/** Groups, streams and events: one SQLite file. */
export function openLogStore(file: string) {
  const database = openDatabase(file, schema);
  const insertGroup = database.prepare(
    "INSERT INTO groups (name, created_at, stored_bytes) VALUES (?, ?, 0)",
  );
  const setRetention = database.prepare("UPDATE groups SET retention_days = ? WHERE id = ?");
  const addBytes = database.prepare(
    "UPDATE groups SET stored_bytes = stored_bytes + ? WHERE id = ?",
  );
  const selectGroup = database.prepare("SELECT * FROM groups WHERE name = ?");
  const selectGroups = database.prepare("SELECT * FROM groups ORDER BY name");
  const insertStream = database.prepare(
    "INSERT INTO streams (group_id, name, created_at) VALUES (?, ?, ?)",
  );
  const selectStream = database.prepare("SELECT * FROM streams WHERE group_id = ? AND name = ?");
  const selectStreams = database.prepare("SELECT * FROM streams WHERE group_id = ? ORDER BY name");
  const touchStream = database.prepare(
    `UPDATE streams SET first_event = min(coalesce(first_event, ?1), ?1),
       last_event = max(coalesce(last_event, ?2), ?2), last_ingestion = ?3 WHERE id = ?4`,
  );
  const insertEvent = database.prepare(
    "INSERT INTO events (group_id, stream_id, timestamp, ingested_at, message) VALUES (?, ?, ?, ?, ?)",
  );
  const select = (by: "group_id" | "stream_id", backward: boolean) =>
    database.prepare(
      `SELECT seq, stream_id, timestamp, ingested_at, message FROM events WHERE ${by} = ?1
         AND timestamp >= ?2 AND timestamp <= ?3 AND ${
           backward
             ? "(timestamp < ?4 OR (timestamp = ?4 AND seq <= ?5)) ORDER BY timestamp DESC, seq DESC"
             : "(timestamp > ?4 OR (timestamp = ?4 AND seq > ?5)) ORDER BY timestamp, seq"
         }`,
    );
  const selectOfGroup = select("group_id", false);
  const selectOfStream = select("stream_id", false);
  const selectOfStreamBackward = select("stream_id", true);
  const deleteGroup = [
    "DELETE FROM events WHERE group_id = ?",
    "DELETE FROM streams WHERE group_id = ?",
    "DELETE FROM groups WHERE id = ?",
  ].map((sql) => database.prepare(sql));

  function group(name: string): LogGroup | undefined {
    const row = selectGroup.get(name);
    return row === undefined ? undefined : toGroup(row);
  }

  function stream(groupId: number, name: string): LogStream | undefined {
    const row = selectStream.get(groupId, name);
    return row === undefined ? undefined : toStream(row);
  }

  return {
    database,
    group,
    groups: (): LogGroup[] => selectGroups.all().map(toGroup),
    stream,
    streams: (groupId: number): LogStream[] => selectStreams.all(groupId).map(toStream),
    transaction: (work: () => void): void => transaction(database, work),

    /** Without waiting for the disk: `kill -9` undoes nothing of it, a power cut may. */
    unsyncedTransaction(work: () => void): void {
      database.exec("PRAGMA synchronous = NORMAL");
      try {
        transaction(database, work);
      } finally {
        database.exec("PRAGMA synchronous = FULL");
      }
    },

    createGroup(name: string, now: number): number {
      return Number(insertGroup.run(name, now).lastInsertRowid);
    },

    setRetention(groupId: number, days: number): void {
      setRetention.run(days, groupId);
    },

    createStream(groupId: number, name: string, now: number): number {
      return Number(insertStream.run(groupId, name, now).lastInsertRowid);
    },

    /** Within a transaction. @returns the bytes that were added */
    addEvents(
      groupId: number,
      streamId: number,
      events: readonly NewLogEvent[],
      now: number,
    ): number {
      let bytes = 0;
      let [first, last] = [Infinity, -Infinity];
      for (const { timestamp, message } of events) {
        insertEvent.run(groupId, streamId, timestamp, now, message);
        bytes += Buffer.byteLength(message) + eventOverheadBytes;
        first = Math.min(first, timestamp);
        last = Math.max(last, timestamp);
      }
      touchStream.run(first, last, now, streamId);
      addBytes.run(bytes, groupId);
      return bytes;
    },

    /** Events of a group or of one stream after a position (or up to it, backward), with both times included. */
    *events(
      of: { groupId: number } | { streamId: number },
      range: EventRange,
    ): Generator<LogEvent> {
      const [statement, id] =
        "streamId" in of
          ? [range.backward ? selectOfStreamBackward : selectOfStream, of.streamId]
          : [selectOfGroup, of.groupId];
      const { position, backward } = range;
      const startTime = backward ? range.startTime : Math.max(range.startTime, position.timestamp);
      const endTime = backward ? Math.min(range.endTime, position.timestamp) : range.endTime;
      const rows = statement.iterate(id, startTime, endTime, position.timestamp, position.seq);
      for (const row of rows) yield toEvent(row);
    },

    deleteGroup(groupId: number): void {
      transaction(database, () => {
        for (const statement of deleteGroup) statement.run(groupId);
      });
    },

    close: () => database.close(),
  };
}

export interface EventRange {
  readonly startTime: number;
  readonly endTime: number;
  readonly position: Position;
  readonly backward: boolean;
}

type Row = Record<string, unknown>;

const optional = (value: unknown): number | undefined =>
  value === null ? undefined : Number(value);

const toGroup = (row: Row): LogGroup => ({
  id: Number(row.id),
  name: String(row.name),
  createdAt: Number(row.created_at),
  retentionDays: optional(row.retention_days),
  storedBytes: Number(row.stored_bytes),
});

const toStream = (row: Row): LogStream => ({
  id: Number(row.id),
  groupId: Number(row.group_id),
  name: String(row.name),
  createdAt: Number(row.created_at),
  firstEvent: optional(row.first_event),
  lastEvent: optional(row.last_event),
  lastIngestion: optional(row.last_ingestion),
});

const toEvent = (row: Row): LogEvent => ({
  seq: Number(row.seq),
  streamId: Number(row.stream_id),
  timestamp: Number(row.timestamp),
  ingestedAt: Number(row.ingested_at),
  message: String(row.message),
});
