import { randomUUID } from "node:crypto";
import {
  type Clock,
  type Execution,
  type HistoryEvent,
  type Random,
  startExecution,
  type TaskInvoker,
} from "@darkroom/states";
import { AwsError } from "../aws-error.ts";
import type { Place } from "../place.ts";
import { groupCommitJournal } from "./group-commit.ts";
import type { DefinedStateMachine, ParsedDefinitions } from "./machines.ts";
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
  const journal = groupCommitJournal((batch) => {
    store.append(batch);
    for (const { arn, events } of batch) options.onEvents(machineArnOf(arn), arn, events);
  });

  function run(execution: StoredExecution, history: readonly HistoryEvent[]): void {
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

    /** Starts an execution; the same name with the same input while it runs is the same execution. */
    start(machine: DefinedStateMachine, name: string | undefined, input: string): StoredExecution {
      checkInput(input);
      const executionName = name ?? randomUUID();
      const arn = `arn:aws:states:${place.region}:${place.accountId}:execution:${machine.name}:${executionName}`;
      const known = store.find(arn);
      if (known !== undefined) {
        if (known.status === "RUNNING" && known.input === input) return known;
        throw new AwsError("ExecutionAlreadyExists", `Execution Already Exists: '${arn}'`);
      }
      const execution = store.create({
        arn,
        machineArn: machine.arn,
        name: executionName,
        roleArn: machine.roleArn,
        definitionHash: machine.hash,
        definition: machine.definition,
        startDate: clock.now(),
        input,
      });
      options.onStatusChange();
      run(execution, []);
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
    async close() {
      for (const running of live.values()) running.suspend();
      await journal.close();
    },
  };
}

/** `…:execution:<machine>:<name>` belongs to `…:stateMachine:<machine>`. */
function machineArnOf(executionArn: string): string {
  const parts = executionArn.split(":");
  return [...parts.slice(0, 5), "stateMachine", parts[6]].join(":");
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
