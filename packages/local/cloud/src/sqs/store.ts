import { randomBytes } from "node:crypto";
import type { DatabaseSync } from "node:sqlite";
import { openDatabase } from "../store/database.ts";
import { createGroupCommit } from "../store/group-commit.ts";
import type { MessageAttributes } from "./message-attributes.ts";
import type { QueueSettings } from "./settings.ts";

/**
 * Times are epoch milliseconds. A message waits in the index until `visible_at`, whether it was delayed, received or
 * neither: receiving the first that are visible is reading the front of the index, however many are in flight.
 */
const schema = `
CREATE TABLE IF NOT EXISTS secrets (name TEXT PRIMARY KEY, value BLOB NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS queues (
  id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL UNIQUE, settings TEXT NOT NULL,
  created_at INTEGER NOT NULL, modified_at INTEGER NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS messages (
  seq INTEGER PRIMARY KEY, queue_id INTEGER NOT NULL, visible_at INTEGER NOT NULL, sent_at INTEGER NOT NULL,
  receive_count INTEGER NOT NULL, first_received_at INTEGER NOT NULL, received_at INTEGER NOT NULL,
  message_id TEXT NOT NULL, sender_id TEXT NOT NULL, trace_header TEXT, source_arn TEXT,
  attributes TEXT, body TEXT NOT NULL, received_in_process INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX IF NOT EXISTS messages_by_visibility ON messages (queue_id, visible_at);
CREATE INDEX IF NOT EXISTS messages_received_in_process ON messages (seq) WHERE received_in_process = 1;
CREATE TABLE IF NOT EXISTS move_tasks (
  id TEXT PRIMARY KEY, source_arn TEXT NOT NULL, destination_arn TEXT, rate INTEGER, status TEXT NOT NULL,
  moved INTEGER NOT NULL, to_move INTEGER NOT NULL, started_at INTEGER NOT NULL, failure TEXT
) STRICT;
CREATE INDEX IF NOT EXISTS move_tasks_by_source ON move_tasks (source_arn, started_at);
`;

/**
 * What a receiver of an earlier process had in hand when that ended is visible again at once: nobody works on it any
 * more, and an attempt that was cut off is none.
 */
const releaseAbandoned = `
UPDATE messages SET visible_at = received_at, receive_count = receive_count - 1, received_in_process = 0
WHERE received_in_process = 1`;

/** What a clock that was ahead of today's has written keeps its distances, from now on. */
const comeBackFromFuture = `
UPDATE messages SET visible_at = visible_at - (max(sent_at, received_at) - ?1),
  sent_at = min(sent_at, ?1), received_at = min(received_at, ?1), first_received_at = min(first_received_at, ?1)
WHERE max(sent_at, received_at) > ?1`;

export interface StoredQueue {
  readonly id: number;
  readonly name: string;
  readonly settings: QueueSettings;
  readonly createdAt: number;
  readonly modifiedAt: number;
}

export interface NewMessage {
  readonly messageId: string;
  readonly senderId: string;
  readonly sentAt: number;
  readonly visibleAt: number;
  readonly traceHeader: string | undefined;
  readonly attributes: MessageAttributes | undefined;
  readonly body: string;
}

export interface StoredMessage extends NewMessage {
  readonly seq: number;
  readonly queueId: number;
  /** How often it was received so far. */
  readonly receiveCount: number;
  readonly firstReceivedAt: number;
  readonly receivedAt: number;
  /** The queue that it died in, if this is a dead letter. */
  readonly sourceArn: string | undefined;
}

export type MessagePlace = Pick<
  StoredMessage,
  "seq" | "queueId" | "messageId" | "receiveCount" | "visibleAt" | "receivedAt"
>;

export type QueueStore = ReturnType<typeof openQueueStore>;

