import { z } from "zod";
import type { Call, Operation } from "../service.ts";
import { invalidParameter } from "./errors.ts";
import type { LogIngestion } from "./ingestion.ts";
import type { LogAccess } from "./log-access.ts";
import { readNameToken, writeNameToken } from "./page-token.ts";
import { parseLogsInput } from "./parse-input.ts";
import type { LogGroup, LogStore, LogStream } from "./store.ts";

const page = { nextToken: z.string().optional(), limit: z.int().min(1).max(50).optional() };
const describeGroups = z.strictObject({
  logGroupNamePrefix: z.string().optional(),
  logGroupNamePattern: z.string().optional(),
  ...page,
});
const describeStreams = z.strictObject({
  logGroupName: z.string().optional(),
  logGroupIdentifier: z.string().optional(),
  logStreamNamePrefix: z.string().optional(),
  orderBy: z.enum(["LogStreamName", "LastEventTime"]).optional(),
  descending: z.boolean().optional(),
  ...page,
});

export function describeOperations(options: {
  store: LogStore;
  access: LogAccess;
  ingestion: LogIngestion;
}): Record<string, Operation> {
  const { store, access, ingestion } = options;

  const describeGroup = (group: LogGroup) => ({
    logGroupName: group.name,
    creationTime: group.createdAt,
    ...(group.retentionDays === undefined ? {} : { retentionInDays: group.retentionDays }),
    metricFilterCount: 0,
    arn: `${access.arnOf(group.name)}:*`,
    storedBytes: group.storedBytes,
    logGroupClass: "STANDARD",
    logGroupArn: access.arnOf(group.name),
  });

  /** CloudWatch Logs tells the bytes of streams no more. */
  const describeStream = (group: LogGroup, stream: LogStream) => ({
    logStreamName: stream.name,
    creationTime: stream.createdAt,
    firstEventTimestamp: stream.firstEvent,
    lastEventTimestamp: stream.lastEvent,
    lastIngestionTime: stream.lastIngestion,
    arn: `${access.arnOf(group.name)}:log-stream:${stream.name}`,
    storedBytes: 0,
  });

  return {
    DescribeLogGroups(raw: unknown, call: Call) {
      const input = parseLogsInput(describeGroups, raw);
      call.authorize("logs:DescribeLogGroups", access.arnOf("*"));
      const { logGroupNamePrefix: prefix, logGroupNamePattern: pattern } = input;
      if (prefix !== undefined && pattern !== undefined) {
        throw invalidParameter(
          "LogGroup name prefix and LogGroup name pattern are mutually exclusive parameters.",
        );
      }
      ingestion.flush();
      const wanted = store
        .groups()
        .filter(({ name }) => name.startsWith(prefix ?? "") && name.includes(pattern ?? ""));
      const { items, nextToken } = pageOf(wanted, input);
      return { logGroups: items.map(describeGroup), ...nextToken };
    },

    DescribeLogStreams(raw: unknown, call: Call) {
      const input = parseLogsInput(describeStreams, raw);
      const name = access.authorize(call, "DescribeLogStreams", input);
      const byTime = input.orderBy === "LastEventTime";
      if (byTime && input.logStreamNamePrefix !== undefined) {
        throw invalidParameter("Cannot order by LastEventTime with a logStreamNamePrefix.");
      }
      ingestion.flush();
      const group = access.requireGroup(name);
      const streams = store
        .streams(group.id)
        .filter((stream) => stream.name.startsWith(input.logStreamNamePrefix ?? ""));
      if (byTime) streams.sort((one, other) => (one.lastEvent ?? 0) - (other.lastEvent ?? 0));
      if (input.descending === true) streams.reverse();
      const { items, nextToken } = pageOf(streams, input);
      return { logStreams: items.map((stream) => describeStream(group, stream)), ...nextToken };
    },
  };
}

/** The page after the item that the token names; from the start again if that one is gone. */
function pageOf<Item extends { readonly name: string }>(
  items: readonly Item[],
  { nextToken, limit = 50 }: { nextToken?: string | undefined; limit?: number | undefined },
): { items: Item[]; nextToken: { nextToken?: string } } {
  const after = nextToken === undefined ? undefined : readNameToken(nextToken);
  const start = items.findIndex(({ name }) => name === after) + 1;
  const page = items.slice(start, start + limit);
  const last = page.at(-1);
  const more = start + page.length < items.length && last !== undefined;
  return { items: page, nextToken: more ? { nextToken: writeNameToken(last.name) } : {} };
}
