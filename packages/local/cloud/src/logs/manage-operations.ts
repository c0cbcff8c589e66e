import type { Clock } from "@darkroom/states";
import { z } from "zod";
import type { Call, Operation } from "../service.ts";
import { alreadyExists, invalidParameter } from "./errors.ts";
import { dayMs, type LogExpiry } from "./expiry.ts";
import { type LogIngestion, maximumEventBytes } from "./ingestion.ts";
import type { LogAccess } from "./log-access.ts";
import { parseLogsInput } from "./parse-input.ts";
import { eventOverheadBytes, type LogGroup, type LogStore } from "./store.ts";

/** Limits: https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutLogEvents.html */
const maximumBatchBytes = 1_048_576;
const maximumAgeMs = 14 * dayMs;
const maximumLeadMs = 2 * 3_600_000;

const groupName = z
  .string()
  .min(1)
  .max(512)
  .regex(/^[.\-_/#A-Za-z0-9]+$/);
const streamName = z
  .string()
  .min(1)
  .max(512)
  .regex(/^[^:*]*$/);
const group = z.strictObject({ logGroupName: groupName });
const createGroup = z.strictObject({
  logGroupName: groupName,
  logGroupClass: z.literal("STANDARD").optional(),
});
const stream = z.strictObject({ logGroupName: groupName, logStreamName: streamName });
const putEvents = z.strictObject({
  logGroupName: groupName,
  logStreamName: streamName,
  logEvents: z
    .array(z.strictObject({ timestamp: z.int().min(0), message: z.string().min(1) }))
    .min(1)
    .max(10_000),
  /** CloudWatch Logs takes any, and looks at none. */
  sequenceToken: z.string().optional(),
});

type LogEvents = z.infer<typeof putEvents>["logEvents"];

/** Making and ending groups and streams, and putting events into them. */
export function manageOperations(options: {
  store: LogStore;
  access: LogAccess;
  ingestion: LogIngestion;
  expiry: LogExpiry;
  clock: Clock;
}): Record<string, Operation> {
  const { store, access, ingestion, expiry, clock } = options;
  return {
    CreateLogGroup(raw: unknown, call: Call) {
      const input = parseLogsInput(createGroup, raw);
      const name = access.authorize(call, "CreateLogGroup", input);
      ingestion.flush();
      if (store.group(name) !== undefined) throw alreadyExists("log group");
      store.createGroup(name, clock.now());
    },

    DeleteLogGroup(raw: unknown, call: Call) {
      const input = parseLogsInput(group, raw);
      const name = access.authorize(call, "DeleteLogGroup", input);
      ingestion.flush();
      const { id, storedBytes } = access.requireGroup(name);
      store.deleteGroup(id);
      expiry.shrunk(storedBytes);
    },

    CreateLogStream(raw: unknown, call: Call) {
      const input = parseLogsInput(stream, raw);
      const name = access.authorize(call, "CreateLogStream", input, input.logStreamName);
      ingestion.flush();
      const { id } = access.requireGroup(name);
      if (store.stream(id, input.logStreamName) !== undefined) throw alreadyExists("log stream");
      store.createStream(id, input.logStreamName, clock.now());
    },

    PutLogEvents(raw: unknown, call: Call) {
      const input = parseLogsInput(putEvents, raw);
      const name = access.authorize(call, "PutLogEvents", input, input.logStreamName);
      ingestion.flush();
      const there = access.requireGroup(name);
      const { id } = access.requireStream(there, input.logStreamName);
      checkBatch(input.logEvents);
      const { accepted, rejected } = sortOut(input.logEvents, there, clock.now());
      let bytes = 0;
      if (accepted.length > 0) {
        store.transaction(() => {
          bytes = store.addEvents(there.id, id, accepted, clock.now());
        });
        expiry.grown(bytes);
      }
      return {
        nextSequenceToken: String(clock.now()).padStart(56, "0"),
        ...(Object.keys(rejected).length === 0 ? {} : { rejectedLogEventsInfo: rejected }),
      };
    },
  };
}

function checkBatch(events: LogEvents): void {
  let total = 0;
  for (const [index, { timestamp, message }] of events.entries()) {
    const bytes = Buffer.byteLength(message);
    if (bytes > maximumEventBytes) {
      throw invalidParameter(
        `Log event too large: ${bytes + eventOverheadBytes} bytes exceeds limit of ${maximumBatchBytes}`,
      );
    }
    total += bytes + eventOverheadBytes;
    if (timestamp < (events[index - 1]?.timestamp ?? 0)) {
      throw invalidParameter(
        "Log events in a single PutLogEvents request must be in chronological order.",
      );
    }
  }
  if (total > maximumBatchBytes) {
    throw invalidParameter(
      `Upload too large: ${total} bytes exceeds limit of ${maximumBatchBytes}`,
    );
  }
  if ((events.at(-1)?.timestamp ?? 0) - (events[0]?.timestamp ?? 0) > dayMs) {
    throw invalidParameter(
      "The batch of log events in a single PutLogEvents request cannot span more than 24 hours.",
    );
  }
}

/** Events that are too old, past the group's retention or too far in the future are left out, and the answer says which. */
function sortOut(events: LogEvents, { retentionDays }: LogGroup, now: number) {
  const tooOld = events.filter(({ timestamp }) => timestamp < now - maximumAgeMs).length;
  const expired =
    retentionDays === undefined
      ? 0
      : events.filter(({ timestamp }) => timestamp < now - retentionDays * dayMs).length;
  const upToDate = events.filter(({ timestamp }) => timestamp <= now + maximumLeadMs).length;
  return {
    accepted: events.slice(Math.max(tooOld, expired), upToDate),
    rejected: {
      ...(tooOld === 0 ? {} : { tooOldLogEventEndIndex: tooOld }),
      ...(expired === 0 ? {} : { expiredLogEventEndIndex: expired }),
      ...(upToDate === events.length ? {} : { tooNewLogEventStartIndex: upToDate }),
    },
  };
}
