import { randomUUID } from "node:crypto";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type FakeClock, fakeClock } from "@darkroom/states/testing";
import type { Caller } from "../src/caller.ts";
import { createDynamoDb } from "../src/dynamodb/dynamodb.ts";
import { createEvents } from "../src/events/events.ts";
import { createS3 } from "../src/s3/s3.ts";
import type { Call, Service } from "../src/service.ts";
import { createSqs } from "../src/sqs/sqs.ts";
import { createStates } from "../src/states/states-service.ts";
import type { ConformanceCase } from "./case-file.ts";
import { functionStandIns } from "./function-stand-ins.ts";

/** Where the recordings were made. */
export const place = { accountId: "111111111111", region: "us-east-1" };

/** The services of the local cloud for one case: a fresh account on a clock of its own. */
export interface World {
  readonly clock: FakeClock;
  readonly call: Call;
  /** What machines with a log have written to it. */
  readonly logged: readonly LoggedEvent[];
  /** What went wrong inside. */
  readonly faults: readonly string[];
  /** One of Step Functions' operations, as its API has it. */
  states(operation: string, input: object): Promise<Record<string, unknown>>;
  /** By the name that requests are signed for; undefined where the case has no use for it. */
  service(name: string): Service | undefined;
  close(): Promise<void>;
}

/** An event as Step Functions writes it to CloudWatch Logs. */
export interface LoggedEvent {
  readonly type: string;
  readonly execution_arn: string;
  readonly details?: { readonly output?: string; readonly error?: string; readonly cause?: string };
}

/** Memory where there is some to be had as a folder: what a case leaves is not to last. */
const baseFolder = existsSync("/dev/shm") ? "/dev/shm" : tmpdir();

/**
 * Opens what a case needs.
 * @throws Error if the case has a function that there is no stand-in for
 */
export function openWorld(conformanceCase: ConformanceCase): World {
  const folder = mkdtempSync(join(baseFolder, "darkroom-conformance-"));
  const clock = fakeClock(Date.UTC(2026, 0, 1));
  const faults: string[] = [];
  const logged: LoggedEvent[] = [];
  const common = {
    place,
    clock,
    onFault: (error: unknown, where: string): void => {
      faults.push(`${where}: ${String(error)}`);
    },
  };
  const functions = functionStandIns(conformanceCase.lambdas, place, clock);
  const file = (name: string): string => join(folder, `${name}.sqlite`);
  const endpointUrl = `https://sqs.${place.region}.amazonaws.com`;
  const make: Readonly<Record<string, () => Opened>> = {
    s3: () => createS3({ ...common, folder: join(folder, "s3"), deliver: async () => {} }),
    sqs: () => createSqs({ ...common, databaseFile: file("sqs"), endpointUrl }),
    dynamodb: () => createDynamoDb({ ...common, databaseFile: file("dynamodb") }),
    events: () => {
      const deliver = async (): Promise<void> => {};
      const databaseFile = file("events");
      return createEvents({ ...common, databaseFile, deliver, sendDeadLetter: deliver });
    },
  };
  const { definition, aux_state_machines, setup } = conformanceCase;
  const text = JSON.stringify({ definition, aux_state_machines, setup });
  const opened = Object.entries(make).flatMap(([name, open]) =>
    text.includes(name) ? [open()] : [],
  );
  const services = new Map(opened.map(({ service }) => [service.name, service]));
  for (const one of opened) one.start();

  const states = createStates({
    ...common,
    databaseFile: file("states"),
    requireTrust: () => {},
    putEvent: () => {},
    putLogEvents: (_group, _stream, events) => {
      logged.push(...events.map(({ message }) => JSON.parse(message) as LoggedEvent));
    },
    requireLogDelivery: () => {},
    services: {
      async invokeFunction(functionName, payload, { onStarted, tail }) {
        onStarted();
        const { logTail, ...result } = await functions(functionName, payload);
        return tail ? { ...result, logTail } : result;
      },
      services,
      callAs,
    },
  });
  services.set("states", states.service);
  states.start();
  const arn = `arn:aws:iam::${place.accountId}:user/operator`;
  const call = callAs({ kind: "operator", accountId: place.accountId, arn });

  return {
    clock,
    call,
    logged,
    faults,
    service: (name) => services.get(name),
    states: async (operation, input) =>
      (await states.service.call(operation, input, call)) as Record<string, unknown>,
    async close() {
      await states.close();
      for (const one of opened) await one.close();
      rmSync(folder, { recursive: true });
    },
  };
}

interface Opened {
  readonly service: Service;
  start(): void;
  close(): Promise<void>;
}

/** Everybody may do everything: what a role is allowed is not what a recording tells of. */
const callAs = (caller: Caller, signal = new AbortController().signal): Call => ({
  inProcess: true,
  caller,
  authorize: () => {},
  requestId: randomUUID(),
  signal,
});
