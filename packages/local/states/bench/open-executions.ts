import { parseStateMachine } from "../src/definition/parse-state-machine.ts";
import type { Execution } from "../src/execution.ts";
import { fakeClock } from "../src/testing/index.ts";
import type { HistoryEvent, TaskInvoker } from "../src/types.ts";
import { startOurs } from "./run-ours.ts";

const input = JSON.stringify({
  bucket: "landing",
  key: "Incoming/album/photo.jpg",
  bytes: 2345678,
});

/** What 10,000 executions that wait cost, each of which has passed one state before. */
export interface OpenExecutions {
  readonly count: number;
  /** Of the heap, after a forced collection: the execution alone, and its history where a journal keeps it in memory. */
  readonly bytesEach: number;
  readonly bytesOfHistoryEach: number;
  /** Processor time, from their histories until the last of them waits again. */
  readonly resumeMs: number;
}

const machineThat = (state: object) =>
  parseStateMachine(
    JSON.stringify({
      StartAt: "Begin",
      States: {
        Begin: { Type: "Pass", Result: 1, ResultPath: "$.begun", Next: "Open" },
        Open: { ...state, End: true },
      },
    }),
  );

/** Their tasks never end. */
const silent: TaskInvoker = {
  invoke(invocation) {
    invocation.onStarted();
    return new Promise(() => {});
  },
};

/** The call is answered, and the token is still out. */
const answered: TaskInvoker = { invoke: async () => ({ MessageId: "1" }) };

export const openKinds = {
  "in a Wait of a day": { state: { Type: "Wait", Seconds: 86_400 }, invoker: silent },
  "in a Task": {
    state: { Type: "Task", Resource: "arn:aws:lambda:us-east-1:111111111111:function:slow" },
    invoker: silent,
  },
  "with an open task token": {
    state: {
      Type: "Task",
      Resource: "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
      Parameters: { MessageBody: { "token.$": "$$.Task.Token" } },
      TimeoutSeconds: 86_400,
    },
    invoker: answered,
  },
} as const;

export async function measureOpen(
  kind: (typeof openKinds)[keyof typeof openKinds],
  count: number,
): Promise<OpenExecutions> {
  const machine = machineThat(kind.state);
  const clock = fakeClock();
  const start = (number: number, events: HistoryEvent[]): Execution =>
    startOurs({ machine, input, events, clock, invoker: kind.invoker, number });

  const before = await heapUsed();
  const histories = Array.from({ length: count }, (): HistoryEvent[] => []);
  let executions = histories.map((events, number) => start(number, events));
  await settled();
  const withAll = await heapUsed();
  for (const execution of executions) execution.suspend();
  executions = [];
  await settled();
  const historiesOnly = await heapUsed();
  assertOpen(histories);

  const events = histories.reduce((sum, history) => sum + history.length, 0);
  const begin = process.cpuUsage();
  executions = histories.map((history, number) => start(number, history));
  await settled();
  const { user, system } = process.cpuUsage(begin);
  const resumeMs = (user + system) / 1000;
  const after = histories.reduce((sum, history) => sum + history.length, 0);
  if (after !== events) throw new Error("a resumed execution has written to its history");
  for (const execution of executions) execution.suspend();
  return {
    count,
    bytesEach: (withAll - historiesOnly) / count,
    bytesOfHistoryEach: (historiesOnly - before) / count,
    resumeMs,
  };
}

function assertOpen(histories: readonly (readonly HistoryEvent[])[]): void {
  const open = histories.every(
    (history) => history.length > 3 && !/^Execution/.test(history.at(-1)?.type ?? ""),
  );
  if (!open) throw new Error("an execution doesn't wait where it should");
}

/** Until all that can go on by itself has. */
async function settled(): Promise<void> {
  for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve));
}

/** What weak maps and finalizers hold is free only after another turn. */
async function heapUsed(): Promise<number> {
  if (globalThis.gc === undefined) throw new Error("needs node --expose-gc");
  for (let turn = 0; turn < 3; turn++) {
    globalThis.gc();
    await settled();
  }
  return process.memoryUsage().heapUsed;
}
