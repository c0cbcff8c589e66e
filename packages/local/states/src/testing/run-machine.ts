import { parseStateMachine } from "../definition/parse-state-machine.ts";
import type { ParseOptions } from "../definition/state-context.ts";
import { startExecution } from "../execution.ts";
import type {
  ExecutionStatus,
  HistoryEvent,
  Json,
  Random,
  TaskInvocation,
  TaskInvoker,
} from "../types.ts";
import { type FakeClock, fakeClock } from "./fake-clock.ts";

/** What a task does in a test: its result, or a TaskFailedError that it throws. */
export type TestTask = (parameters: Json, invocation: TaskInvocation) => Json | Promise<Json>;

export interface MachineRun {
  readonly status: ExecutionStatus;
  readonly output?: Json;
  readonly error?: string;
  readonly cause?: string;
  readonly events: readonly HistoryEvent[];
}

/**
 * Runs a definition to its end. Time is moved on whenever nothing else can happen, so that waits and retries take none;
 * a task that takes time waits for the clock (`clock.sleep`), not for the world.
 * @throws InvalidDefinitionError; Error if the execution waits for something that never comes
 */
export async function runMachine(options: {
  /** Amazon States Language, as an object or as JSON text. */
  definition: object | string;
  input?: Json;
  /** The tasks by their Resource. */
  tasks?: Readonly<Record<string, TestTask>>;
  /** Runs the tasks instead. */
  invoker?: TaskInvoker;
  clock?: FakeClock;
  random?: Random;
  /** Goes on from these events. */
  history?: readonly HistoryEvent[];
  parse?: ParseOptions;
}): Promise<MachineRun> {
  const { definition, clock = fakeClock(), history = [] } = options;
  const text = typeof definition === "string" ? definition : JSON.stringify(definition);
  const events = [...history];
  const execution = startExecution({
    machine: parseStateMachine(text, options.parse),
    stateMachineArn: "arn:aws:states:us-east-1:111111111111:stateMachine:test",
    executionArn: "arn:aws:states:us-east-1:111111111111:execution:test:run",
    name: "run",
    roleArn: "arn:aws:iam::111111111111:role/test",
    input: JSON.stringify(options.input ?? {}),
    clock,
    random: options.random ?? Math.random,
    invoker: options.invoker ?? testInvoker(options.tasks ?? {}),
    journal: { append: (_, batch) => void events.push(...batch) },
    history,
  });
  let over = false;
  const end = execution.done.finally(() => {
    over = true;
  });
  // Whoever awaits `end` hears of a failure; until then it must not count as unheard.
  end.catch(() => {});
  while (await clock.advanceToNext()) if (over) break;
  if (!over) throw new Error("the execution waits for something that never comes");
  const { status, output, error, cause } = await end;
  return {
    status,
    ...(output === undefined ? {} : { output: JSON.parse(output) as Json }),
    ...(error === undefined ? {} : { error }),
    ...(cause === undefined ? {} : { cause }),
    events,
  };
}

/** An invoker that runs functions by the Resource of their state. */
function testInvoker(tasks: Readonly<Record<string, TestTask>>): TaskInvoker {
  return {
    async invoke(invocation) {
      const task = tasks[invocation.resource];
      if (task === undefined) throw new Error(`the test has no task for ${invocation.resource}`);
      invocation.onStarted();
      return task(invocation.parameters, invocation);
    },
  };
}
