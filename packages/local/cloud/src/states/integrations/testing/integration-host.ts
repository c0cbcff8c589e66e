import { randomUUID } from "node:crypto";
import { join } from "node:path";
import { type Json, TaskFailedError, type TaskInvoker } from "@darkroom/states";
import type { Caller } from "../../../caller.ts";
import { createDynamoDb } from "../../../dynamodb/dynamodb.ts";
import { createEvents, type EventsOptions } from "../../../events/events.ts";
import { createAccess } from "../../../iam/access.ts";
import { createLogs } from "../../../logs/logs.ts";
import { createS3 } from "../../../s3/s3.ts";
import type { Call, Service } from "../../../service.ts";
import { createSqs } from "../../../sqs/sqs.ts";
import { createSts } from "../../../sts/sts.ts";
import { systemClock } from "../../../system-clock.ts";
import { temporaryFolder } from "../../../testing/temporary-folder.ts";
import { place } from "../../../testing/test-endpoint.ts";
import { createStates } from "../../states-service.ts";
import { createTaskInvoker } from "../../task-invoker.ts";
import type { FunctionResult, TaskServices } from "../task-services.ts";

export const machineRole = `arn:aws:iam::${place.accountId}:role/machine`;
export const machineArn = `arn:aws:states:${place.region}:${place.accountId}:stateMachine:tested`;
export const executionArn = `arn:aws:states:${place.region}:${place.accountId}:execution:tested:one`;

export interface Failure {
  readonly error: string;
  readonly cause: string;
}

export type IntegrationHost = ReturnType<typeof openIntegrationHost>;

