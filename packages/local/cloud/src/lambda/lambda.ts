import { randomUUID } from "node:crypto";
import { join } from "node:path";
import type { Clock } from "@darkroom/states";
import type { Caller } from "../caller.ts";
import type { RecordMetric } from "../cloudwatch/metric.ts";
import type { AccessKey } from "../credentials.ts";
import type { InvocationFault } from "../faults/fault.ts";
import type { JsonService } from "../http/json-service.ts";
import type { Place } from "../place.ts";
import type { Call, NamedService } from "../service.ts";
import type {
  EventSourceMappingDraft,
  FunctionDraft,
  PermissionDraft,
} from "../terraform/draft.ts";
import { createAsyncInvocations } from "./async-invocations.ts";
import { createCodeDownload } from "./code-download.ts";
import { createEventSourceMapping, type EventSourceMapping } from "./event-source-mapping.ts";
import type { InvocationResult } from "./execution-environment.ts";
import { latestVersion } from "./function-name.ts";
import { codeFolderIn, createFunctions, type DeployedFunction } from "./functions.ts";
import type { LogEvent } from "./invocation-log.ts";
import { checkPayload, invokeOperation } from "./invoke-operation.ts";
import { createInvoker } from "./invoker.ts";
import { lambdaOperations } from "./operations.ts";
import { restService } from "./rest-service.ts";

export interface LambdaOptions {
  readonly place: Place;
  /** Where code is unpacked, and the queue of asynchronous invocations stands. */
  readonly folder: string;
  readonly clock: Clock;
  /** Of the local cloud, by IP address: the SDKs in the functions are sent there. */
  readonly endpointUrl: string;
  /** What the archives of functions are relative to. */
  readonly stackFolder: string;
  /** The folder that stands for a layer: its `node_modules` are on the function's NODE_PATH. */
  readonly layerFolders: ReadonlyMap<string, string>;
  readonly issueRoleKey: (roleArn: string, sessionName: string) => AccessKey;
  /** Throws unless the role lets Lambda act with it. */
  readonly requireTrust: (roleArn: string, servicePrincipal: string, sourceArn: string) => void;
  /** Writes a function's log, if its role lets it. */
  readonly appendLog: (
    logGroup: string,
    stream: string,
    events: readonly LogEvent[],
    writer: Call,
  ) => void;
  readonly sqs: Pick<JsonService, "call">;
  readonly callAs: (caller: Caller, signal: AbortSignal) => Call;
  /** Of the machine: it bounds how many invocations run at once, and the sum of the memory sizes of all processes. */
  readonly capacity: { readonly cores: number; readonly memoryMb: number };
  /** What is to become of an invocation that begins now, beside what its function makes of it. */
  readonly takeFault?: (functionName: string) => InvocationFault | undefined;
  /** Takes the metrics of invocations. */
  readonly recordMetric?: RecordMetric;
  readonly onFault: (error: unknown, where: string) => void;
}

export interface Lambda {
  readonly service: NamedService;
  /** @throws Error that names the function and what about it can't be run here. */
  putFunction(definition: FunctionDraft): void;
  putPermission(permission: PermissionDraft): void;
  putEventSourceMapping(mapping: EventSourceMappingDraft): void;
  /**
   * Invokes a function and waits for its answer (RequestResponse).
   * @param functionName its name or ARN
   * @param payload JSON text, up to 6 MB
   * @param options.signal aborted while the invocation waits for a place, it does not run; one that runs goes on to its
   *   end, as on AWS, and its result is for nobody
   * @param options.onStarted called when it has got its place
   * @throws AwsError for what is no failure of the function itself: ResourceNotFoundException, AccessDeniedException,
   *   TooManyRequestsException, RequestEntityTooLargeException, ServiceException
   */
  invoke(
    functionName: string,
    payload: string,
    options: { call: Call; signal?: AbortSignal; onStarted?: () => void; tail?: boolean },
  ): Promise<InvocationResult & { readonly executedVersion: string }>;
  /** @throws AwsError as the invocation type DryRun does: there is no such function, or the caller may not invoke it */
  requireInvocable(functionName: string, call: Call): void;
  /**
   * Queues an event for a function (the invocation type Event); when this resolves, the event is on disk.
   * @param payload JSON text, up to 1 MB
   */
  invokeAsync(functionName: string, payload: string, options: { call: Call }): Promise<void>;
  /** Begins to poll queues and to work off asynchronous invocations. */
  start(): void;
  /** Stops polling, waits up to three seconds for what runs, then kills it. */
  close(): Promise<void>;
}

