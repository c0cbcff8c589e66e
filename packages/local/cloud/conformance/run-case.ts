import { randomUUID } from "node:crypto";
import type { Json } from "@darkroom/states";
import { AwsError } from "../src/aws-error.ts";
import type { ConformanceCase } from "./case-file.ts";
import type { JsonObject } from "./compare/expand-json.ts";
import type { KnownNames } from "./compare/normalise.ts";
import { runUntil } from "./idle.ts";
import { setUp } from "./set-up.ts";
import { startWorkers } from "./workers.ts";
import { type LoggedEvent, openWorld, place, type World } from "./world.ts";

/** What came of a case's definition and input. */
export type Run =
  | { readonly kind: "ended"; readonly record: JsonObject; readonly names: KnownNames }
  /** The definition was refused. */
  | { readonly kind: "refused"; readonly reason: string }
  | { readonly kind: "broken"; readonly reason: string };

const roleArn = `arn:aws:iam::${place.accountId}:role/conformance-role`;

/** A name that no recording has in its data, so that it can be told from data when names are taken out. */
const machineName = "conformance-machine-of-this-run";

/** Runs one case in an account of its own, on a clock that is moved on whenever nothing else can happen. */
export async function runCase(conformanceCase: ConformanceCase): Promise<Run> {
  let world: World;
  try {
    world = openWorld(conformanceCase);
  } catch (error) {
    return { kind: "broken", reason: String(error) };
  }
  try {
    return await run(world, conformanceCase);
  } catch (error) {
    const faults = world.faults.map((fault) => `; ${fault}`).join("");
    return { kind: "broken", reason: `${error instanceof Error ? error.message : error}${faults}` };
  } finally {
    await world.close();
  }
}

async function run(world: World, conformanceCase: ConformanceCase): Promise<Run> {
  const { definition, input, type } = conformanceCase;
  let stateMachineArn: string;
  try {
    stateMachineArn = await createMachine(world, machineName, definition, type);
    for (const machine of conformanceCase.aux_state_machines) {
      const name = machine.arn.split(":").at(-1) ?? "";
      await createMachine(world, name, machine.definition, machine.type);
    }
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    return { kind: "refused", reason: `${error.code}: ${error.message}` };
  }
  await setUp(world, conformanceCase);
  for (const { arn, started_with } of conformanceCase.aux_state_machines) {
    for (const auxInput of started_with) {
      await world.states("StartExecution", {
        stateMachineArn: arn,
        input: JSON.stringify(auxInput),
      });
    }
  }
  const name = conformanceCase.execution_name ?? randomUUID();
  const start = { stateMachineArn, name, input: JSON.stringify(input) };
  const record = await follow(world, start, conformanceCase);
  return { kind: "ended", record, names: [[machineName, "<ArnPart_0idx>"]] };
}

function follow(world: World, start: object, one: ConformanceCase): Promise<JsonObject> {
  if (one.type === "express-sync") return startSync(world, start);
  return one.type === "express-async" ? startLogged(world, start) : startAndWait(world, start, one);
}

/** The end of an Express execution that nobody waits for is told in its log alone. */
const logged = {
  level: "ALL",
  includeExecutionData: true,
  destinations: [
    {
      cloudWatchLogsLogGroup: {
        logGroupArn: `arn:aws:logs:${place.region}:${place.accountId}:log-group:conformance:*`,
      },
    },
  ],
};

async function createMachine(
  world: World,
  name: string,
  definition: Json,
  type: string,
): Promise<string> {
  const created = await world.states("CreateStateMachine", {
    name,
    definition: JSON.stringify(definition),
    roleArn,
    ...(type === "standard" ? {} : { type: "EXPRESS" }),
    ...(type === "express-async" ? { loggingConfiguration: logged } : {}),
  });
  return String(created.stateMachineArn);
}

async function startAndWait(
  world: World,
  start: object,
  conformanceCase: ConformanceCase,
): Promise<JsonObject> {
  const { executionArn } = await world.states("StartExecution", start);
  const work = startWorkers(world, String(executionArn), conformanceCase);
  let last: Record<string, unknown> = {};
  await runUntil(world.clock, async () => {
    await work();
    last = await world.states("DescribeExecution", { executionArn });
    return last.status !== "RUNNING";
  });
  const events = await historyOf(world, String(executionArn));
  const { status, output, error, cause } = last;
  return clean({ status, output, error, cause, events, describe: last });
}

async function startLogged(world: World, start: object): Promise<JsonObject> {
  const { executionArn } = await world.states("StartExecution", start);
  const end = (): LoggedEvent | undefined =>
    world.logged.find(
      ({ type, execution_arn }) => execution_arn === executionArn && statusOf(type) !== undefined,
    );
  await runUntil(world.clock, () => end() !== undefined);
  const { type = "", details } = end() ?? {};
  return clean({ status: statusOf(type), ...details, end_event: end() });
}

const statusOf = (type: string): string | undefined =>
  ({
    ExecutionSucceeded: "SUCCEEDED",
    ExecutionFailed: "FAILED",
    ExecutionAborted: "ABORTED",
    ExecutionTimedOut: "TIMED_OUT",
  })[type];

async function startSync(world: World, start: object): Promise<JsonObject> {
  let answer: Record<string, unknown> | undefined;
  let failed: unknown;
  world.states("StartSyncExecution", start).then(
    (value) => {
      answer = value;
    },
    (error: unknown) => {
      failed = error;
    },
  );
  await runUntil(world.clock, () => answer !== undefined || failed !== undefined);
  if (answer === undefined) throw failed;
  const { status, output, error, cause } = answer;
  return clean({ status, output, error, cause, sync: answer });
}

async function historyOf(world: World, executionArn: string): Promise<unknown[]> {
  const events: unknown[] = [];
  let nextToken: unknown;
  do {
    const page = await world.states("GetExecutionHistory", {
      executionArn,
      maxResults: 1000,
      ...(nextToken === undefined ? {} : { nextToken }),
    });
    events.push(...(page.events as unknown[]));
    nextToken = page.nextToken;
  } while (nextToken !== undefined);
  return events;
}

/** As it goes over the wire: without what is undefined. */
const clean = (record: object): JsonObject => JSON.parse(JSON.stringify(record)) as JsonObject;