/** Queues and their messages: one SQLite file. The caller decides what is one transaction. */
export function openQueueStore(file: string, now: number) {
  const database = openDatabase(file, schema);
  database.exec(releaseAbandoned);
  database.prepare(comeBackFromFuture).run(now);
  const insertQueue = database.prepare(
    "INSERT INTO queues (name, settings, created_at, modified_at) VALUES (?, ?, ?, ?)",
  );
  const updateQueue = database.prepare(
    "UPDATE queues SET settings = ?, modified_at = ? WHERE id = ?",
  );
  const deleteQueue = database.prepare("DELETE FROM queues WHERE id = ?");
  const selectQueues = database.prepare("SELECT * FROM queues ORDER BY name");
  const insertMessage = database.prepare(
    `INSERT INTO messages (seq, queue_id, visible_at, sent_at, receive_count, first_received_at, received_at,
       message_id, sender_id, trace_header, attributes, body) VALUES (?, ?, ?, ?, 0, 0, 0, ?, ?, ?, ?, ?)`,
  );
  const group = createGroupCommit(database);
  const selectVisible = database.prepare(
    "SELECT * FROM messages WHERE queue_id = ? AND visible_at <= ? ORDER BY visible_at, seq LIMIT ?",
  );
  const selectPlace = database.prepare(
    "SELECT queue_id, message_id, receive_count, visible_at, received_at FROM messages WHERE seq = ?",
  );
  const updateReceived = database.prepare(
    `UPDATE messages SET visible_at = ?, receive_count = ?, first_received_at = ?, received_at = ?,
       received_in_process = ? WHERE seq = ?`,
  );
  const updateVisibleAt = database.prepare("UPDATE messages SET visible_at = ? WHERE seq = ?");
  const updateBuried = database.prepare(
    "UPDATE messages SET queue_id = ?, visible_at = ?, source_arn = ? WHERE seq = ?",
  );
  const deleteMessage = database.prepare("DELETE FROM messages WHERE seq = ?");
  const deleteAll = database.prepare("DELETE FROM messages WHERE queue_id = ?");
  const deleteOld = database.prepare("DELETE FROM messages WHERE queue_id = ? AND sent_at <= ?");
  const selectEarliest = database.prepare(
    "SELECT min(visible_at) AS at FROM messages WHERE queue_id = ?",
  );
  const selectOldest = database.prepare(
    "SELECT queue_id, min(sent_at) AS at FROM messages GROUP BY queue_id",
  );
  const selectCounts = database.prepare(
    `SELECT count(*) FILTER (WHERE visible_at <= ?1) AS visible,
            count(*) FILTER (WHERE visible_at > ?1 AND receive_count > 0) AS in_flight,
            count(*) FILTER (WHERE visible_at > ?1 AND receive_count = 0) AS delayed
     FROM messages WHERE queue_id = ?2`,
  );
  const selectLast = database.prepare("SELECT max(seq) AS seq FROM messages");
  let lastSeq = Number(selectLast.get()?.seq ?? 0);

  return {
    database,

    commit: group.commit,

    secret: (name: string): Uint8Array => loadSecret(database, name),

    queues: (): StoredQueue[] => selectQueues.all().map(toQueue),

    createQueue(name: string, settings: QueueSettings, now: number): StoredQueue {
      const { lastInsertRowid } = insertQueue.run(name, JSON.stringify(settings), now, now);
      return { id: Number(lastInsertRowid), name, settings, createdAt: now, modifiedAt: now };
    },

    changeQueue(id: number, settings: QueueSettings, now: number): void {
      updateQueue.run(JSON.stringify(settings), now, id);
    },

    dropQueue(id: number): void {
      deleteAll.run(id);
      deleteQueue.run(id);
    },

    add(queueId: number, message: NewMessage): void {
      insertMessage.run(
        ++lastSeq,
        queueId,
        message.visibleAt,
        message.sentAt,
        message.messageId,
        message.senderId,
        message.traceHeader ?? null,
        message.attributes === undefined ? null : JSON.stringify(message.attributes),
        message.body,
      );
    },

    /** Those that are visible, the ones that have been so for the longest time first. */
    visible: (queueId: number, now: number, limit: number): StoredMessage[] =>
      selectVisible.all(queueId, now, limit).map(toMessage),

    /** Where a message stands, without what is in it. */
    find(seq: number): MessagePlace | undefined {
      const row = selectPlace.get(seq);
      return row === undefined
        ? undefined
        : {
            seq,
            queueId: Number(row.queue_id),
            messageId: String(row.message_id),
            receiveCount: Number(row.receive_count),
            visibleAt: Number(row.visible_at),
            receivedAt: Number(row.received_at),
          };
    },

    /** @param inProcess the receiver ends with this process */
    received(message: StoredMessage, now: number, visibleAt: number, inProcess: boolean): void {
      updateReceived.run(
        visibleAt,
        message.receiveCount + 1,
        message.receiveCount === 0 ? now : message.firstReceivedAt,
        now,
        inProcess ? 1 : 0,
        message.seq,
      );
    },

    changeVisibility(seq: number, visibleAt: number): void {
      updateVisibleAt.run(visibleAt, seq);
    },

    /** Moves a message to its dead-letter queue: it stays the same message there, with its id, age and receive count. */
    bury(seq: number, deadLetterQueueId: number, sourceArn: string, now: number): void {
      updateBuried.run(deadLetterQueueId, now, sourceArn, seq);
    },

    remove(seq: number): void {
      deleteMessage.run(seq);
    },

    removeAll(queueId: number): void {
      deleteAll.run(queueId);
    },

    removeSentUntil(queueId: number, sentAt: number): void {
      deleteOld.run(queueId, sentAt);
    },

    /** When the first message of a queue is or was to be seen; Infinity for an empty one. */
    earliestVisible: (queueId: number): number =>
      Number(selectEarliest.get(queueId)?.at ?? Infinity),

    /** When the oldest message of each queue was sent. */
    oldestSent: (): Map<number, number> =>
      new Map(selectOldest.all().map((row) => [Number(row.queue_id), Number(row.at)])),

    counts(queueId: number, now: number): { visible: number; inFlight: number; delayed: number } {
      const row = selectCounts.get(now, queueId);
      return {
        visible: Number(row?.visible),
        inFlight: Number(row?.in_flight),
        delayed: Number(row?.delayed),
      };
    },

    /** Fulfilled when what was asked for before is on disk. */
    async close() {
      await group.close();
      database.close();
    },
  };
}

