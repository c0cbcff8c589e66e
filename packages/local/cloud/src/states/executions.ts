import { randomUUID } from "node:crypto";
import {
  type Clock,
  type Execution,
  type HistoryEvent,
  type Journal,
  type MapRunHost,
  type Random,
  startExecution,
  type TaskInvoker,
  type TaskOutcome,
} from "@darkroom/states";
import { AwsError } from "../aws-error.ts";
import type { Place } from "../place.ts";
import { createChildRunner } from "./child-runner.ts";
import { executionDoesNotExist } from "./errors.ts";
import { checkExecutionInput } from "./execution-input.ts";
import type { DefinedStateMachine, ParsedDefinitions } from "./machines.ts";
import { executionArn, machineArn, machineNameOf } from "./names.ts";
import { notRedrivable, rememberedTokens, tokenLifeMs } from "./redrive.ts";
import { DamagedHistoryError, type StatesStore, type StoredExecution } from "./store.ts";
import type { TaskTokens } from "./task-tokens.ts";

/** An execution whose journal failed is taken up again after so long, and then twice as long each time. */
const firstResumeMs = 1000;
const longestResumeMs = 60_000;

export type Executions = ReturnType<typeof createExecutions>;

/**
 * The executions of all machines.
 * Invariants: an execution is in the store before its caller hears of it; an event is in the store before its effect;
 * the final event, the execution's status and the announcement of it are one transaction.
 */
