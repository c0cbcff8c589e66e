import { randomUUID } from "node:crypto";
import {
  type Execution,
  type ExecutionSummary,
  type HistoryEvent,
  startExecution,
} from "@darkroom/states";
import type { Place } from "../../place.ts";
import { checkExecutionInput } from "../execution-input.ts";
import type { DefinedStateMachine, ParsedDefinitions } from "../machines.ts";
import type { Surroundings } from "../map-runs/express-children.ts";
import { expressExecutionArn } from "../names.ts";
import type { StatesStore } from "../store.ts";
import type { ExpressExecution } from "./express-tables.ts";

/** https://docs.aws.amazon.com/step-functions/latest/dg/choosing-workflow-type.html: five minutes. */
const longestSeconds = 5 * 60;

export type ExpressExecutions = ReturnType<typeof createExpressExecutions>;

/**
 * Executions of EXPRESS machines: nothing but the log tells of them.
 * Invariants: one that StartExecution has acknowledged runs to an end, from its beginning again after a restart
 * (at least once); one that StartSyncExecution waits for is never begun again (at most once).
 */
export function createExpressExecutions(options: {
  place: Place;
  store: StatesStore;
  surroundings: Surroundings;
  machineOf: ParsedDefinitions;
  onEvents: (machineArn: string, executionArn: string, events: readonly HistoryEvent[]) => void;
  onFault: (error: unknown, where: string) => void;
}) {
  const { place, store, surroundings } = options;
  const { clock } = surroundings;
  const live = new Set<Execution>();
  let closed = false;

  function describe(
    machine: DefinedStateMachine,
    name: string | undefined,
    input: string,
  ): ExpressExecution {
    checkExecutionInput(input);
    return {
      executionArn: expressExecutionArn(place, machine.name, name ?? randomUUID(), randomUUID()),
      stateMachineArn: machine.arn,
      roleArn: machine.roleArn,
      definitionHash: machine.hash,
      startDate: clock.now(),
      input,
    };
  }

  function run(execution: ExpressExecution, definition: () => string): Promise<ExecutionSummary> {
    const { executionArn: arn, stateMachineArn, definitionHash } = execution;
    const machine = options.machineOf(definitionHash, definition);
    const running = startExecution({
      ...surroundings,
      machine: {
        ...machine,
        timeoutSeconds: Math.min(machine.timeoutSeconds ?? longestSeconds, longestSeconds),
      },
      stateMachineArn,
      executionArn: arn,
      name: arn.split(":")[7] ?? "",
      roleArn: execution.roleArn,
      input: execution.input,
      journal: { append: (_, events) => options.onEvents(stateMachineArn, arn, events) },
      history: [],
    });
    live.add(running);
    return running.done.finally(() => live.delete(running));
  }

  async function runToEnd(execution: ExpressExecution): Promise<void> {
    const { executionArn, definitionHash } = execution;
    await run(execution, () => store.definition(definitionHash));
    if (!closed) await store.commit(() => store.express.remove(executionArn));
  }

  function runInBackground(execution: ExpressExecution): void {
    runToEnd(execution).catch((error: unknown) =>
      options.onFault(error, `execution ${execution.executionArn}`),
    );
  }

  return {
    /** @param current as that of `Executions.start` */
    async start(
      current: () => DefinedStateMachine,
      asked: { name: string | undefined; input: string },
    ): Promise<ExpressExecution> {
      const execution = await store.commit(() => {
        const machine = current();
        const made = describe(machine, asked.name, asked.input);
        store.keepDefinition(machine.hash, machine.definition);
        store.express.add(made);
        return made;
      });
      if (!closed) runInBackground(execution);
      return execution;
    },

    /** Runs one to its end. Never fulfilled when the process ends before. */
    startSync(
      machine: DefinedStateMachine,
      asked: { name: string | undefined; input: string },
    ): Promise<ExecutionSummary> {
      const execution = describe(machine, asked.name, asked.input);
      return run(execution, () => machine.definition);
    },

    /** Begins again what StartExecution has acknowledged and the process left without an end. */
    resume(): void {
      for (const execution of store.express.all()) runInBackground(execution);
    },

    close(): void {
      closed = true;
      for (const execution of live) execution.suspend();
    },
  };
}
