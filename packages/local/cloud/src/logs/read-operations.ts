import type { Clock } from "@darkroom/states";
import { z } from "zod";
import type { Call, Operation } from "../service.ts";
import { invalidParameter } from "./errors.ts";
import { dayMs } from "./expiry.ts";
import { parseFilterPattern } from "./filter-pattern.ts";
import type { LogIngestion } from "./ingestion.ts";
import type { LogAccess } from "./log-access.ts";
import { readPosition, writePosition } from "./page-token.ts";
import { parseLogsInput } from "./parse-input.ts";
import {
  eventOverheadBytes,
  type LogEvent,
  type LogGroup,
  type LogStore,
  type LogStream,
  type Position,
} from "./store.ts";

/** A page is 1 MB, or 10,000 events (https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_GetLogEvents.html). */
const maximumPageBytes = 1_048_576;
const maximumPageEvents = 10_000;
/** A call looks at so many events at most; like CloudWatch Logs it may answer with few or none and a token to go on. */
const maximumScanned = 20_000;
const endOfTime = Number.MAX_SAFE_INTEGER;

const reference = {
  logGroupName: z.string().optional(),
  logGroupIdentifier: z.string().optional(),
};
const time = z.int().min(0).optional();
const limit = z.int().min(1).max(maximumPageEvents).optional();
/** There is no data protection here, and so nothing that is masked. */
const unmask = z.literal(false).optional();

const filterEvents = z.strictObject({
  ...reference,
  logStreamNames: z.array(z.string()).min(1).max(100).optional(),
  logStreamNamePrefix: z.string().optional(),
  startTime: time,
  endTime: time,
  filterPattern: z.string().max(1024).optional(),
  nextToken: z.string().optional(),
  limit,
  /** Events of all streams come in the order of time, whatever this says; so they do on AWS. */
  interleaved: z.boolean().optional(),
  unmask,
});
const getEvents = z.strictObject({
  ...reference,
  logStreamName: z.string(),
  startTime: time,
  endTime: time,
  nextToken: z.string().optional(),
  limit,
  startFromHead: z.boolean().optional(),
  unmask,
});

export function readOperations(options: {
  store: LogStore;
  access: LogAccess;
  ingestion: LogIngestion;
  clock: Clock;
}): Record<string, Operation> {
  const { store, access, ingestion, clock } = options;

  /** What is past its retention is not seen, also before it is swept away. */
  const firstTime = ({ retentionDays }: LogGroup, asked: number | undefined): number =>
    Math.max(asked ?? 0, retentionDays === undefined ? 0 : clock.now() - retentionDays * dayMs);

  return {
    FilterLogEvents(raw: unknown, call: Call) {
      const input = parseLogsInput(filterEvents, raw);
      const name = access.authorize(call, "FilterLogEvents", input);
      const { logStreamNames: names, logStreamNamePrefix: prefix } = input;
      if (names !== undefined && prefix !== undefined) {
        throw invalidParameter("logStreamNames and logStreamNamePrefix are mutually exclusive.");
      }
      const wanted = parseFilterPattern(input.filterPattern ?? "");
      ingestion.flush();
      const group = access.requireGroup(name);
      const streams = new Map(
        names === undefined
          ? store
              .streams(group.id)
              .filter((stream) => stream.name.startsWith(prefix ?? ""))
              .map((stream) => [stream.id, stream])
          : names.map((one) => access.requireStream(group, one)).map((one) => [one.id, one]),
      );
      const startTime = firstTime(group, input.startTime);
      const range = {
        startTime,
        endTime: input.endTime ?? endOfTime,
        position: input.nextToken === undefined ? before(startTime) : readPosition(input.nextToken),
        backward: false,
      };
      const [only] = streams.size === 1 ? streams.values() : [];
      const of = only === undefined ? { groupId: group.id } : { streamId: only.id };
      const found: { event: LogEvent; stream: LogStream }[] = [];
      const page = createPage(input.limit);
      let more: Position | undefined;
      let last = range.position;
      for (const event of streams.size === 0 ? [] : store.events(of, range)) {
        if (page.isFull(event)) {
          more = last;
          break;
        }
        last = event;
        const stream = streams.get(event.streamId);
        if (stream !== undefined && wanted(event.message)) {
          page.add(event);
          found.push({ event, stream });
        }
        page.scanned();
      }
      return {
        events: found.map(({ event, stream }) => ({
          logStreamName: stream.name,
          timestamp: event.timestamp,
          message: event.message,
          ingestionTime: event.ingestedAt,
          eventId: eventId(event),
        })),
        searchedLogStreams: [],
        ...(more === undefined ? {} : { nextToken: writePosition("f", more) }),
      };
    },

    GetLogEvents(raw: unknown, call: Call) {
      const input = parseLogsInput(getEvents, raw);
      const name = access.authorize(call, "GetLogEvents", input, input.logStreamName);
      ingestion.flush();
      const group = access.requireGroup(name);
      const stream = access.requireStream(group, input.logStreamName);
      const startTime = firstTime(group, input.startTime);
      const token = input.nextToken === undefined ? undefined : readPosition(input.nextToken);
      const backward = token === undefined ? input.startFromHead !== true : token.direction === "b";
      const end = { timestamp: endOfTime, seq: endOfTime };
      const position = token ?? (backward ? end : before(startTime));
      const range = {
        startTime,
        // Unlike that of FilterLogEvents, this end is not included.
        endTime: input.endTime === undefined ? endOfTime : input.endTime - 1,
        position,
        backward,
      };
      const events: LogEvent[] = [];
      const page = createPage(input.limit);
      for (const event of store.events({ streamId: stream.id }, range)) {
        if (page.isFull(event)) break;
        page.add(event);
        events.push(event);
      }
      if (backward) events.reverse();
      const [first, last] = [events[0], events.at(-1)];
      // Without events there is nothing to move past, and both tokens stay where this call was.
      const here = token ?? (last === undefined ? before(startTime) : position);
      return {
        events: events.map(({ timestamp, message, ingestedAt }) => ({
          timestamp,
          message,
          ingestionTime: ingestedAt,
        })),
        nextForwardToken: writePosition("f", last ?? here),
        nextBackwardToken: writePosition("b", first === undefined ? here : justBefore(first)),
      };
    },
  };
}

/** The place before all events of a time: no event has the number 0. */
const before = (timestamp: number): Position => ({ timestamp, seq: 0 });

const justBefore = ({ timestamp, seq }: Position): Position => ({ timestamp, seq: seq - 1 });

/** 56 digits, as CloudWatch Logs has it; ids sort as their events do. */
const eventId = ({ timestamp, seq }: Position): string =>
  String(timestamp).padStart(20, "0") + String(seq).padStart(36, "0");

/** What is on a page, up to its limits. */
function createPage(limit = maximumPageEvents) {
  let [events, bytes, looked] = [0, 0, 0];
  const sizeOf = ({ message }: LogEvent): number => Buffer.byteLength(message) + eventOverheadBytes;
  return {
    isFull: (next: LogEvent): boolean =>
      events >= limit ||
      looked >= maximumScanned ||
      (events > 0 && bytes + sizeOf(next) > maximumPageBytes),
    add(event: LogEvent): void {
      events++;
      bytes += sizeOf(event);
    },
    scanned(): void {
      looked++;
    },
  };
}
