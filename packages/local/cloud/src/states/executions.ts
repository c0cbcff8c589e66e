import { randomUUID } from "node:crypto";
import {
  type Clock,
  type Execution,
  type HistoryEvent,
  type Journal,
  type Random,
  startExecution,
  type TaskInvoker,
} from "@darkroom/states";
import { AwsError } from "../aws-error.ts";
import type { Place } from "../place.ts";
import type { DefinedStateMachine, ParsedDefinitions } from "./machines.ts";
import { executionArn, machineArn, machineNameOf } from "./names.ts";
import { DamagedHistoryError, type StatesStore, type StoredExecution } from "./store.ts";

/** StartExecution takes up to 256 KiB (https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html). */
const maximumInputBytes = 262_144;

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
  onEvents: (machineArn: string, executionArn: string, events: readonly HistoryEvent[]) => void;
  onStatusChange: () => void;
  onFault: (error: unknown, where: string) => void;
}) {
  const { place, store, clock } = options;
  const live = new Map<string, Execution>();
  const faults = new Map<string, number>();
  const retries = new Set<() => void>();
  let closed = false;
  const journal: Journal = {
    async append(arn, events) {
      // What comes after the close is not written, so its effect must never come: the next start resumes before it.
      if (closed) return new Promise<void>(() => {});
      await store.commit(() => store.append(arn, events));
      options.onEvents(machineArn(place, machineNameOf(arn)), arn, events);
    },
  };

  function run(execution: StoredExecution, history: readonly HistoryEvent[]): void {
    // A start that came while the others were resumed may be among them.
    if (live.has(execution.executionArn)) return;
    const { definitionHash } = execution;
    const running = startExecution({
      machine: options.machineOf(definitionHash, () => store.definition(definitionHash)),
      stateMachineArn: execution.stateMachineArn,
      executionArn: execution.executionArn,
      name: execution.name,
      roleArn: execution.roleArn,
      input: execution.input,
      clock,
      random: options.random,
      invoker: options.invoker,
      journal,
      history,
    });
    live.set(execution.executionArn, running);
    running.done.then(
      () => {
        live.delete(execution.executionArn);
        faults.delete(execution.executionArn);
        options.onStatusChange();
      },
      // It stays RUNNING in the store, and is taken up from there: a full disk need not stay full.
      (error: unknown) => {
        live.delete(execution.executionArn);
        options.onFault(error, `execution ${execution.executionArn}`);
        resumeLater(execution);
      },
    );
  }

  function resumeLater(execution: StoredExecution): void {
    if (closed) return;
    const failures = faults.get(execution.executionArn) ?? 0;
    faults.set(execution.executionArn, failures + 1);
    const delayMs = Math.min(firstResumeMs * 2 ** failures, longestResumeMs);
    const cancel = clock.setTimer(clock.now() + delayMs, () => {
      retries.delete(cancel);
      resume(execution);
    });
    retries.add(cancel);
  }

  function resume(execution: StoredExecution): void {
    try {
      run(execution, store.history(execution.executionArn));
    } catch (error) {
      if (error instanceof DamagedHistoryError) endDamaged(error);
      else {
        options.onFault(error, `execution ${execution.executionArn}`);
        resumeLater(execution);
      }
    }
  }

  /** What is still readable of its history says what was done; how it would go on nobody knows. */
  function endDamaged({ executionArn, eventId, message }: DamagedHistoryError): void {
    const end: HistoryEvent = {
      id: eventId,
      previousEventId: eventId - 1,
      timestamp: clock.now(),
      type: "ExecutionFailed",
      executionFailedEventDetails: { error: "States.Runtime", cause: `${message}.` },
    };
    store
      .commit(() => {
        store.forgetEventsFrom(executionArn, eventId);
        store.append(executionArn, [end]);
      })
      .then(
        () => {
          options.onFault(`${message}: it is ended as FAILED`, `execution ${executionArn}`);
          options.onEvents(machineArn(place, machineNameOf(executionArn)), executionArn, [end]);
          options.onStatusChange();
        },
        (error: unknown) => options.onFault(error, `execution ${executionArn}`),
      );
  }

  return {
    find: (arn: string) => store.find(arn),
    list: store.executionsOf,
    historyPage: store.historyPage,
    definitionOf: ({ definitionHash }: StoredExecution): string => store.definition(definitionHash),

    /**
     * Starts an execution; the same name with the same input while it runs is the same execution.
     * @param current gives the machine as it is when the execution is written; throws when it can't be started any more
     */
    async start(
      machineName: string,
      current: () => DefinedStateMachine,
      name: string | undefined,
      input: string,
    ): Promise<StoredExecution> {
      checkInput(input);
      const executionName = name ?? randomUUID();
      const arn = executionArn(place, machineName, executionName);
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
          name: executionName,
          roleArn: machine.roleArn,
          definitionHash: machine.hash,
          definition: machine.definition,
          startDate: clock.now(),
          input,
        });
        return { execution: created, isNew: true };
      });
      if (isNew && !closed) {
        options.onStatusChange();
        run(execution, []);
      }
      return execution;
    },

    /** @returns when it stopped, in epoch milliseconds; an execution that has ended already says when it did. */
    async stop(arn: string, error: string | undefined, cause: string | undefined): Promise<number> {
      const running = live.get(arn);
      if (running !== undefined) {
        running.stop({
          ...(error === undefined ? {} : { error }),
          ...(cause === undefined ? {} : { cause }),
        });
        await running.done;
      }
      return store.find(arn)?.stopDate ?? clock.now();
    },

    /** Takes up every execution that was running when the process ended. */
    resume(): void {
      for (const execution of store.running()) resume(execution);
    },

    /** Lets go of every execution where it stands; the next start takes it up there. */
    close() {
      for (const running of live.values()) running.suspend();
      for (const cancel of retries) cancel();
      closed = true;
    },
  };
}

function checkInput(input: string): void {
  if (Buffer.byteLength(input) > maximumInputBytes) {
    throw new AwsError(
      "ValidationException",
      "1 validation error detected: Value at 'input' failed to satisfy constraint: Member must have length less than or equal to 262144",
    );
  }
  try {
    JSON.parse(input);
  } catch (error) {
    throw new AwsError(
      "InvalidExecutionInput",
      `Invalid State Machine Execution Input: '${error instanceof Error ? error.message : error}'`,
      { cause: error },
    );
  }
}