/** AWS Lambda: functions run as their deployed bundle, each in processes of its own. */
export function createLambda(options: LambdaOptions): Lambda {
  const { place, clock, onFault } = options;
  const mappings = new Map<string, EventSourceMapping>();
  const invoker = createInvoker(options);
  const functions = createFunctions({
    ...options,
    codeFolder: codeFolderIn(options.folder),
    onChange: invoker.retire,
  });
  /** What Lambda runs on its own account, for a queue or from its own. */
  const self: Caller = {
    kind: "service",
    accountId: place.accountId,
    principal: "lambda.amazonaws.com",
    sourceArn: "",
  };
  const events = createAsyncInvocations({
    databaseFile: join(options.folder, "async-invocations.sqlite"),
    clock,
    atOnce: invoker.places,
    run: (event) =>
      invoker.invoke(functions.require(event.functionName), event.payload, {
        requestId: event.requestId,
        caller: self,
      }),
    onDropped: (error) => onFault(error, "asynchronous invocations"),
    onFault: (error) => onFault(error, "asynchronous invocations"),
  });

  /** The function, if it is there and the caller may invoke it. */
  function authorized(text: string, qualifier: string | undefined, call: Call): DeployedFunction {
    const { name, arn } = functions.reference(text);
    call.authorize("lambda:InvokeFunction", arn, { resourcePolicy: functions.policy(name, arn) });
    return functions.require(text, qualifier);
  }

  function enqueue({ definition }: DeployedFunction, payload: string, requestId: string): void {
    events.add({ requestId, functionName: definition.name, payload });
  }

  const code = createCodeDownload({ ...options, now: Date.now });

  const service = restService({
    download(request) {
      const name = code.functionOf(request);
      return name === undefined ? undefined : code.download(functions.require(name), request);
    },
    operations: lambdaOperations({
      place,
      functions,
      mappings: () => [...mappings.values()],
      startedMs: clock.now(),
      linkToCode: code.linkTo,
    }),
    invoke: (name, request) =>
      invokeOperation(name, request, {
        require: authorized,
        enqueue: (deployed, payload, { requestId }) => enqueue(deployed, payload, requestId),
        run: (deployed, payload, { clientContext, tail }) =>
          invoker.invoke(deployed, payload, {
            requestId: request.requestId,
            caller: request.caller,
            signal: request.signal,
            clientContext,
            tail,
          }),
      }),
  });

  return {
    service,
    putFunction: functions.put,
    putPermission: functions.putPermission,

    putEventSourceMapping(draft) {
      const mapping = createEventSourceMapping(draft, () => functions.find(draft.functionName), {
        ...options,
        whenCalm: invoker.whenCalm,
        invoke: (deployed, payload) =>
          invoker.invoke(deployed, payload, {
            requestId: randomUUID(),
            caller: self,
            urgent: true,
          }),
      });
      mappings.set(draft.address, mapping);
    },

    async invoke(functionName, payload, { call, signal, onStarted, tail }) {
      const deployed = authorized(functionName, undefined, call);
      const result = await invoker.invoke(deployed, checkPayload(payload, false), {
        requestId: call.requestId,
        caller: call.caller,
        signal: signal ?? call.signal,
        onStarted,
        tail: tail ?? false,
      });
      return { ...result, executedVersion: latestVersion };
    },

    requireInvocable: (functionName, call) => void authorized(functionName, undefined, call),

    async invokeAsync(functionName, payload, { call }) {
      const deployed = authorized(functionName, undefined, call);
      enqueue(deployed, checkPayload(payload, true), call.requestId);
    },

    start() {
      functions.sweep();
      for (const mapping of mappings.values()) mapping.start();
      events.start();
    },

    async close() {
      for (const mapping of mappings.values()) mapping.stop();
      events.stop();
      await invoker.close();
      await Promise.all([...mappings.values()].map((mapping) => mapping.close()));
      await events.close();
    },
  };
}
