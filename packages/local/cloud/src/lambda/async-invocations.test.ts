import { randomUUID } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fakeClock } from "@darkroom/states/testing";
import { afterAll, afterEach, expect, test } from "vitest";
import { AwsError } from "../aws-error.ts";
import { type AsyncInvocations, createAsyncInvocations } from "./async-invocations.ts";
import type { InvocationResult } from "./execution-environment.ts";

const succeeded: InvocationResult = { payload: "null" };
const failed: InvocationResult = { payload: '{"errorType":"Error"}', functionError: "Unhandled" };
const minute = 60_000;

const folder = mkdtempSync(join(tmpdir(), "darkroom-async-"));
afterAll(() => rmSync(folder, { recursive: true }));

const opened: AsyncInvocations[] = [];
afterEach(async () => {
  for (const one of opened.splice(0)) {
    one.stop();
    await one.close();
  }
});

function setUp(
  answer: (n: number) => Promise<InvocationResult> | InvocationResult,
  options: { file?: string; clock?: ReturnType<typeof fakeClock>; atOnce?: number } = {},
) {
  const file = options.file ?? join(folder, `${randomUUID()}.sqlite`);
  const clock = options.clock ?? fakeClock();
  const startMs = clock.now();
  const runs: { requestId: string; payload: string; minutes: number }[] = [];
  const dropped: string[] = [];
  const events = createAsyncInvocations({
    databaseFile: file,
    clock,
    atOnce: options.atOnce ?? 2,
    run: async ({ requestId, payload }) => {
      runs.push({ requestId, payload, minutes: (clock.now() - startMs) / minute });
      return answer(runs.length);
    },
    onFault: (error) => {
      throw error;
    },
    onDropped: (error) => dropped.push(error.message),
  });
  opened.push(events);
  const add = (requestId: string) =>
    events.add({ requestId, functionName: "f", payload: `"${requestId}"` });
  return { file, clock, runs, dropped, events, add };
}

test("an event runs once and is gone", async () => {
  const { events, add, runs, clock, dropped } = setUp(() => succeeded);
  events.start();
  add("a");
  await clock.advance(24 * 60 * minute);

  expect(runs).toEqual([{ requestId: "a", payload: '"a"', minutes: 0 }]);
  expect(dropped).toEqual([]);
});

test("a function that fails gets the event again after one and two more minutes, then it is dropped and told", async () => {
  const { events, add, runs, clock, dropped } = setUp(() => failed);
  events.start();
  add("a");
  await clock.advance(24 * 60 * minute);

  expect(runs.map(({ minutes }) => minutes)).toEqual([0, 1, 3]);
  expect(runs.every(({ requestId }) => requestId === "a")).toBe(true);
  expect(dropped).toEqual([
    'The asynchronous invocation a of f is dropped: it has failed 3 times, at last with {"errorType":"Error"}',
  ]);
});

test("a fault of the service costs no attempt: it is tried again for six hours", async () => {
  const { events, add, runs, clock, dropped } = setUp(() => {
    throw new AwsError("ServiceException", "no process", { status: 500 });
  });
  events.start();
  add("a");
  await clock.advance(7 * 60 * minute);

  expect(runs.length).toBeGreaterThan(70);
  expect(runs.at(-1)?.minutes).toBeLessThanOrEqual(360);
  expect(dropped).toEqual([
    "The asynchronous invocation a of f is dropped: it is older than 6 hours.",
  ]);
});

test("an event of a function that is no more is dropped and told", async () => {
  const { events, add, clock, dropped } = setUp(() => {
    throw new AwsError("ResourceNotFoundException", "Function not found: f", { status: 404 });
  });
  events.start();
  add("a");
  await clock.advance(minute);

  expect(dropped).toEqual(["The asynchronous invocation a of f is dropped: Function not found: f"]);
});

test("what was added is there after a crash, and an event that ran then runs again", async () => {
  const before = setUp(() => new Promise(() => {}));
  before.events.start();
  before.add("running");
  // As after a kill: the file is opened again while nobody has closed it.
  opened.length = 0;

  const after = setUp(() => succeeded, { file: before.file, clock: before.clock });
  after.add("new");
  after.events.start();
  await after.clock.advance(minute);

  expect(after.runs.map(({ requestId }) => requestId)).toEqual(["running", "new"]);
});

test("a retry keeps its time over a restart", async () => {
  const before = setUp(() => failed);
  before.events.start();
  before.add("a");
  await before.clock.advance(minute / 2);
  before.events.stop();
  await before.events.close();
  opened.length = 0;

  const after = setUp(() => succeeded, { file: before.file, clock: before.clock });
  after.events.start();
  await after.clock.advance(minute);

  expect(after.runs.map(({ minutes }) => minutes)).toEqual([0.5]);
});

test("only so many run at once, in the order in which they came", async () => {
  const gates: ((result: InvocationResult) => void)[] = [];
  const { events, add, runs, clock } = setUp(
    () => new Promise<InvocationResult>((resolve) => gates.push(resolve)),
    { atOnce: 2 },
  );
  events.start();
  for (const id of ["a", "b", "c", "d"]) add(id);
  expect(runs.map(({ requestId }) => requestId)).toEqual(["a", "b"]);

  for (let turn = 0; turn < 4; turn++) {
    gates.shift()?.(succeeded);
    await clock.advance(0);
  }

  expect(runs.map(({ requestId }) => requestId)).toEqual(["a", "b", "c", "d"]);
});

test("an invocation that was cut off by the end of the cloud stays, without counting as failed", async () => {
  let cutOff: ((error: Error) => void) | undefined;
  const before = setUp(
    () =>
      new Promise((_, reject) => {
        cutOff = reject;
      }),
  );
  before.events.start();
  before.add("a");
  before.events.stop();
  cutOff?.(new AwsError("ServiceException", "stopped", { status: 500 }));
  await before.events.close();
  opened.length = 0;

  const after = setUp(() => succeeded, { file: before.file, clock: before.clock });
  after.events.start();
  await after.clock.advance(0);

  expect(after.runs.map(({ minutes }) => minutes)).toEqual([0]);
});

test("an event of a clock that was ahead comes at the pace that it had, counted from today", async () => {
  const hour = 60 * minute;
  const today = Date.UTC(2026, 0, 1);
  const before = setUp(() => failed, { clock: fakeClock(today + hour) });
  before.events.start();
  before.add("a");
  await before.clock.advance(0);
  before.events.stop();
  await before.events.close();
  opened.splice(0);

  const after = setUp(() => succeeded, { file: before.file, clock: fakeClock(today) });
  after.events.start();
  await after.clock.advance(minute);

  expect(after.runs.map(({ minutes }) => minutes)).toEqual([1]);
});