/** The services that state machines call, as they are, but for Lambda, of which a test has its own. */
export function openIntegrationHost(
  options: {
    answer?: (
      functionName: string,
      payload: string,
      asked: { tail: boolean; call: Call },
    ) => FunctionResult | Promise<FunctionResult>;
    /** In place of Lambda's API. */
    lambda?: Service;
    deliver?: EventsOptions["deliver"];
    /** Where an earlier one has left what it knows. */
    folder?: string;
  } = {},
) {
  const folder = options.folder ?? temporaryFolder();
  const clock = systemClock();
  const faults: unknown[] = [];
  const onFault = (error: unknown): void => void faults.push(error);
  const common = { place, clock, onFault };
  const file = (name: string): string => join(folder, `${name}.sqlite`);
  const access = createAccess();

  const dynamodb = createDynamoDb({ ...common, databaseFile: file("dynamodb") });
  const endpointUrl = "http://127.0.0.1:4566";
  const sqs = createSqs({ ...common, databaseFile: file("sqs"), endpointUrl });
  const s3 = createS3({ ...common, folder: join(folder, "s3"), deliver: async () => {} });
  const logs = createLogs({ ...common, databaseFile: file("logs") });
  const events = createEvents({
    ...common,
    databaseFile: file("events"),
    deliver: options.deliver ?? (async () => {}),
    sendDeadLetter: async () => {},
  });
  const sts = createSts({ place });

  const callAs = (caller: Caller, signal = new AbortController().signal): Call => ({
    inProcess: true,
    caller,
    authorize: access.authorizeAs(caller),
    requestId: randomUUID(),
    signal,
  });
  const taskServices: TaskServices = {
    async invokeFunction(functionName, payload, asked) {
      asked.onStarted();
      if (options.answer === undefined) throw new Error("no function here");
      return options.answer(functionName, payload, asked);
    },
    services: new Map(
      [
        ...[dynamodb, sqs, s3, logs, events, sts].map(({ service }) => service),
        ...(options.lambda === undefined ? [] : [options.lambda]),
      ].map((service) => [service.name, service]),
    ),
    callAs(caller, signal, assumedBy) {
      if (assumedBy !== undefined) access.requireAssumable(caller.roleArn, assumedBy);
      return callAs(caller, signal);
    },
  };
  const states = createStates({
    ...common,
    databaseFile: file("states"),
    services: taskServices,
    requireTrust() {},
    putEvent() {},
    putLogEvents() {},
    requireLogDelivery() {},
  });
  const services: TaskServices = {
    ...taskServices,
    services: new Map([...taskServices.services, ["states", states.service]]),
  };
  const invoker: TaskInvoker = createTaskInvoker({
    services,
    now: () => clock.now(),
    onFault,
    untilEnded: () => Promise.reject(new Error("jobs are for machines")),
    activities: { offer() {} },
  });

  /** A role of these statements that Step Functions takes. */
  const putRole = (name: string, ...statements: object[]): string =>
    putTrustingRole(name, { Service: "states.amazonaws.com" }, ...statements);

  function putTrustingRole(name: string, trusted: object, ...statements: object[]): string {
    const arn = `arn:aws:iam::${place.accountId}:role/${name}`;
    const document = (Statement: readonly object[]) =>
      JSON.stringify({ Version: "2012-10-17", Statement });
    access.putRole({
      arn,
      name,
      trustPolicy: document([{ Effect: "Allow", Principal: trusted, Action: "sts:AssumeRole" }]),
      policies: new Map([["inline", document(statements)]]),
    });
    return arn;
  }
  putRole("machine", { Effect: "Allow", Action: "*", Resource: "*" });
  const operator: Caller = {
    kind: "operator",
    accountId: place.accountId,
    arn: `arn:aws:iam::${place.accountId}:user/operator`,
  };
  const sfn = (operation: string, input: object) =>
    states.service.call(operation, input, callAs(operator)) as Promise<Record<string, Json>>;
  for (const service of [dynamodb, sqs, s3, logs, events, states]) service.start();

  async function invoke(resource: string, parameters: Json, roleArn = machineRole): Promise<Json> {
    const result = await invoker.invoke({
      resource,
      parameters,
      executionArn,
      stateMachineArn: machineArn,
      roleArn,
      stateName: "Call",
      retryCount: 0,
      signal: new AbortController().signal,
      onStarted() {},
      onHeartbeat() {},
    });
    return result;
  }

  return {
    folder,
    services,
    dynamodb,
    sqs,
    s3,
    events,
    states,
    faults,
    putRole,
    putTrustingRole,
    sfn,

    /** Makes a call as a task does. `resource` is what stands behind `arn:aws:states:::`. */
    call: (resource: string, parameters: Json, roleArn?: string) =>
      invoke(`arn:aws:states:::${resource}`, parameters, roleArn),
    invoke,

    /** How a call fails. */
    async failure(resource: string, parameters: Json, roleArn?: string): Promise<Failure> {
      try {
        const result = await invoke(
          resource.startsWith("arn:") ? resource : `arn:aws:states:::${resource}`,
          parameters,
          roleArn,
        );
        throw new Error(`it succeeded: ${JSON.stringify(result)}`);
      } catch (error) {
        if (error instanceof TaskFailedError) return { error: error.error, cause: error.cause };
        throw error;
      }
    },

    async createMachine(name: string, definition: object): Promise<string> {
      const text = JSON.stringify(definition);
      const input = { name, definition: text, roleArn: machineRole };
      return String((await sfn("CreateStateMachine", input)).stateMachineArn);
    },

    /** Starts an execution, and gives its ARN. */
    async start(stateMachineArn: string, input: Json = {}): Promise<string> {
      const started = { stateMachineArn, input: JSON.stringify(input) };
      return String((await sfn("StartExecution", started)).executionArn);
    },

    /** The execution's description once it has ended. */
    async ended(arn: string): Promise<Record<string, Json>> {
      for (;;) {
        const execution = await sfn("DescribeExecution", { executionArn: arn });
        if (execution.status !== "RUNNING") return execution;
        await new Promise((resolve) => setImmediate(resolve));
      }
    },

    /** The history once it has an event of this type. */
    async history(arn: string, type: string): Promise<readonly Record<string, Json>[]> {
      for (;;) {
        const { events: told } = await sfn("GetExecutionHistory", { executionArn: arn });
        const history = told as readonly Record<string, Json>[];
        if (history.some((event) => event.type === type)) return history;
        await new Promise((resolve) => setImmediate(resolve));
      }
    },

    async close(): Promise<void> {
      for (const service of [states, events, s3, sqs, dynamodb, logs]) await service.close();
    },
  };
}
