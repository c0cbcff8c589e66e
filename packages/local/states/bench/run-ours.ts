import type { StateMachine } from "../src/definition/machine.ts";
import { type Execution, startExecution } from "../src/execution.ts";
import type { Clock, HistoryEvent, TaskInvoker } from "../src/types.ts";

const systemClock: Clock = {
  now: Date.now,
  setTimer(atMs, callback) {
    const timer = setTimeout(callback, Math.max(0, atMs - Date.now()));
    return () => clearTimeout(timer);
  },
};

/** Tasks that answer at once. */
const immediate: TaskInvoker = {
  async invoke(invocation) {
    invocation.onStarted();
    return { done: true };
  },
};

/** Starts an execution whose whole history is kept in `events`, or resumes it from them. */
export function startOurs(options: {
  machine: StateMachine;
  /** JSON text. */
  input: string;
  events: HistoryEvent[];
  clock?: Clock;
  invoker?: TaskInvoker;
  number?: number;
}): Execution {
  const { machine, input, events, clock = systemClock, invoker = immediate, number = 0 } = options;
  return startExecution({
    machine,
    stateMachineArn: "arn:aws:states:us-east-1:111111111111:stateMachine:bench",
    executionArn: `arn:aws:states:us-east-1:111111111111:execution:bench:${number}`,
    name: String(number),
    roleArn: "arn:aws:iam::111111111111:role/bench",
    input,
    clock,
    random: Math.random,
    invoker,
    journal: { append: (_, batch) => void events.push(...batch) },
    history: events.slice(),
  });
}

/** Runs an execution to its end. @returns its whole history */
export async function runOurs(machine: StateMachine, input: string): Promise<HistoryEvent[]> {
  const events: HistoryEvent[] = [];
  const { status, error, cause } = await startOurs({ machine, input, events }).done;
  if (status !== "SUCCEEDED") throw new Error(`the execution is ${status}: ${error}, ${cause}`);
  return events;
}

export const statesIn = (events: readonly HistoryEvent[]): number =>
  events.filter(({ type }) => type.endsWith("StateEntered")).length;
