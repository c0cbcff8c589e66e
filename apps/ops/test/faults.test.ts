import {
  GetFunctionConfigurationCommand,
  UpdateFunctionConfigurationCommand,
} from "@aws-sdk/client-lambda";
import { PutObjectCommand } from "@aws-sdk/client-s3";
import type { ImageItem } from "@darkroom/workflow";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { readExecution } from "../src/history/read-execution.ts";
import { type Attempt, traceHistory } from "../src/history/trace.ts";
import { DarkroomProcess, isTerminal } from "./darkroom-process.ts";
import { photo } from "./odd-files.ts";

let darkroom: DarkroomProcess;

beforeAll(async () => {
  darkroom = await DarkroomProcess.create();
  await darkroom.start();
}, 60_000);
beforeEach(async () => {
  await darkroom.run(["faults", "clear", "--all"]);
});
afterAll(() => darkroom.remove());

/** Uploads a photo and waits for its end. */
async function process(key: string): Promise<ImageItem> {
  await darkroom.clients.s3.send(
    new PutObjectCommand({
      Bucket: darkroom.variable("DARKROOM_LANDING_BUCKET"),
      Key: key,
      Body: await photo({}),
    }),
  );
  const row = (await darkroom.rowsWhen([key], isTerminal)).get(key);
  if (row === undefined) throw new Error(`no row for ${key}`);
  return row;
}

/** The tries of a state that stands in the machine's main way. */
async function triesOf(state: string, { executionArn }: ImageItem): Promise<Attempt[]> {
  const { events } = await readExecution(executionArn, darkroom.clients.sfn);
  return traceHistory(events).visits.find(({ name }) => name === state)?.attempts ?? [];
}

async function add(...options: string[]): Promise<void> {
  const { code, stderr } = await darkroom.run(["faults", "add", ...options]);
  expect([code, stderr]).toEqual([0, ""]);
}

async function list(): Promise<unknown> {
  return JSON.parse((await darkroom.run(["faults", "list", "--json"])).stdout);
}

describe("extract-metadata with a timeout of a second", () => {
  test("that a delay makes it miss is tried again after growing pauses, to its failure", async () => {
    const FunctionName = darkroom
      .variable("DARKROOM_START_FUNCTION")
      .replace("StartExecution", "ExtractMetadata");
    const { Timeout } = await darkroom.clients.lambda.send(
      new GetFunctionConfigurationCommand({ FunctionName }),
    );
    await darkroom.clients.lambda.send(
      new UpdateFunctionConfigurationCommand({ FunctionName, Timeout: 1 }),
    );
    try {
      await add("--function", "extract-metadata", "--delay", "3");

      const row = await process("Incoming/ann/faults/late.jpg");

      expect(row.status).toBe("FAILED");
      expect(row.errReason).toMatch(/ExtractImageMetadata.*timed out after 1.00 seconds/i);
      const tries = await triesOf("ExtractImageMetadata", row);
      expect(tries.map(({ failure }) => failure?.error)).toEqual(
        Array.from({ length: 4 }, () => "Sandbox.Timedout"),
      );
      const pauses = tries
        .slice(1)
        .map(({ begin }, index) => (begin - (tries[index]?.end ?? begin)) / 1000);
      expect(pauses.map(Math.round)).toEqual([2, 4, 8]);
    } finally {
      await darkroom.clients.lambda.send(
        new UpdateFunctionConfigurationCommand({ FunctionName, Timeout }),
      );
    }
  }, 90_000);

  test("that a fault gives it once is tried again, and the photo ends READY", async () => {
    await add("--function", "extract-metadata", "--timeout", "1", "--times", "1");

    const row = await process("Incoming/ann/faults/once.jpg");

    expect(row.status).toBe("READY");
    const tries = await triesOf("ExtractImageMetadata", row);
    expect(tries.map(({ failure }) => failure?.error)).toEqual(["Sandbox.Timedout", undefined]);
    expect(await list()).toEqual([]);
  }, 60_000);
});

test("a function that fails twice is tried twice again, and the photo ends READY", async () => {
  const error = "ProvisionedThroughputExceededException";
  await add("--function", "extract-metadata", "--error", error, "--times", "2");

  const row = await process("Incoming/ann/faults/twice.jpg");

  expect(row.status).toBe("READY");
  const tries = await triesOf("ExtractImageMetadata", row);
  expect(tries.map(({ failure }) => failure?.error)).toEqual([error, error, undefined]);
}, 60_000);

test("a call that a task makes is refused as often as it was said, and the photo ends READY", async () => {
  await add("--call", "dynamodb:UpdateItem", "--error", "ThrottlingException", "--times", "2");

  const row = await process("Incoming/ann/faults/throttled.jpg");

  expect(row.status).toBe("READY");
  expect(await list()).toEqual([]);
}, 60_000);

test("a start that is throttled five times is made a sixth time, before its message comes again", async () => {
  await add("--call", "states:StartExecution", "--error", "ThrottlingException", "--times", "5");

  const row = await process("Incoming/ann/faults/burst.jpg");

  expect(row.status).toBe("READY");
  expect(await list()).toEqual([]);
}, 60_000);

test("a call of the state machine itself to Lambda is one too", async () => {
  await add("--call", "lambda:Invoke", "--error", "TooManyRequestsException", "--times", "1");

  const row = await process("Incoming/ann/faults/busy.jpg");

  expect(row.status).toBe("READY");
  expect((await triesOf("ExtractImageMetadata", row)).map(({ failure }) => failure?.error)).toEqual(
    ["Lambda.TooManyRequestsException", undefined],
  );
}, 60_000);

test("faults stay over kill -9, until they are cleared; a timeout is the stack's again", async () => {
  const FunctionName = darkroom.variable("DARKROOM_START_FUNCTION");
  const timeout = async (): Promise<number | undefined> =>
    (await darkroom.clients.lambda.send(new GetFunctionConfigurationCommand({ FunctionName })))
      .Timeout;
  const deployed = await timeout();
  await darkroom.clients.lambda.send(
    new UpdateFunctionConfigurationCommand({ FunctionName, Timeout: 7 }),
  );
  expect(await timeout()).toBe(7);
  await add("--function", "detect-labels", "--error", "E", "--times", "3", "--rate", "0.2");
  await add("--call", "s3:GetObject", "--delay", "0.5");
  const before = await list();

  await darkroom.stop("SIGKILL");
  await darkroom.start();

  expect(await list()).toEqual(before);
  expect(await timeout()).toBe(deployed);
  const [{ Id: first } = { Id: 0 }] = before as { Id: number }[];
  expect((await darkroom.run(["faults", "clear", String(first)])).code).toBe(0);
  expect(await list()).toMatchObject([{ Call: "s3:GetObject", Delay: 0.5 }]);
  const again = await darkroom.run(["faults", "clear", String(first)]);
  expect([again.code, again.stderr]).toEqual([
    1,
    expect.stringMatching(/^darkroom: There is no fault \d+, or it is used up: see .*\n$/),
  ]);
}, 60_000);

test.each([
  [["--function", "extract-exif", "--error", "E"], /no function extract-exif: name one of/],
  [
    ["--call", "dynamodb:UpdateItems", "--error", "E"],
    /no call dynamodb:UpdateItems: dynamodb has/,
  ],
])("%j names nothing that is there: one line and exit code 2", async (options, line) => {
  const { code, stdout, stderr } = await darkroom.run(["faults", "add", ...options]);

  expect(code).toBe(2);
  expect(stdout).toBe("");
  expect(stderr.trim().split("\n")).toEqual([expect.stringMatching(line)]);
});
