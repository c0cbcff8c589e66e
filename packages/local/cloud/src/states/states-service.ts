import { basename, dirname, join } from "node:path";
import type { Clock, HistoryEvent } from "@darkroom/states";
import { executionMetrics } from "../cloudwatch/execution-metrics.ts";
import type { RecordMetric } from "../cloudwatch/metric.ts";
import { roleSession } from "../credentials.ts";
import { type JsonService, jsonService } from "../http/json-service.ts";
import type { Place } from "../place.ts";
import type { ActivityDraft, StateMachineDraft } from "../terraform/draft.ts";
import { createActivities } from "./activities.ts";
import { openActivityStore } from "./activity-store.ts";
import { createExecutions } from "./executions.ts";
import { createExpressExecutions } from "./express/express-executions.ts";
import { createMapRunStorage } from "./integrations/map-run-storage.ts";
import type { TaskServices } from "./integrations/task-services.ts";
import { createMachineRegistry } from "./machine-registry.ts";
import { openMachineStore } from "./machine-store.ts";
import { parsedDefinitions } from "./machines.ts";
import type { Surroundings } from "./map-runs/express-children.ts";
import { listedChildren } from "./map-runs/listed-children.ts";
import { createMapRunHost } from "./map-runs/map-run-host.ts";
import { statesOperations } from "./operations.ts";
import { statusChangeEvent } from "./status-change-event.ts";
import { openStatesStore } from "./store.ts";
import { createTaskInvoker } from "./task-invoker.ts";
import { openTaskTokens } from "./task-tokens.ts";

export interface States {
  readonly service: JsonService;
  /**
   * Defines or redefines a machine of the stack; running executions keep the definition they started with.
   * @throws Error that names the machine and what is wrong with it
   */
  putStateMachine(machine: StateMachineDraft): void;
  /** Makes an activity of the stack, if it isn't there. */
  putActivity(activity: ActivityDraft): void;
  /**
   * Resumes what was running when the process ended. Machines and activities that the stack once declared, and that were
   * not put before this, are deleted.
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
  /** Takes the metrics of executions. */
  readonly recordMetric?: RecordMetric;
  readonly onFault: (error: unknown, where: string) => void;
}

/** After a fault, as of a full disk. */
const deliverAgainMs = 1000;

/** AWS Step Functions over the states engine, with its journal in SQLite. */
export function createStates(options: StatesOptions): States {
  const { place } = options;
  const store = openStatesStore(options.databaseFile);
  const beside = (what: string): string => fileBeside(options.databaseFile, what);
  const machineStore = openMachineStore(beside("-machines.sqlite"));
  const activities = createActivities({
    place,
    store: openActivityStore(beside("-activities.sqlite")),
    clock: options.clock,
  });
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
        redriven: undefined,
      }).length > 0,
  });
  const countExecutions =
    options.recordMetric === undefined
      ? () => {}
      : executionMetrics(options.recordMetric, (arn) => store.find(arn)?.startDate);
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
            await options.putEvent(statusChangeEvent(change));
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
      wanted.map((event) =>
        logRecord(event, executionArn, {
          includeData: logging.includeExecutionData,
          redriveCount: store.find(executionArn)?.redriveCount ?? 0,
        }),
      ),
    );
  }

  const services = new Map(options.services.services);
  const surroundings: Surroundings = {
    clock: options.clock,
    random: Math.random,
    invoker: createTaskInvoker({
      services: { ...options.services, services },
      now: () => options.clock.now(),
      onFault: options.onFault,
      untilEnded: (executionArn, signal) => executions.untilEnded(executionArn, signal),
      activities,
    }),
    activityExists: (activityArn) => activities.find(activityArn) !== undefined,
  };
  const mapRuns = createMapRunHost({
    place,
    store,
    surroundings,
    startChild: (child) => executions.startChild(child),
    storage: createMapRunStorage({
      services: { ...options.services, services },
      onFault: options.onFault,
    }),
    requireStart({ roleArn, executionArn }, machineArn) {
      const session = roleSession(roleArn, executionArn.split(":").at(-1) ?? "");
      options.services
        .callAs(session, new AbortController().signal)
        .authorize("states:StartExecution", machineArn);
    },
  });
  const executions = createExecutions({
    ...surroundings,
    place,
    store,
    machineOf,
    mapRuns,
    tokens: openTaskTokens(beside("-task-tokens.key")),
    onEvents(machineArn, executionArn, events) {
      countExecutions(machineArn, executionArn, events);
      log(machineArn, executionArn, events);
      stopIfDeleting(machineArn, executionArn, events);
    },
    onStatusChange() {
      machines.executionEnded();
      deliverChanges();
    },
    onFault: options.onFault,
  });

  const express = createExpressExecutions({
    place,
    store,
    surroundings,
    machineOf,
    onEvents(machineArn, executionArn, events) {
      countExecutions(machineArn, executionArn, events);
      log(machineArn, executionArn, events);
    },
    onFault: options.onFault,
  });

  const service = jsonService({
    name: "states",
    jsonVersion: "1.0",
    errorPrefix: "com.amazonaws.states#",
    operations: statesOperations({
      place,
      executions,
      express,
      machines,
      activities,
      children: listedChildren(store),
      store,
      mapRuns,
      clock: options.clock,
    }),
  });
  // State machines start executions of others.
  services.set(service.name, service);

  return {
    service,

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

    putActivity: ({ name }) => activities.declare(name),

    start() {
      machines.sweep();
      activities.sweep();
      deliverChanges();
      executions.resume();
      express.resume();
      mapRuns
        .sweep()
        .catch((error: unknown) => {
          // What a close has interrupted is swept at the next start.
          if (!closed) options.onFault(error, "map runs of executions that have ended");
        })
        .finally(deliverChanges);
    },

    async close() {
      closed = true;
      activities.close();
      executions.close();
      express.close();
      cancelRetry?.();
      await delivering;
      await store.close();
      machineStore.close();
    },
  };
}

/** Beside the executions in `states.sqlite`: `states-machines.sqlite`, `states-activities.sqlite`, `states-task-tokens.key`. */
const fileBeside = (databaseFile: string, what: string): string =>
  join(dirname(databaseFile), basename(databaseFile, ".sqlite") + what);

const failureTypes = /(Failed|TimedOut|Aborted)$/;

function isLogged(event: HistoryEvent, level: "ALL" | "ERROR" | "FATAL" | "OFF"): boolean {
  if (level === "ALL") return true;
  if (level === "ERROR") return failureTypes.test(event.type);
  return level === "FATAL" && /^Execution(Failed|TimedOut|Aborted)$/.test(event.type);
}

function logRecord(
  event: HistoryEvent,
  executionArn: string,
  { includeData, redriveCount }: { includeData: boolean; redriveCount: number },
) {
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
      redrive_count: String(redriveCount),
    }),
  };
}
