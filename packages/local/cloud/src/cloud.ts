import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import type { Server } from "node:http";
import { availableParallelism, totalmem } from "node:os";
import { dirname, join } from "node:path";
import type { Caller } from "./caller.ts";
import { type CloudWatch, createCloudWatch } from "./cloudwatch/cloudwatch.ts";
import { type AccessKey, openCredentials, roleSession } from "./credentials.ts";
import { openDataFolder } from "./data-folder.ts";
import { createDynamoDb } from "./dynamodb/dynamodb.ts";
import { createEvents } from "./events/events.ts";
import { createFaults } from "./faults/faults.ts";
import { createEndpoint } from "./http/endpoint.ts";
import { createAccess } from "./iam/access.ts";
import { createLambda } from "./lambda/lambda.ts";
import { createLogs } from "./logs/logs.ts";
import { operatorKeyFile } from "./operator-key.ts";
import {
  createRekognition,
  type LabelDetector,
  type ModerationDetector,
} from "./rekognition/rekognition.ts";
import { createS3 } from "./s3/s3.ts";
import type { Call, NamedService } from "./service.ts";
import { createSqs } from "./sqs/sqs.ts";
import { createStates } from "./states/states-service.ts";
import { createSts } from "./sts/sts.ts";
import { systemClock } from "./system-clock.ts";
import { loadStack } from "./terraform/load-stack.ts";

export interface CloudOptions {
  /** Where everything is kept; one process at a time. */
  readonly dataFolder: string;
  /** On 127.0.0.1 only. */
  readonly port: number;
  /** Terraform JSON, as CDKTF synthesizes it. */
  readonly stackFile: string;
  /** Which folder stands for a Lambda layer of this name. */
  readonly layerFolders: ReadonlyMap<string, string>;
  readonly labels: LabelDetector & ModerationDetector;
  /** Told one line at a time: what went wrong inside, and nothing secret. */
  readonly log: (line: string) => void;
}

/** The local cloud, running. */
export interface Cloud {
  readonly endpointUrl: string;
  readonly region: string;
  readonly operatorKey: AccessKey;
  /** The stack's outputs by name. */
  readonly outputs: ReadonlyMap<string, unknown>;
  /** Stops taking requests, lets go of what runs, and releases the data folder. Nothing acknowledged is lost. */
  close(): Promise<void>;
}

/** The account that everything local belongs to. */
const accountId = "000000000000";

/** Of the machine's memory, what all Lambda functions together may have: the rest is for everything else that runs. */
const memoryShare = 0.6;

/**
 * Applies a stack on this machine and serves what it describes.
 * @throws Error whose message is one line for a person: the folder is in use or can't be written, the port is taken, the
 *   stack file is missing or asks for something that the local cloud doesn't have
 */
