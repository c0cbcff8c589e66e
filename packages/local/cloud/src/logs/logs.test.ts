import { join } from "node:path";
import {
  CloudWatchLogsClient,
  CreateLogGroupCommand,
  CreateLogStreamCommand,
  DeleteLogGroupCommand,
  DescribeLogGroupsCommand,
  DescribeLogStreamsCommand,
  FilterLogEventsCommand,
  type FilterLogEventsCommandInput,
  GetLogEventsCommand,
  type GetLogEventsCommandInput,
  PutLogEventsCommand,
  PutRetentionPolicyCommand,
  StartQueryCommand,
} from "@aws-sdk/client-cloudwatch-logs";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { roleSession } from "../credentials.ts";
import { createFakeClock, type FakeClock } from "../testing/fake-clock.ts";
import { temporaryFolder } from "../testing/temporary-folder.ts";
import { place, serve, type TestEndpoint } from "../testing/test-endpoint.ts";
import { createLogs, type Logs } from "./logs.ts";

const group = "/aws/lambda/f";
const dayMs = 86_400_000;

let clock: FakeClock;
let databaseFile: string;
let logs: Logs;
let endpoint: TestEndpoint;
let client: CloudWatchLogsClient;
const onFault = vi.fn();

async function open(maximumBytes?: number): Promise<void> {
  logs = createLogs({
    place,
    databaseFile,
    clock,
    onFault,
    ...(maximumBytes === undefined ? {} : { maximumBytes }),
  });
  logs.putLogGroup({ name: group, retentionDays: 7 });
  logs.start();
  endpoint = await serve([logs.service]);
  client = new CloudWatchLogsClient(endpoint.client);
}

async function close(): Promise<void> {
  client.destroy();
  await logs.close();
  await endpoint.close();
}

beforeEach(async () => {
  clock = createFakeClock();
  databaseFile = join(temporaryFolder(), "logs.db");
  await open();
});

afterEach(async () => {
  await close();
  expect(onFault).not.toHaveBeenCalled();
});

const append = (stream: string, ...messages: string[]) =>
  logs.append(
    group,
    stream,
    messages.map((message, index) => ({ timestamp: clock.now() + index, message })),
  );

const filter = (more: Partial<FilterLogEventsCommandInput> = {}) =>
  client.send(new FilterLogEventsCommand({ logGroupName: group, ...more }));
const get = (more: Partial<GetLogEventsCommandInput> = {}) =>
  client.send(new GetLogEventsCommand({ logGroupName: group, logStreamName: "s", ...more }));
const messagesOf = ({
  events,
}: {
  events?: readonly { message?: string | undefined }[] | undefined;
}) => events?.map(({ message }) => message);

describe("events appended in the process", () => {
  test("are found at once, in the order of time over all streams", async () => {
    append("b", "b0", "b1");
    append("a", "a0", "a1");

    const { events } = await filter();

    expect(events?.map((event) => event.message)).toEqual(["b0", "a0", "b1", "a1"]);
    expect(events?.[0]).toEqual({
      logStreamName: "b",
      timestamp: clock.now(),
      ingestionTime: clock.now(),
      message: "b0",
      eventId: expect.stringMatching(/^\d{56}$/),
    });
  });

  test("are on disk a moment later, and at the latest when the service closes", async () => {
    append("s", "one");
    await clock.advance(200);
    append("s", "two");

    await close();
    await open();

    expect(messagesOf(await get({ startFromHead: true }))).toEqual(["one", "two"]);
  });

  test("make their group and stream when these are not there", async () => {
    logs.append("/new", "s", [{ timestamp: clock.now(), message: "x" }]);

    expect(messagesOf(await filter({ logGroupName: "/new" }))).toEqual(["x"]);
  });

  test("are cut when they are too long for one event, and never within a character", async () => {
    const long = "ä".repeat(600_000);
    append("s", long);

    const pages = [await get({ startFromHead: true })];
    pages.push(await get({ nextToken: pages[0]?.nextForwardToken }));

    const messages = pages.flatMap((page) => messagesOf(page) ?? []);
    expect(messages).toHaveLength(2);
    expect(messages.join("")).toBe(long);
  });
});

