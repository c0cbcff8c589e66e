import type { Clock, ExecutionSummary, HistoryEvent } from "@darkroom/states";
import { type JsonService, jsonService } from "../http/json-service.ts";
import type { Place } from "../place.ts";
import type { StateMachineDraft } from "../terraform/draft.ts";
import { createExecutions } from "./executions.ts";
import { createMachineRegistry } from "./machine-registry.ts";
import { openMachineStore } from "./machine-store.ts";
import { parsedDefinitions } from "./machines.ts";
import { statesOperations } from "./operations.ts";
import { openStatesStore } from "./store.ts";
import { createTaskInvoker, type TaskServices } from "./task-invoker.ts";

export interface States {
  readonly service: JsonService;
  /**
   * Defines or redefines a machine of the stack; running executions keep the definition they started with.
   * @throws Error that names the machine and what is wrong with it
   */
  putStateMachine(machine: StateMachineDraft): void;
  /**
   * Resumes what was running when the process ended. Machines that the stack once declared, and that were not put before
   * this, are deleted.
   */
  start(): void;
  close(): Promise<void>;
}

export interface StatesOptions {
  readonly place: Place;
  readonly databaseFile: string;
  readonly clock: Clock;
  readonly services: TaskServices;
  /** Throws AwsError unless the role lets Step Functions act with it for that machine. */
  readonly requireTrust: (roleArn: string, servicePrincipal: string, sourceArn: string) => void;
  /** Hands a status-change event on; once it returns, EventBridge has it for good. */
  readonly putEvent: (event: {
    source: string;
    "detail-type": string;
    resources: string[];
    detail: Record<string, unknown>;
    time: number;
  }) => void | Promise<void>;
  readonly putLogEvents: (
    logGroupName: string,
    stream: string,
    events: readonly { timestamp: number; message: string }[],
  ) => void;
  /** Throws AwsError unless a machine with this role may have its log delivered to that group. */
  readonly requireLogDelivery: (roleArn: string, logGroupName: string) => void;
  readonly onFault: (error: unknown, where: string) => void;
}

/** After a fault, as of a full disk. */
const deliverAgainMs = 1000;