export async function startCloud(options: CloudOptions): Promise<Cloud> {
  const folder = openDataFolder(options.dataFolder);
  const opened: { close(): Promise<void> | void }[] = [{ close: () => folder.release() }];
  const close = async (): Promise<void> => {
    for (const one of opened.splice(0).reverse()) await one.close();
  };
  try {
    return { ...(await open(options, opened)), close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function open(
  options: CloudOptions,
  opened: { close(): Promise<void> | void }[],
): Promise<Omit<Cloud, "close">> {
  const { place, draft, outputs } = loadStack(readStack(options.stackFile), accountId);
  const endpointUrl = `http://127.0.0.1:${options.port}`;
  const file = (name: string): string => join(options.dataFolder, name);
  const clock = systemClock();
  const access = createAccess();
  const credentials = openCredentials(operatorKeyFile(options.dataFolder), accountId);

  const onFault = (error: unknown, where: string): void => {
    options.log(`${where}: ${oneLine(error)}`);
  };
  const callAs = (caller: Caller, signal = new AbortController().signal): Call => ({
    inProcess: true,
    caller,
    authorize: access.authorizeAs(caller),
    requestId: randomUUID(),
    signal,
  });
  const callFor = (principal: string, sourceArn: string): Call =>
    callAs({ kind: "service", accountId, principal, sourceArn });
  const closing = <T extends { close(): Promise<void> | void }>(service: T): T => {
    opened.push(service);
    return service;
  };

  const common = { place, clock, onFault };
  const faults = closing(
    createFaults({
      databaseFile: file("faults.sqlite"),
      clock,
      functionNames: () => [...draft.functions.values()].map(({ name }) => name),
      services: (): readonly NamedService[] => [...ofTasks, states.service],
    }),
  );
  // Closed after those whose metrics it takes.
  const cloudwatch: CloudWatch = closing(
    createCloudWatch({
      ...common,
      databaseFile: file("cloudwatch.sqlite"),
      queues: () => sqs.depths(),
    }),
  );
  const recordMetric = cloudwatch.record;
  const logs = closing(
    createLogs({
      ...common,
      databaseFile: file("logs.sqlite"),
      onAppended: cloudwatch.readLog,
    }),
  );
  const dynamodb = closing(createDynamoDb({ ...common, databaseFile: file("dynamodb.sqlite") }));
  const sqs = closing(
    createSqs({ ...common, databaseFile: file("sqs.sqlite"), endpointUrl, recordMetric }),
  );
  const send = async (
    queueArn: string,
    body: string,
    call: Call,
    attributes?: object,
  ): Promise<void> => {
    const message = {
      QueueUrl: sqs.queueUrl(queueArn),
      MessageBody: body,
      ...(attributes === undefined ? {} : { MessageAttributes: attributes }),
    };
    await sqs.service.call("SendMessage", message, call);
  };
  const s3 = closing(
    createS3({
      ...common,
      folder: file("s3"),
      deliver: ({ targetArn, bucketArn, body }) => {
        const call = callFor("s3.amazonaws.com", bucketArn);
        if (targetArn.startsWith("arn:aws:events:")) {
          return events.putServiceEvent({ ...JSON.parse(body), resources: [bucketArn] });
        }
        return targetArn.startsWith("arn:aws:lambda:")
          ? lambda.invokeAsync(targetArn, body, { call })
          : send(targetArn, body, call);
      },
      checkFunction: async ({ targetArn, bucketArn }) =>
        lambda.requireInvocable(targetArn, callFor("s3.amazonaws.com", bucketArn)),
    }),
  );
  // Closed after Lambda: functions that come to their end meanwhile need the endpoint.
  let server: Server | undefined;
  closing({ close: () => (server === undefined ? undefined : stopServing(server)) });
  const lambda = closing(
    createLambda({
      ...common,
      folder: file("lambda"),
      endpointUrl,
      stackFolder: dirname(options.stackFile),
      layerFolders: options.layerFolders,
      issueRoleKey: credentials.issueRoleKey,
      requireTrust: access.requireTrust,
      appendLog: logs.append,
      sqs: sqs.service,
      callAs,
      takeFault: faults.takeForInvocation,
      recordMetric,
      capacity: {
        cores: availableParallelism(),
        memoryMb: Math.floor((totalmem() * memoryShare) / 2 ** 20),
      },
    }),
  );
  const events = closing(
    createEvents({
      ...common,
      databaseFile: file("events.sqlite"),
      deliver: ({ ruleArn, targetArn, event }) => {
        const call = callFor("events.amazonaws.com", ruleArn);
        const body = JSON.stringify(event);
        return targetArn.startsWith("arn:aws:sqs:")
          ? send(targetArn, body, call)
          : lambda.invokeAsync(targetArn, body, { call });
      },
      sendDeadLetter: ({ queueArn, ruleArn, body, attributes }) =>
        send(queueArn, body, callFor("events.amazonaws.com", ruleArn), attributes),
    }),
  );
  const rekognition = createRekognition({
    detector: options.labels,
    readObject: s3.readObject,
    moderation: { detector: options.labels, readMetadata: s3.readMetadata },
  });
  const sts = createSts({ place });
  const ofTasks: readonly NamedService[] = [
    s3,
    sqs,
    dynamodb,
    lambda,
    events,
    logs,
    cloudwatch,
    rekognition,
  ].map(({ service }) => faults.faulty<NamedService>(service));
  const states = closing(
    createStates({
      ...common,
      databaseFile: file("states.sqlite"),
      requireTrust: access.requireTrust,
      putEvent: events.putServiceEvent,
      recordMetric,
      putLogEvents: logs.append,
      requireLogDelivery: (roleArn, group) =>
        logs.requireDelivery(callAs(roleSession(roleArn, "StepFunctions")), group),
      services: {
        async invokeFunction(name, payload, invocation) {
          await faults.beforeCall("lambda", "Invoke", invocation.call);
          return lambda.invoke(name, payload, invocation);
        },
        services: new Map([...ofTasks, sts.service].map((service) => [service.name, service])),
        callAs(caller, signal, assumedBy) {
          if (assumedBy !== undefined) access.requireAssumable(caller.roleArn, assumedBy);
          return callAs(caller, signal);
        },
      },
    }),
  );

  for (const role of draft.roles.values()) access.putRole(role);
  for (const group of draft.logGroups.values()) logs.putLogGroup(group);
  for (const table of draft.tables.values()) dynamodb.putTable(table);
  for (const queue of draft.queues.values()) sqs.putQueue(queue);
  for (const bucket of draft.buckets.values()) s3.putBucket(bucket);
  for (const one of draft.functions.values()) lambda.putFunction(one);
  for (const permission of draft.permissions) lambda.putPermission(permission);
  for (const mapping of draft.eventSourceMappings) lambda.putEventSourceMapping(mapping);
  for (const activity of draft.activities.values()) states.putActivity(activity);
  for (const machine of draft.stateMachines.values()) states.putStateMachine(machine);
  for (const rule of draft.rules.values()) events.putRule(rule);

  server = createEndpoint({
    services: [...ofTasks, faults.faulty(states.service), sts.service, faults.service],
    credentials,
    authorizeAs: access.authorizeAs,
    onFault,
  });
  await listen(server, options.port);

  for (const service of [cloudwatch, logs, dynamodb, sqs, s3, lambda, events, states])
    service.start();
  return { endpointUrl, region: place.region, operatorKey: credentials.operator, outputs };
}

/** What went wrong, and where in the code. */
function oneLine(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const at = /\n\s+(at [^\n]+)/.exec(error.stack ?? "")?.[1];
  return `${error.message.replace(/\s*\n\s*/g, " ")}${at === undefined ? "" : ` (${at})`}`;
}

function readStack(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (cause) {
    throw new Error(`The stack ${file} can't be read: run \`pnpm build\` first.`, { cause });
  }
}

async function listen(server: Server, port: number): Promise<void> {
  server.listen(port, "127.0.0.1");
  try {
    await once(server, "listening");
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : undefined;
    const why =
      code === "EADDRINUSE" ? "is taken" : `can't be used (${code ?? (error as Error).message})`;
    throw new Error(
      `Port ${port} of 127.0.0.1 ${why}: stop what uses it, or set DARKROOM_PORT to another one.`,
      { cause: error },
    );
  }
}

/** Requests that run get a moment to end; a client that holds a connection open can't hold up the rest. */
async function stopServing(server: Server): Promise<void> {
  const stopped = once(server, "close");
  server.close();
  server.closeIdleConnections();
  const overdue = setTimeout(() => server.closeAllConnections(), 1000);
  await stopped;
  clearTimeout(overdue);
}