function loadSecret(database: DatabaseSync, name: string): Uint8Array {
  database
    .prepare("INSERT INTO secrets (name, value) VALUES (?, ?) ON CONFLICT DO NOTHING")
    .run(name, randomBytes(32));
  return database.prepare("SELECT value FROM secrets WHERE name = ?").get(name)
    ?.value as Uint8Array;
}

type Row = Record<string, unknown>;

const toQueue = (row: Row): StoredQueue => ({
  id: Number(row.id),
  name: String(row.name),
  settings: JSON.parse(String(row.settings)),
  createdAt: Number(row.created_at),
  modifiedAt: Number(row.modified_at),
});

const toMessage = (row: Row): StoredMessage => ({
  seq: Number(row.seq),
  queueId: Number(row.queue_id),
  visibleAt: Number(row.visible_at),
  sentAt: Number(row.sent_at),
  receiveCount: Number(row.receive_count),
  firstReceivedAt: Number(row.first_received_at),
  receivedAt: Number(row.received_at),
  messageId: String(row.message_id),
  senderId: String(row.sender_id),
  traceHeader: row.trace_header === null ? undefined : String(row.trace_header),
  sourceArn: row.source_arn === null ? undefined : String(row.source_arn),
  attributes: row.attributes === null ? undefined : JSON.parse(String(row.attributes)),
  body: String(row.body),
});