/** AWS Step Functions over the states engine, with its journal in SQLite. */
export function createStates(options: StatesOptions): States {
  const { place } = options;
  const store = openStatesStore(options.databaseFile);
  const machineStore = openMachineStore(machineFileOf(options.databaseFile));
  const machineOf = parsedDefinitions();
  const machines = createMachineRegistry({
    place,
    store: machineStore,
    clock: options.clock,
    machineOf,
    requireTrust: options.requireTrust,
    requireLogDelivery: options.requireLogDelivery,
    hasRunning: (machineArn) =>
      store.executionsOf(machineArn, {
        before: Number.MAX_SAFE_INTEGER,
        limit: 1,
        status: "RUNNING",
      }).length > 0,
  });
  let delivering: Promise<void> = Promise.resolve();
  let closed = false;
  let cancelRetry: (() => void) | undefined;

  /** Announces what the store says is not announced yet: in order, at least once. */
  function deliverChanges(): void {
    delivering = delivering.then(async () => {
      for (;;) {
        if (closed) return;
        const changes = store.pendingChanges();
        if (changes.length === 0) return;
        let delivered: number | undefined;
        try {
          for (const change of changes) {
            await options.putEvent(statusChangeEvent(change.execution));
            delivered = change.id;
          }
        } finally {
          const last = delivered;
          if (last !== undefined) await store.commit(() => store.changesDelivered(last));
        }
      }
    });
    delivering = delivering.catch((error: unknown) => {
      options.onFault(error, "status-change events");
      if (closed) return;
      cancelRetry?.();
      cancelRetry = options.clock.setTimer(options.clock.now() + deliverAgainMs, deliverChanges);
    });
  }

  /** As on AWS, an execution of a machine that is being deleted ends at its next transition. */
  function stopIfDeleting(
    machineArn: string,
    executionArn: string,
    events: readonly HistoryEvent[],
  ): void {
    if (machines.find(machineArn)?.status !== "DELETING") return;
    if (!events.some(({ type }) => /State(Entered|Exited)$/.test(type))) return;
    setImmediate(() => {
      if (closed) return;
      executions
        .stop(executionArn, undefined, undefined)
        .catch((error: unknown) => options.onFault(error, `stopping ${executionArn}`));
    });
  }

  function log(machineArn: string, executionArn: string, events: readonly HistoryEvent[]): void {
    const machine = machines.find(machineArn);
    const logging = machine?.logging;
    if (logging === undefined || logging.level === "OFF") return;
    const wanted = events.filter((event) => isLogged(event, logging.level));
    if (wanted.length === 0) return;
    options.putLogEvents(
      logging.logGroupName,
      `states/${machine?.name}/${new Date(options.clock.now()).toISOString().slice(0, 10)}`,
      wanted.map((event) => logRecord(event, executionArn, logging.includeExecutionData)),
    );
  }

  const executions = createExecutions({
    place,
    store,
    machineOf,
    clock: options.clock,
    random: Math.random,
    invoker: createTaskInvoker(options.services),
    onEvents(machineArn, executionArn, events) {
      log(machineArn, executionArn, events);
      stopIfDeleting(machineArn, executionArn, events);
    },
    onStatusChange() {
      machines.executionEnded();
      deliverChanges();
    },
    onFault: options.onFault,
  });

  return {
    service: jsonService({
      name: "states",
      jsonVersion: "1.0",
      errorPrefix: "com.amazonaws.states#",
      operations: statesOperations({ place, executions, machines }),
    }),

    putStateMachine(machine) {
      try {
        machines.declare(machine);
      } catch (error) {
        const why = error instanceof Error ? error.message : String(error);
        throw new Error(`The state machine ${machine.name} can't be made: ${why}`, {
          cause: error,
        });
      }
    },

    start() {
      machines.sweep();
      deliverChanges();
      executions.resume();
    },

    async close() {
      executions.close();
      closed = true;
      cancelRetry?.();
      await delivering;
      await store.close();
    },
  };
}

/** Beside the executions: `states.sqlite` and `states-machines.sqlite`. */
const machineFileOf = (databaseFile: string): string =>
  databaseFile.replace(/(\.\w+)?$/, (extension) => `-machines${extension}`);

/** https://docs.aws.amazon.com/step-functions/latest/dg/eventbridge-integration.html; times in milliseconds. */
function statusChangeEvent(execution: ExecutionSummary) {
  return {
    source: "aws.states",
    "detail-type": "Step Functions Execution Status Change",
    resources: [execution.executionArn],
    time: execution.stopDate ?? execution.startDate,
    detail: {
      executionArn: execution.executionArn,
      stateMachineArn: execution.stateMachineArn,
      name: execution.name,
      status: execution.status,
      startDate: execution.startDate,
      stopDate: execution.stopDate ?? null,
      input: execution.input,
      output: execution.output ?? null,
      error: execution.error ?? null,
      cause: execution.cause ?? null,
      inputDetails: { included: true },
      outputDetails: execution.output === undefined ? null : { included: true },
    },
  };
}

const failureTypes = /(Failed|TimedOut|Aborted)$/;

function isLogged(event: HistoryEvent, level: "ALL" | "ERROR" | "FATAL" | "OFF"): boolean {
  if (level === "ALL") return true;
  if (level === "ERROR") return failureTypes.test(event.type);
  return level === "FATAL" && /^Execution(Failed|TimedOut|Aborted)$/.test(event.type);
}

function logRecord(event: HistoryEvent, executionArn: string, includeData: boolean) {
  const details = Object.entries(event).find(([name]) => name.endsWith("EventDetails"))?.[1];
  return {
    timestamp: event.timestamp,
    message: JSON.stringify({
      id: String(event.id),
      type: event.type,
      ...(includeData && details !== undefined ? { details } : {}),
      previous_event_id: String(event.previousEventId),
      event_timestamp: String(event.timestamp),
      execution_arn: executionArn,
      redrive_count: "0",
    }),
  };
}
