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
import type { StatesStore, StoredExecution } from "./store.ts";

/** StartExecution takes up to 256 KiB (https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html). */
const maximumInputBytes = 262_144;

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
        options.onStatusChange();
      },
      // It stays RUNNING in the store, and the next start takes it up.
      (error: unknown) => {
        live.delete(execution.executionArn);
        options.onFault(error, `execution ${execution.executionArn}`);
      },
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
      for (const execution of store.running()) {
        run(execution, store.history(execution.executionArn));
      }
    },

    /** Lets go of every execution where it stands; the next start takes it up there. */
    close() {
      for (const running of live.values()) running.suspend();
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
