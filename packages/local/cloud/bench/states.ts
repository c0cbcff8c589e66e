import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { createStates, type States } from "../src/states/states-service.ts";
import { systemClock } from "../src/system-clock.ts";
import { place, serve } from "../src/testing/test-endpoint.ts";

/**
 * Step Functions of the local cloud, its journal on disk: executions that wait, and the children of a Map Run.
 * README.md says how to read it.
 *
 *   node --expose-gc bench/states.ts [--quick]
 */
const { values: options } = parseArgs({
  options: { quick: { type: "boolean", default: false } },
});
const roleArn = `arn:aws:iam::${place.accountId}:role/machine`;
const count = options.quick ? 1000 : 10_000;
/** So many starts are on their way at once. */
const atOnce = 100;

const folder = mkdtempSync(join(tmpdir(), "darkroom-states-bench-"));
const endpoint = await serve([]);
const allowed = endpoint.callAs();
let states = open();

function open(): States {
  const opened = createStates({
    place,
    databaseFile: join(folder, "states.sqlite"),
    clock: systemClock(),
    services: {
      invokeFunction: () => Promise.reject(new Error("no function here")),
      services: new Map(),
      callAs: () => allowed,
    },
    requireTrust() {},
    requireLogDelivery() {},
    putEvent() {},
    putLogEvents() {},
    onFault: (error, where) => console.error(where, error),
  });
  opened.start();
  return opened;
}

const call = async (operation: string, input: object): Promise<Record<string, unknown>> =>
  (await states.service.call(operation, input, allowed)) as Record<string, unknown>;

async function machine(name: string, state: object): Promise<string> {
  const definition = JSON.stringify({ StartAt: "S", States: { S: { End: true, ...state } } });
  return String((await call("CreateStateMachine", { name, roleArn, definition })).stateMachineArn);
}

async function startMany(stateMachineArn: string): Promise<void> {
  for (let started = 0; started < count; started += atOnce) {
    const starts = Array.from({ length: Math.min(atOnce, count - started) }, () =>
      call("StartExecution", { stateMachineArn, input: '{"photo":"Incoming/a/b/c.jpg"}' }),
    );
    await Promise.all(starts);
  }
}

async function untilNoneRuns(stateMachineArn: string): Promise<void> {
  const running = { stateMachineArn, statusFilter: "RUNNING", maxResults: 1 };
  for (;;) {
    const { executions } = await call("ListExecutions", running);
    if (Array.isArray(executions) && executions.length === 0) return;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

const heap = (): number => {
  if (globalThis.gc === undefined) throw new Error("start it as node --expose-gc bench/states.ts");
  globalThis.gc();
  globalThis.gc();
  return process.memoryUsage().heapUsed;
};
/** Until the process has next to nothing to do. */
async function idle(): Promise<void> {
  for (;;) {
    const before = process.cpuUsage();
    await new Promise((resolve) => setTimeout(resolve, 200));
    const { user, system } = process.cpuUsage(before);
    if (user + system < 20_000) return;
  }
}

/** Starts executions that wait, closes and opens again. */
async function measureWaiting(name: string, state: object): Promise<string> {
  const stateMachineArn = await machine(name, state);
  await idle();
  const before = heap();
  await startMany(stateMachineArn);
  await idle();
  const each = (heap() - before) / count;
  const cpu = process.cpuUsage();
  await states.close();
  states = open();
  await idle();
  const { user, system } = process.cpuUsage(cpu);
  return `${name.padEnd(24)}${(each / 1000).toFixed(1).padStart(8)} kB each, taken up again in ${((user + system) / 1e6).toFixed(1)} s of CPU`;
}

async function rateOf(work: () => Promise<void>): Promise<number> {
  const begun = performance.now();
  await work();
  return count / ((performance.now() - begun) / 1000);
}

const pass = { Type: "Pass", Result: 1 };

async function mapRunRate(executionType: string): Promise<number> {
  const items = Array.from({ length: count }, (_, index) => index);
  const stateMachineArn = await machine(`map-${executionType}`, {
    Type: "Map",
    ItemProcessor: {
      ProcessorConfig: { Mode: "DISTRIBUTED", ExecutionType: executionType },
      StartAt: "P",
      States: { P: { ...pass, End: true } },
    },
  });
  return rateOf(async () => {
    await call("StartExecution", { stateMachineArn, input: JSON.stringify(items) });
    await untilNoneRuns(stateMachineArn);
  });
}

console.log(`${count} executions that wait, histories on disk`);
console.log(await measureWaiting("in-a-Wait", { Type: "Wait", Seconds: 86_400 }));
console.log(
  await measureWaiting("for-an-activity", {
    Type: "Task",
    Resource: String((await call("CreateActivity", { name: "look" })).activityArn),
  }),
);

const single = await machine("single", pass);
const started = await rateOf(async () => {
  await startMany(single);
  await untilNoneRuns(single);
});
console.log(
  `\n${count} executions of one Pass state, started one by one: ${started.toFixed(0)} a second`,
);
for (const type of ["STANDARD", "EXPRESS"]) {
  const rate = await mapRunRate(type);
  console.log(
    `${type} children of a Map Run: ${rate.toFixed(0)} a second, ${(rate / started).toFixed(1)} times that`,
  );
}
await states.close();
await endpoint.close();
rmSync(folder, { recursive: true });
