import type { Clock, ExecutionSummary, HistoryEvent } from "@darkroom/states";
import { type JsonService, jsonService } from "../http/json-service.ts";
import type { Place } from "../place.ts";
import type { StateMachineDraft } from "../terraform/draft.ts";
import { createExecutions } from "./executions.ts";
import { type DefinedStateMachine, definitionHash, parsedDefinitions } from "./machines.ts";
import { statesOperations } from "./operations.ts";
import { openStatesStore } from "./store.ts";
import { createTaskInvoker, type TaskServices } from "./task-invoker.ts";

export interface States {
  readonly service: JsonService;
  /** Defines or redefines a machine; running executions keep the definition they started with. */
  putStateMachine(machine: StateMachineDraft): void;
  /** Resumes what was running when the process ended. */
  start(): void;
  close(): Promise<void>;
}

export interface StatesOptions {
  readonly place: Place;
  readonly databaseFile: string;
  readonly clock: Clock;
  readonly services: TaskServices;
  /** Throws unless the role lets Step Functions act with it. */
  readonly requireTrust: (roleArn: string, servicePrincipal: string) => void;
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
  readonly onFault: (error: unknown, where: string) => void;
}

/** AWS Step Functions over the states engine, with its journal in SQLite. */
export function createStates(options: StatesOptions): States {
  const { place } = options;
  const store = openStatesStore(options.databaseFile);
  const machines = new Map<string, DefinedStateMachine>();
  const machineOf = parsedDefinitions();
  let delivering: Promise<void> = Promise.resolve();
  let closed = false;

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
          if (delivered !== undefined) store.changesDelivered(delivered);
        }
      }
    });
    delivering = delivering.catch((error: unknown) =>
      options.onFault(error, "status-change events"),
    );
  }

  function log(machineArn: string, executionArn: string, events: readonly HistoryEvent[]): void {
    const machine = machines.get(machineArn);
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
    onEvents: log,
    onStatusChange: deliverChanges,
    onFault: options.onFault,
  });

  return {
    service: jsonService({
      name: "states",
      jsonVersion: "1.0",
      errorPrefix: "com.amazonaws.states#",
      operations: statesOperations({ place, executions, machines }),
    }),

    putStateMachine(config) {
      options.requireTrust(config.roleArn, "states.amazonaws.com");
      const arn = `arn:aws:states:${place.region}:${place.accountId}:stateMachine:${config.name}`;
      const hash = definitionHash(config.definition);
      // Refused here and not by its first execution.
      machineOf(hash, () => config.definition);
      machines.set(arn, { ...config, arn, hash, creationDate: options.clock.now() });
    },

    start() {
      deliverChanges();
      executions.resume();
    },

    async close() {
      await executions.close();
      closed = true;
      await delivering;
      store.close();
    },
  };
}

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