describe("FilterLogEvents", () => {
  test("takes a range of time with both its ends, streams by name or prefix, and a pattern", async () => {
    append("web/1", "ERROR a", "INFO b", "ERROR c");
    append("job/1", "ERROR d");
    const start = clock.now();

    expect(messagesOf(await filter({ startTime: start + 1, endTime: start + 2 }))).toEqual([
      "INFO b",
      "ERROR c",
    ]);
    expect(messagesOf(await filter({ logStreamNames: ["job/1"] }))).toEqual(["ERROR d"]);
    expect(
      messagesOf(await filter({ logStreamNamePrefix: "web/", filterPattern: "ERROR" })),
    ).toEqual(["ERROR a", "ERROR c"]);
    expect(messagesOf(await filter({ logStreamNamePrefix: "none" }))).toEqual([]);
  });

  test("gives its events in pages that miss none and repeat none", async () => {
    append("a", ...Array.from({ length: 7 }, (_, index) => `a${index}`));
    append("b", ...Array.from({ length: 7 }, (_, index) => `b${index}`));
    const found: (string | undefined)[] = [];
    let nextToken: string | undefined;
    let pages = 0;
    do {
      const page = await filter({ limit: 3, ...(nextToken === undefined ? {} : { nextToken }) });
      found.push(...(messagesOf(page) ?? []));
      nextToken = page.nextToken;
      pages++;
    } while (nextToken !== undefined);

    expect(pages).toBe(5);
    expect(new Set(found).size).toBe(14);
    expect(found).toHaveLength(14);
  });

  test("looks at a bounded part of the group at once, and gives a token to go on", async () => {
    append("s", ...Array.from({ length: 20_001 }, () => "noise"), "needle");

    const first = await filter({ filterPattern: "needle" });
    const second = await filter({ filterPattern: "needle", nextToken: first.nextToken });

    expect(messagesOf(first)).toEqual([]);
    expect(messagesOf(second)).toEqual(["needle"]);
  });

  test.each<[Partial<FilterLogEventsCommandInput>, string, string]>([
    [{ filterPattern: "[a, b]" }, "InvalidParameterException", "Invalid filter pattern"],
    [{ nextToken: "x" }, "InvalidParameterException", "The specified nextToken is invalid."],
    [{ limit: 10_001 }, "InvalidParameterException", "limit"],
    [{ unmask: true }, "InvalidParameterException", "unmask"],
    [
      { logGroupName: "/no" },
      "ResourceNotFoundException",
      "The specified log group does not exist.",
    ],
    [
      { logStreamNames: ["no"] },
      "ResourceNotFoundException",
      "The specified log stream does not exist.",
    ],
    [{ logGroupIdentifier: group }, "ValidationException", "mutually exclusive"],
  ])("refuses %o", async (wrong, name, message) => {
    const call = filter(wrong);

    await expect(call).rejects.toMatchObject({ name });
    await expect(call).rejects.toThrow(message);
  });
});

describe("GetLogEvents", () => {
  test("reads forward from the head, and stays at the end until something comes", async () => {
    append("s", "1", "2", "3");

    const first = await get({ startFromHead: true, limit: 2 });
    const second = await get({ nextToken: first.nextForwardToken });
    const end = await get({ nextToken: second.nextForwardToken });
    await clock.advance(1000);
    append("s", "4");
    const later = await get({ nextToken: end.nextForwardToken });

    expect([first, second, end, later].map(messagesOf)).toEqual([["1", "2"], ["3"], [], ["4"]]);
    expect(end.nextForwardToken).toBe(second.nextForwardToken);
  });

  test("reads the newest first otherwise, and goes back", async () => {
    append("s", "1", "2", "3", "4", "5");

    const newest = await get({ limit: 2 });
    const before = await get({ limit: 2, nextToken: newest.nextBackwardToken });
    const oldest = await get({ limit: 2, nextToken: before.nextBackwardToken });
    const nothing = await get({ nextToken: oldest.nextBackwardToken });
    const forward = await get({ nextToken: nothing.nextForwardToken });

    expect([newest, before, oldest, nothing].map(messagesOf)).toEqual([
      ["4", "5"],
      ["2", "3"],
      ["1"],
      [],
    ]);
    expect(messagesOf(forward)).toEqual(["1", "2", "3", "4", "5"]);
  });

  test("takes a range of time without its end", async () => {
    append("s", "1", "2", "3");

    const now = clock.now();
    expect(messagesOf(await get({ startTime: now + 1, endTime: now + 2 }))).toEqual(["2"]);
  });

  test("of an empty stream finds what comes later", async () => {
    await client.send(new CreateLogStreamCommand({ logGroupName: group, logStreamName: "s" }));
    const empty = await get();
    append("s", "first");

    expect(messagesOf(await get({ nextToken: empty.nextForwardToken }))).toEqual(["first"]);
  });
});