export function createExecutions(options: {
  place: Place;
  store: StatesStore;
  machineOf: ParsedDefinitions;
  clock: Clock;
  random: Random;
  invoker: TaskInvoker;
  tokens: TaskTokens;
  activityExists: (activityArn: string) => boolean;
  mapRuns: MapRunHost;
  onEvents: (machineArn: string, executionArn: string, events: readonly HistoryEvent[]) => void;
  onStatusChange: () => void;
  onFault: (error: unknown, where: string) => void;
}) {
  const { place, store, clock } = options;
  const live = new Map<string, Execution>();
  const faults = new Map<string, number>();
  const retries = new Set<() => void>();
  const awaited = new Map<string, Set<() => void>>();
  let resuming: NodeJS.Immediate | undefined;
  let closed = false;
  const journal: Journal = {
    async append(arn, events) {
      // What comes after the close is not written, so its effect must never come: the next start resumes before it.
      if (closed) return new Promise<void>(() => {});
      await store.commit(() => store.append(arn, events));
      tellEvents(arn, events);
    },
  };

  /** What happens to a child of a Map Run happens to the machine that the Map stands in. */
  function tellEvents(arn: string, events: readonly HistoryEvent[]): void {
    const [machineName = ""] = machineNameOf(arn).split("/");
    options.onEvents(machineArn(place, machineName), arn, events);
  }

  /** What it has to hold on to for as long as the execution runs is its ARN alone: the rest is in the store. */
  function run(execution: StoredExecution, history: readonly HistoryEvent[]): void {
    const { definitionHash, executionArn: arn } = execution;
    // A start that came while the others were resumed may be among them.
    if (live.has(arn)) return;
    const running = startExecution({
      machine: options.machineOf(definitionHash, () => store.definition(definitionHash)),
      stateMachineArn: execution.stateMachineArn,
      executionArn: arn,
      name: execution.name,
      roleArn: execution.roleArn,
      input: execution.input,
      clock,
      random: options.random,
      invoker: options.invoker,
      taskToken: options.tokens.issue,
      activityExists: options.activityExists,
      mapRuns: options.mapRuns,
      journal,
      history,
    });
    live.set(arn, running);
    running.done.then(
      () => {
        live.delete(arn);
        faults.delete(arn);
        tellEnd(arn);
        options.onStatusChange();
      },
      // It stays RUNNING in the store, and is taken up from there: a full disk need not stay full.
      (error: unknown) => {
        live.delete(arn);
        options.onFault(error, `execution ${arn}`);
        resumeLater(arn);
      },
    );
  }

  function tellEnd(arn: string): void {
    for (const tell of awaited.get(arn) ?? []) tell();
  }

  function resumeLater(arn: string): void {
    if (closed) return;
    const failures = faults.get(arn) ?? 0;
    faults.set(arn, failures + 1);
    const delayMs = Math.min(firstResumeMs * 2 ** failures, longestResumeMs);
    const cancel = clock.setTimer(clock.now() + delayMs, () => {
      retries.delete(cancel);
      const execution = store.find(arn);
      if (execution?.status === "RUNNING") resume(execution);
    });
    retries.add(cancel);
  }

  function resume(execution: StoredExecution): void {
    const { executionArn: arn } = execution;
    if (live.has(arn)) return;
    try {
      run(execution, store.history(arn));
    } catch (error) {
      if (error instanceof DamagedHistoryError) {
        endDamaged(error).catch((fault: unknown) => options.onFault(fault, `execution ${arn}`));
      } else {
        options.onFault(error, `execution ${arn}`);
        resumeLater(arn);
      }
    }
  }

  /** A few at a time, so that the first calls needn't wait for the last of many executions. */
  function resumeAfter(position: number): void {
    if (closed) return;
    const executions = store.runningAfter(position);
    for (const execution of executions) resume(execution);
    const last = executions.at(-1);
    if (last !== undefined) resuming = setImmediate(() => resumeAfter(last.position));
  }

  /**
   * The execution of a task, which may be one that is still to be resumed.
   * @returns undefined when it has ended
   * @throws AwsError TaskDoesNotExist when the execution is gone
   */
  function awake(token: string): Execution | undefined {
    if (closed) throw stopping();
    const arn = options.tokens.executionOf(token);
    const running = live.get(arn);
    if (running !== undefined) return running;
    const execution = store.find(arn);
    if (execution === undefined) {
      throw new AwsError("TaskDoesNotExist", "Task Does Not Exist: 'Its execution is gone'");
    }
    if (execution.status !== "RUNNING") return undefined;
    // A child is taken up by its run, once that has come so far.
    if (execution.mapRunArn === undefined) resume(execution);
    // Its journal failed, or is damaged: the worker is to try again.
    return live.get(arn) ?? unavailable();
  }

  /** What is still readable of its history says what was done; how it would go on nobody knows. */
  async function endDamaged({
    executionArn,
    eventId,
    message,
  }: DamagedHistoryError): Promise<void> {
    const end: HistoryEvent = {
      id: eventId,
      previousEventId: eventId - 1,
      timestamp: clock.now(),
      type: "ExecutionFailed",
      executionFailedEventDetails: { error: "States.Runtime", cause: `${message}.` },
    };
    await store.commit(() => {
      store.forgetEventsFrom(executionArn, eventId);
      store.append(executionArn, [end]);
    });
    options.onFault(`${message}: it is ended as FAILED`, `execution ${executionArn}`);
    tellEvents(executionArn, [end]);
    tellEnd(executionArn);
    options.onStatusChange();
  }

  const children = createChildRunner({
    ...options,
    live,
    isClosed: () => closed,
    tellEvents,
    tellEnd,
    endDamaged,
  });

  return {
    find: (arn: string) => store.find(arn),
    list: store.executionsOf,
    historyPage: store.historyPage,
    lastEventId: store.lastEventId,
    definitionOf: ({ definitionHash }: StoredExecution): string => store.definition(definitionHash),

    /**
     * Starts an execution; the same name with the same input while it runs is the same execution.
     * @param current gives the machine as it is when the execution is written; throws when it can't be started any more
     */
    async start(
      machineName: string,
      current: () => DefinedStateMachine,
      asked: { name: string | undefined; input: string; traceHeader: string | undefined },
    ): Promise<StoredExecution> {
      const { input } = asked;
      checkExecutionInput(input);
      const name = asked.name ?? randomUUID();
      const arn = executionArn(place, machineName, name);
      const { execution, isNew } = await store.commit(() => {
        const machine = current();
        const known = store.find(arn);
        if (known?.status === "RUNNING" && known.input === input) {
          return { execution: known, isNew: false };
        }
        if (known !== undefined) {
          throw new AwsError("ExecutionAlreadyExists", `Execution Already Exists: '${arn}'`);
        }
        const created = store.create({
          arn,
          machineArn: machine.arn,
          name,
          roleArn: machine.roleArn,
          definitionHash: machine.hash,
          definition: machine.definition,
          startDate: clock.now(),
          input,
          traceHeader: asked.traceHeader,
        });
        return { execution: created, isNew: true };
      });
      if (isNew && !closed) {
        options.onStatusChange();
        run(execution, []);
      }
      return execution;
    },

    /**
     * Runs an execution that didn't succeed again, from where it failed; a request that is made again does nothing.
     * @param obstacle says why the execution, as it stands, can't be redriven
     * @returns when it was redriven, in epoch milliseconds
     * @throws AwsError ExecutionDoesNotExist, ExecutionNotRedrivable
     */
    async redrive(
      arn: string,
      clientToken: string | undefined,
      obstacle: (execution: StoredExecution) => string | undefined,
    ): Promise<number> {
      if (closed) throw stopping();
      // Its end may be in the store and not have come through here yet.
      if (store.find(arn)?.status !== "RUNNING") await live.get(arn)?.done;
      const { redriveDate, redriven } = await store.commit(() => {
        const known = store.find(arn);
        if (known === undefined) throw executionDoesNotExist(arn);
        const redrivenBefore = store
          .redrivesOf(arn, rememberedTokens)
          .find((one) => one.clientToken === clientToken && clock.now() - one.date < tokenLifeMs);
        if (clientToken !== undefined && redrivenBefore !== undefined) {
          return { redriveDate: redrivenBefore.date, redriven: undefined };
        }
        const reason = obstacle(known);
        if (reason !== undefined) throw notRedrivable(reason);
        const redriveDate = Math.max(clock.now(), known.stopDate ?? 0);
        return { redriveDate, redriven: store.redrive(arn, redriveDate, clientToken) };
      });
      const execution = store.find(arn);
      if (redriven !== undefined && execution !== undefined && !closed) {
        tellEvents(arn, [redriven]);
        options.onStatusChange();
        resume(execution);
      }
      return redriveDate;
    },

    /**
     * Ends a task as its worker says.
     * @returns whether it was open still; its end is on disk then
     * @throws AwsError InvalidToken, TaskDoesNotExist
     */
    async settleTask(token: string, outcome: TaskOutcome): Promise<boolean> {
      const running = awake(token);
      if (running === undefined) return false;
      return running.settleTask(token, outcome).catch((error: unknown) => {
        throw closed ? stopping() : error;
      });
    },

    /**
     * @returns whether the task is open still; its HeartbeatSeconds count anew then
     * @throws AwsError InvalidToken, TaskDoesNotExist
     */
    heartbeatTask: (token: string): boolean => awake(token)?.heartbeatTask(token) ?? false,

    /** @returns when it stopped, in epoch milliseconds; an execution that has ended already says when it did. */
    async stop(arn: string, error: string | undefined, cause: string | undefined): Promise<number> {
      // It may have been started or redriven this moment: it is RUNNING in the store before it runs.
      if (!live.has(arn)) await store.commit(() => undefined);
      const known = live.has(arn) ? undefined : store.find(arn);
      if (known?.status === "RUNNING" && known.mapRunArn === undefined && !closed) resume(known);
      const running = live.get(arn);
      if (running !== undefined) {
        running.stop({
          ...(error === undefined ? {} : { error }),
          ...(cause === undefined ? {} : { cause }),
        });
        await running.done;
      } else if (known?.status === "RUNNING") unavailable();
      return store.find(arn)?.stopDate ?? clock.now();
    },

    startChild: children.start,

    /** Fulfilled when the execution has ended, isn't there, or the signal is aborted. */
    untilEnded(arn: string, signal: AbortSignal): Promise<void> {
      return new Promise((resolve) => {
        if (signal.aborted || store.find(arn)?.status !== "RUNNING") {
          resolve();
          return;
        }
        const waiting = awaited.get(arn) ?? new Set();
        awaited.set(arn, waiting);
        const end = (): void => {
          waiting.delete(end);
          if (waiting.size === 0) awaited.delete(arn);
          signal.removeEventListener("abort", end);
          resolve();
        };
        waiting.add(end);
        signal.addEventListener("abort", end);
      });
    },

    /** Takes up every execution that was running when the process ended, in the order of their starts. */
    resume(): void {
      resumeAfter(0);
    },

    /** Lets go of every execution where it stands; the next start takes it up there. */
    close() {
      closed = true;
      clearImmediate(resuming);
      for (const running of live.values()) running.suspend();
      for (const cancel of retries) cancel();
    },
  };
}

/** Clients try again, and find the next start. */
const stopping = (): AwsError =>
  new AwsError("ServiceUnavailable", "The local cloud is being stopped.", { status: 503 });

function unavailable(): never {
  throw new AwsError("ServiceUnavailable", "The execution can't be taken up now; try again.", {
    status: 503,
  });
}
