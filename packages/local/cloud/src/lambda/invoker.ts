import { randomUUID } from "node:crypto";
import type { Clock } from "@darkroom/states";
import type { Caller } from "../caller.ts";
import { invocationMetrics } from "../cloudwatch/invocation-metrics.ts";
import type { RecordMetric } from "../cloudwatch/metric.ts";
import { type AccessKey, roleSession } from "../credentials.ts";
import type { InvocationFault } from "../faults/fault.ts";
import type { Place } from "../place.ts";
import type { Call } from "../service.ts";
import type { FunctionDraft } from "../terraform/draft.ts";
import {
  type ExecutionEnvironment,
  type Invocation,
  type InvocationResult,
  startEnvironment,
} from "./execution-environment.ts";
import { runtimeFolder } from "./function-process.ts";
import type { DeployedFunction } from "./functions.ts";
import { type LogEvent, logStreamName } from "./invocation-log.ts";
import { processVariables } from "./process-variables.ts";
import { createReaper } from "./reaper.ts";
import { createScheduler, type Demand } from "./scheduler.ts";
import { within } from "./within.ts";

export interface InvokeOptions {
  readonly requestId: string;
  readonly caller: Caller;
  /** Aborted while it waits, the invocation does not run; one that runs goes on to its end, as on AWS. */
  readonly signal?: AbortSignal | undefined;
  /** The invocation has got its place; what it waited before counts for nobody's timeout. */
  readonly onStarted?: (() => void) | undefined;
  readonly clientContext?: unknown;
  readonly tail?: boolean;
  /** It goes before all that wait. */
  readonly urgent?: boolean;
}

/** Lambda keeps an idle environment for some minutes; here it is memory of somebody's laptop. */
const idleMs = 3 * 60_000;

/**
 * More than cores, for the time that functions wait for the network and the disk: measured on two cores with the thumbnail
 * function, a third place makes a quarter more, a fourth nothing.
 */
const placesPerCore = 1.5;

/** A function's log is written to its end. */
const never = new AbortController().signal;

/** How long `close` waits for what runs. */
const closeLimitMs = 3000;

/** The caller that a function's own calls come from. */
function sessionArn({ roleArn, name }: FunctionDraft): string {
  const session = roleSession(roleArn, name);
  return session.kind === "role" ? session.arn : "";
}

/** Runs functions in their processes, as many at once as the machine has cores and memory for. */
export function createInvoker(options: {
  place: Place;
  clock: Clock;
  endpointUrl: string;
  capacity: { cores: number; memoryMb: number };
  issueRoleKey: (roleArn: string, sessionName: string) => AccessKey;
  appendLog: (logGroup: string, stream: string, events: readonly LogEvent[], writer: Call) => void;
  callAs: (caller: Caller, signal: AbortSignal) => Call;
  takeFault?: (functionName: string) => InvocationFault | undefined;
  recordMetric?: RecordMetric;
}) {
  const { clock, recordMetric = () => {} } = options;
  const metrics = invocationMetrics(recordMetric);
  const places = Math.ceil(options.capacity.cores * placesPerCore);
  const reaper = createReaper();
  const keys = new Map<string, AccessKey>();
  const alive = new Set<ExecutionEnvironment>();
  /** How many invocations run by the ARN of their role's session. */
  const sessions = new Map<string, number>();
  let onAllGone: (() => void) | undefined;
  const scheduler = createScheduler<ExecutionEnvironment>({
    places,
    memoryMb: options.capacity.memoryMb,
    idleMs,
    clock,
    stop: (environment) => environment.stop(),
    idleMb: (environment) => environment.usedMb(),
  });

  /** All processes of a function with a role share one session, as they share its permissions. */
  function roleKey(roleArn: string, functionName: string): AccessKey {
    const id = `${roleArn} ${functionName}`;
    const key = keys.get(id) ?? options.issueRoleKey(roleArn, functionName);
    keys.set(id, key);
    return key;
  }

  function start({ definition, code, layerFolders }: DeployedFunction): ExecutionEnvironment {
    const logStream = logStreamName(definition, clock.now(), randomUUID().replaceAll("-", ""));
    const writer = options.callAs(roleSession(definition.roleArn, definition.name), never);
    const environment = startEnvironment({
      definition,
      variables: processVariables({
        definition,
        place: options.place,
        key: roleKey(definition.roleArn, definition.name),
        endpointUrl: options.endpointUrl,
        taskRoot: code.folder,
        runtimeFolder,
        layerFolders,
        logStream,
      }),
      taskRoot: code.folder,
      compileCacheFolder: code.compileCacheFolder,
      reaper,
      now: clock.now,
      log: (events) => options.appendLog(definition.logGroup, logStream, events, writer),
      onExit: () => scheduler.lost(environment),
      onGone() {
        alive.delete(environment);
        if (alive.size === 0) onAllGone?.();
      },
    });
    alive.add(environment);
    return environment;
  }

  const demandOf = (deployed: DeployedFunction): Demand<ExecutionEnvironment> => ({
    key: `${deployed.definition.name} ${deployed.revisionId}`,
    functionName: deployed.definition.name,
    memoryMb: deployed.definition.memoryMb,
    start: () => start(deployed),
  });

  return {
    /** How many invocations run at once. */
    places,
    whenCalm: scheduler.whenCalm,
    /** A function's configuration has changed: its processes are stopped, those that run after their invocation. */
    retire: scheduler.retire,

    /**
     * @param payload JSON text
     * @throws AwsError for what is no failure of the function itself
     */
    async invoke(
      deployed: DeployedFunction,
      payload: string,
      request: InvokeOptions,
    ): Promise<InvocationResult> {
      const { definition } = deployed;
      const lease = await scheduler
        .acquire(demandOf(deployed), {
          signal: request.signal,
          nested: request.caller.kind === "role" && sessions.has(request.caller.arn),
          urgent: request.urgent ?? false,
          bytes: payload.length,
        })
        .catch((error: unknown) => {
          metrics.refused(definition.name, error);
          throw error;
        });
      const ended = metrics.begun(definition.name);
      let durationMs = 0;
      let result: InvocationResult | undefined;
      const session = sessionArn(definition);
      sessions.set(session, (sessions.get(session) ?? 0) + 1);
      try {
        request.onStarted?.();
        const invocation: Invocation = {
          requestId: request.requestId,
          functionArn: definition.arn,
          payload,
          clientContext: request.clientContext,
          tail: request.tail ?? false,
          fault: options.takeFault?.(definition.name),
          onDuration(milliseconds) {
            durationMs = milliseconds;
          },
        };
        result = await lease.process.run(invocation);
        return result;
      } finally {
        ended(result && { ...result, durationMs });
        const left = (sessions.get(session) ?? 1) - 1;
        if (left === 0) sessions.delete(session);
        else sessions.set(session, left);
        lease.release(lease.process.usable());
      }
    },

    async close(): Promise<void> {
      await within(closeLimitMs, scheduler.drain());
      scheduler.close();
      await scheduler.drain();
      if (alive.size > 0) {
        await new Promise<void>((resolve) => {
          onAllGone = resolve;
        });
      }
      await reaper.close();
    },
  };
}