describe("PutLogEvents", () => {
  const put = (...events: [number, string][]) =>
    client.send(
      new PutLogEventsCommand({
        logGroupName: group,
        logStreamName: "s",
        logEvents: events.map(([timestamp, message]) => ({ timestamp, message })),
      }),
    );

  beforeEach(async () => {
    await client.send(new CreateLogStreamCommand({ logGroupName: group, logStreamName: "s" }));
  });

  test("takes events of the right age, and says which ones are not", async () => {
    const now = clock.now();

    const result = await put([now - 8 * dayMs, "expired"], [now - 8 * dayMs + 1, "expired too"]);
    const other = await put([now, "good"], [now + 3 * 3_600_000, "from the future"]);

    expect(result.rejectedLogEventsInfo).toEqual({ expiredLogEventEndIndex: 2 });
    expect(other.rejectedLogEventsInfo).toEqual({ tooNewLogEventStartIndex: 1 });
    expect(messagesOf(await get())).toEqual(["good"]);
  });

  test("refuses a batch that is not in order, too long in time or too large", async () => {
    const now = clock.now();

    await expect(put([now, "b"], [now - 1, "a"])).rejects.toThrow("chronological order");
    await expect(put([now - dayMs - 1, "a"], [now, "b"])).rejects.toThrow("more than 24 hours");
    await expect(put([now, "x".repeat(1_048_576)])).rejects.toThrow(
      "Log event too large: 1048602 bytes exceeds limit of 1048576",
    );
    await expect(put([now, "x".repeat(600_000)], [now, "x".repeat(600_000)])).rejects.toThrow(
      "Upload too large",
    );
  });

  test("needs its group and its stream", async () => {
    const to = (logGroupName: string, logStreamName: string) =>
      client.send(
        new PutLogEventsCommand({
          logGroupName,
          logStreamName,
          logEvents: [{ timestamp: clock.now(), message: "x" }],
        }),
      );

    await expect(to("/no", "s")).rejects.toThrow("The specified log group does not exist.");
    await expect(to(group, "no")).rejects.toThrow("The specified log stream does not exist.");
  });
});

describe("groups and streams", () => {
  test("are made, listed in pages and deleted", async () => {
    for (const name of ["/x/2", "/x/1"]) {
      await client.send(new CreateLogGroupCommand({ logGroupName: name }));
    }

    const first = await client.send(
      new DescribeLogGroupsCommand({ logGroupNamePrefix: "/x/", limit: 1 }),
    );
    const second = await client.send(
      new DescribeLogGroupsCommand({
        logGroupNamePrefix: "/x/",
        limit: 1,
        nextToken: first.nextToken,
      }),
    );
    await client.send(new DeleteLogGroupCommand({ logGroupName: "/x/1" }));

    expect(first.logGroups).toEqual([
      {
        logGroupName: "/x/1",
        creationTime: clock.now(),
        metricFilterCount: 0,
        storedBytes: 0,
        logGroupClass: "STANDARD",
        arn: "arn:aws:logs:us-east-1:000000000000:log-group:/x/1:*",
        logGroupArn: "arn:aws:logs:us-east-1:000000000000:log-group:/x/1",
      },
    ]);
    expect(second.logGroups?.map(({ logGroupName }) => logGroupName)).toEqual(["/x/2"]);
    expect(second.nextToken).toBeUndefined();
    await expect(filter({ logGroupName: "/x/1" })).rejects.toThrow("does not exist");
    await expect(
      client.send(new CreateLogGroupCommand({ logGroupName: "/x/2" })),
    ).rejects.toMatchObject({
      name: "ResourceAlreadyExistsException",
      message: "The specified log group already exists",
    });
  });

  test("streams are listed by name or by their last event", async () => {
    append("b", "x");
    await clock.advance(1000);
    append("a", "x");
    append("a", "y", "z");
    const list = async (more: object) => {
      const { logStreams } = await client.send(
        new DescribeLogStreamsCommand({ logGroupIdentifier: group, ...more }),
      );
      return logStreams?.map(({ logStreamName }) => logStreamName);
    };

    expect(await list({})).toEqual(["a", "b"]);
    expect(await list({ orderBy: "LastEventTime" })).toEqual(["b", "a"]);
    expect(await list({ orderBy: "LastEventTime", descending: true, limit: 1 })).toEqual(["a"]);
    expect(await list({ logStreamNamePrefix: "b" })).toEqual(["b"]);
  });

  test("what the local cloud does not have is refused by its name", async () => {
    await expect(
      client.send(new PutRetentionPolicyCommand({ logGroupName: group, retentionInDays: 1 })),
    ).rejects.toThrow("logs:PutRetentionPolicy");
    await expect(
      client.send(new StartQueryCommand({ startTime: 0, endTime: 1, queryString: "fields @x" })),
    ).rejects.toThrow("logs:StartQuery");
    await expect(
      client.send(new CreateLogGroupCommand({ logGroupName: "/k", kmsKeyId: "k" })),
    ).rejects.toThrow("kmsKeyId");
  });

  test("a role may read the group that its policy names, and no other", async () => {
    const reader = new CloudWatchLogsClient({
      ...endpoint.client,
      credentials: endpoint.roleKey("reader", {
        Effect: "Allow",
        Action: "logs:FilterLogEvents",
        Resource: `arn:aws:logs:us-east-1:000000000000:log-group:${group}:*`,
      }),
    });

    await reader.send(new FilterLogEventsCommand({ logGroupName: group }));
    await expect(
      reader.send(new FilterLogEventsCommand({ logGroupName: "/other" })),
    ).rejects.toMatchObject({ name: "AccessDeniedException" });
    reader.destroy();
  });
});

