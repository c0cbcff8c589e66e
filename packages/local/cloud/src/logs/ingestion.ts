import type { Clock } from "@darkroom/states";
import { eventOverheadBytes, type LogStore, type NewLogEvent } from "./store.ts";

/** A line is on disk after this at the latest. */
const flushAfterMs = 200;
/** A burst is written at once when this much waits: what waits in memory is bounded. */
const maximumBufferBytes = 4 * 1024 * 1024;
/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/cloudwatch_limits_cwl.html: 1 MB for one event. */
export const maximumEventBytes = 1_048_576 - eventOverheadBytes;

export type LogIngestion = ReturnType<typeof createIngestion>;

/**
 * Takes log events from inside the process and writes them a few times a second, many streams in one transaction.
 * A crash loses what came in the last moment, as a process on AWS that is killed loses what it did not hand over.
 */
export function createIngestion(options: {
  store: LogStore;
  clock: Clock;
  /** What was written, in bytes. */
  onWritten: (bytes: number) => void;
  onFault: (error: unknown, where: string) => void;
}) {
  const { store, clock } = options;
  /** Events by group and stream. */
  let buffer = new Map<string, Map<string, NewLogEvent[]>>();
  let bufferedBytes = 0;
  let cancelFlush: (() => void) | undefined;

  function write(groups: typeof buffer): void {
    const now = clock.now();
    let bytes = 0;
    store.unsyncedTransaction(() => {
      for (const [groupName, streams] of groups) {
        // As Lambda does, a group that isn't there is made.
        const groupId = store.group(groupName)?.id ?? store.createGroup(groupName, now);
        for (const [streamName, events] of streams) {
          const streamId =
            store.stream(groupId, streamName)?.id ?? store.createStream(groupId, streamName, now);
          bytes += store.addEvents(groupId, streamId, events, now);
        }
      }
    });
    options.onWritten(bytes);
  }

  /** What can't be written is lost, and told: logs must not stop what they tell about. */
  function flush(): void {
    cancelFlush?.();
    cancelFlush = undefined;
    if (bufferedBytes === 0) return;
    const groups = buffer;
    buffer = new Map();
    bufferedBytes = 0;
    try {
      write(groups);
    } catch (error) {
      options.onFault(error, "CloudWatch Logs, writing events: they are lost");
    }
  }

  return {
    append(group: string, stream: string, events: readonly NewLogEvent[]): void {
      if (events.length === 0) return;
      const streams = buffer.get(group) ?? new Map<string, NewLogEvent[]>();
      buffer.set(group, streams);
      const waiting = streams.get(stream) ?? [];
      streams.set(stream, waiting);
      for (const event of events) {
        for (const message of partsOf(event.message)) {
          waiting.push({ timestamp: Math.round(event.timestamp), message });
          bufferedBytes += Buffer.byteLength(message) + eventOverheadBytes;
        }
      }
      if (bufferedBytes > maximumBufferBytes) flush();
      else cancelFlush ??= clock.setTimer(clock.now() + flushAfterMs, flush);
    },

    /** Writes what waits; who reads does this first, and so finds what was appended before. */
    flush,
  };
}

/** A message that is too long for one event becomes several; none is cut within a character. */
function partsOf(message: string): readonly string[] {
  // A character of UTF-16 makes three bytes at most.
  if (message.length * 3 <= maximumEventBytes) return [message];
  const bytes = Buffer.from(message);
  const parts: string[] = [];
  for (let start = 0; start < bytes.length; ) {
    let end = Math.min(start + maximumEventBytes, bytes.length);
    while (end < bytes.length && ((bytes[end] ?? 0) & 0xc0) === 0x80) end--;
    parts.push(bytes.toString("utf8", start, end));
    start = end;
  }
  return parts;
}
