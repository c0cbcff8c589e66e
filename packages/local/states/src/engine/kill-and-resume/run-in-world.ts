import { parseStateMachine } from "../../definition/parse-state-machine.ts";
import { type Execution, startExecution } from "../../execution.ts";
import { type MapRunMemory, memoryMapRuns } from "../../map-run/memory-map-runs.ts";
import { type FakeClock, fakeClock } from "../../testing/index.ts";
import {
  type ExecutionSummary,
  type HistoryEvent,
  type Json,
  TaskFailedError,
  type TaskInvoker,
  type TaskOutcome,
} from "../../types.ts";
import type { PlannedMachine, World } from "./world.ts";

/** What one process has seen of an execution. */
export interface ProcessRun {
  /** undefined: the process was killed before. */
  readonly summary: ExecutionSummary | undefined;
  readonly events: readonly HistoryEvent[];
  /** Calls that were made, jobs that were waited for, activities that were offered. */
  readonly calls: number;
  readonly jobs: number;
  readonly offers: number;
  /** Calls that were not answered when the process was killed, and that somebody waited for. */
  readonly openCalls: number;
  /** What is kept of its map runs. */
  readonly memory: MapRunMemory;
  /** Epoch milliseconds by the world's clock. */
  readonly endedAt: number;
}

/** Each pattern has a Resource of its own. */
export const resources = {
  call: "arn:aws:states:::lambda:invoke",
  token: "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
  job: "arn:aws:states:::states:startExecution.sync:2",
  activity: "arn:aws:states:us-east-1:111111111111:activity:label",
} as const;

const input = JSON.stringify({ items: ["a", "b", "c"], path: "" });

/**
 * Runs a machine in a process of its own, from what an earlier one has left.
 * @param options.at the time by the world's clock; that of the last event unless given
 * @param options.aheadMs how much the process's clock is ahead of the world's
 * @param options.killAt it is killed at the moment of this number (0 is the first) at which something happens; it runs to the end unless given
 */
export async function runInWorld(
  world: World,
  { definition }: PlannedMachine,
  options: {
    history?: readonly HistoryEvent[];
    memory?: MapRunMemory;
    at?: number;
    aheadMs?: number;
    killAt?: number;
    redrive?: boolean;
  } = {},
): Promise<ProcessRun> {
  const { history = [], aheadMs = 0 } = options;
  const { at = history.at(-1)?.timestamp ?? Date.UTC(2026, 0, 1) } = options;
  const clock = fakeClock(at + aheadMs);
  const events = [...history];
  const counts = { calls: 0, jobs: 0, offers: 0 };
  const open = new Set<object>();
  const now = (): number => clock.now() - aheadMs;
  const until = (at: number, signal?: AbortSignal) => untilTime(clock, at + aheadMs, signal);

  /** Whoever has the token says how its task has ended, when the time has come. */
  const inHand = new Set<string>();
  const willSettle = (token: string): void => {
    const held = world.held.get(token);
    if (held === undefined || inHand.has(token)) return;
    inHand.add(token);
    // Who is not told that it has come in time says it again to the next process.
    void until(held.at).then(() => execution.settleTask(token, held.outcome).catch(() => {}));
  };
  /** @returns the key of the work that the token stands for */
  const give = (token: string, key: string, stateName: string, retryCount: number): void => {
    const { ms, fails } = world.planOf(stateName, retryCount);
    const outcome: TaskOutcome =
      fails === undefined ? { output: { done: stateName } } : { error: fails, cause: key };
    world.held.set(token, { at: world.endOf(`${key} token`, now(), ms), outcome });
    willSettle(token);
  };

  const invoker: TaskInvoker = {
    async invoke({ resource, stateName, retryCount, parameters, taskToken, signal, onStarted }) {
      counts.calls += 1;
      onStarted();
      const key = `${stateName} ${retryCount} ${JSON.stringify(parameters)}`;
      open.add(signal);
      signal.addEventListener("abort", () => open.delete(signal));
      const isCall = resource === resources.call;
      const { ms, fails } = isCall ? world.planOf(stateName, retryCount) : { ms: 1 };
      await until(world.endOf(key, now(), ms), signal);
      open.delete(signal);
      if (fails !== undefined) throw new TaskFailedError(fails, `try ${retryCount}`);
      if (taskToken !== undefined) give(taskToken, key, stateName, retryCount);
      return { done: stateName, retryCount };
    },

    async awaitJob({ stateName, retryCount, parameters, signal, submitted }) {
      counts.jobs += 1;
      const { ms, fails } = world.planOf(stateName, retryCount);
      const key = `job ${stateName} ${retryCount} ${JSON.stringify(parameters)}`;
      await until(world.endOf(key, now(), ms), signal);
      if (fails !== undefined) throw new TaskFailedError(fails, "the job has failed");
      return { job: submitted };
    },

    offer({ taskToken, input: offered, signal, claim }) {
      counts.offers += 1;
      // A token is made of the event that its task was scheduled by: it names the try.
      const stateName = String((JSON.parse(offered) as { state?: Json }).state);
      const key = `${stateName} ${taskToken}`;
      void until(world.endOf(key, now(), 1), signal).then(async () => {
        if (await claim("a worker").catch(() => false)) give(taskToken, key, stateName, 0);
      });
    },
  };

  const mapRuns = memoryMapRuns({
    clock,
    // Not the world's: what the children draw is no part of the execution's history.
    random: () => 0.5,
    invoker,
    ...(options.memory === undefined ? {} : { memory: options.memory }),
  });
  const execution: Execution = startExecution({
    machine: parseStateMachine(JSON.stringify(definition)),
    stateMachineArn: "arn:aws:states:us-east-1:111111111111:stateMachine:test",
    executionArn: "arn:aws:states:us-east-1:111111111111:execution:test:run",
    name: "run",
    roleArn: "arn:aws:iam::111111111111:role/test",
    input,
    clock,
    random: world.random(history),
    invoker,
    mapRuns,
    redrive: options.redrive === true,
    journal: { append: (_, batch) => void events.push(...batch) },
    history,
  });
  for (const token of world.held.keys()) willSettle(token);
  const summary = await untilEnd(execution, clock, options.killAt);
  return {
    summary,
    events,
    ...counts,
    openCalls: open.size,
    memory: mapRuns.memory,
    endedAt: now(),
  };
}

async function untilEnd(
  execution: Execution,
  clock: FakeClock,
  killAt = Number.POSITIVE_INFINITY,
): Promise<ExecutionSummary | undefined> {
  let summary: ExecutionSummary | undefined;
  const end = execution.done.then((told) => {
    summary = told;
  });
  // Whoever awaits `end` hears of a failure; until then it must not count as unheard.
  end.catch(() => {});
  for (let moments = 0; await clock.advanceToNext(); moments += 1) {
    if (summary !== undefined) return summary;
    // Killed: nobody moves its clock any more, and so it does nothing.
    if (moments === killAt) return undefined;
  }
  if (summary === undefined) throw new Error("the execution waits for something that never comes");
  return summary;
}

const untilTime = (clock: FakeClock, at: number, signal?: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    const cancel = clock.setTimer(at, resolve);
    signal?.addEventListener("abort", cancel);
  });