describe("a role that writes in the process", () => {
  const as = (name: string, ...actions: string[]) => {
    const arn = `arn:aws:iam::${place.accountId}:role/${name}`;
    endpoint.roleKey(name, {
      Effect: "Allow",
      Action: actions,
      Resource: `arn:aws:logs:us-east-1:000000000000:log-group:${group}:*`,
    });
    return endpoint.callAs(roleSession(arn, "f"));
  };
  const event = () => [{ timestamp: clock.now(), message: "x" }];

  test("needs the permissions to make its stream and to write into it; without them nothing is written", async () => {
    const writer = as("writer", "logs:CreateLogStream", "logs:PutLogEvents");
    logs.append(group, "both", event(), writer);
    logs.append(group, "no stream", event(), as("no-stream", "logs:PutLogEvents"));
    logs.append(group, "no events", event(), as("no-events", "logs:CreateLogStream"));
    logs.append("/other", "s", event(), writer);

    expect((await filter()).events?.map(({ logStreamName }) => logStreamName)).toEqual(["both"]);
    await expect(filter({ logGroupName: "/other" })).rejects.toMatchObject({
      name: "ResourceNotFoundException",
    });
  });

  test("may write into a stream that is there without being allowed to make one", async () => {
    await client.send(new CreateLogStreamCommand({ logGroupName: group, logStreamName: "s" }));

    logs.append(group, "s", event(), as("put", "logs:PutLogEvents"));

    expect(messagesOf(await get())).toEqual(["x"]);
  });

  test("may have its machine's log delivered with what Step Functions asks for, to a group that is there", () => {
    const actions = [
      "logs:CreateLogDelivery",
      "logs:GetLogDelivery",
      "logs:UpdateLogDelivery",
      "logs:DeleteLogDelivery",
      "logs:ListLogDeliveries",
      "logs:PutResourcePolicy",
      "logs:DescribeResourcePolicies",
      "logs:DescribeLogGroups",
    ];
    const role = (name: string, allowed: readonly string[]) => {
      endpoint.roleKey(name, { Effect: "Allow", Action: allowed, Resource: "*" });
      return endpoint.callAs(roleSession(`arn:aws:iam::${place.accountId}:role/${name}`, "m"));
    };

    logs.requireDelivery(role("all", actions), group);
    expect(() => logs.requireDelivery(role("all", actions), "/none")).toThrow("does not exist");
    for (const [index, without] of actions.entries()) {
      const rest = actions.filter((action) => action !== without);
      expect(() => logs.requireDelivery(role(`without-${index}`, rest), group)).toThrow(
        `The state machine IAM Role is not authorized to access the Log Destination (${without})`,
      );
    }
  });
});

describe("the database is bounded", () => {
  const storedBytes = async () => {
    const { logGroups } = await client.send(new DescribeLogGroupsCommand());
    return logGroups?.reduce((sum, one) => sum + (one.storedBytes ?? 0), 0);
  };

  test("events past the retention are not seen, and go, and so do streams without events", async () => {
    append("old", "x");
    await clock.advance(6 * dayMs);
    append("new", "y");
    await clock.advance(dayMs + 1);

    expect(messagesOf(await filter())).toEqual(["y"]);
    await clock.advance(3_600_000);
    expect(await storedBytes()).toBe(27);
    const { logStreams } = await client.send(
      new DescribeLogStreamsCommand({ logGroupName: group }),
    );
    expect(logStreams?.map(({ logStreamName }) => logStreamName)).toEqual(["new"]);
  });

  test("beyond the limit the events that came first go, whichever group they are in", async () => {
    await close();
    await open(10_000);
    logs.append("/first", "s", [{ timestamp: clock.now() + 5000, message: "first" }]);
    append("s", ...Array.from({ length: 120 }, (_, index) => `${index}`.padStart(64, "0")));
    await clock.advance(200);
    await clock.advance(0);

    expect(await storedBytes()).toBeLessThanOrEqual(9000);
    expect(await storedBytes()).toBeGreaterThan(8800);
    expect(messagesOf(await filter({ logGroupName: "/first" }))).toEqual([]);
    expect(messagesOf(await get({ limit: 1 }))).toEqual(["119".padStart(64, "0")]);
  });
});
