import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, expect, test } from "vitest";
import { type ExecutionEnvironment, startEnvironment } from "./execution-environment.ts";
import { createReaper } from "./reaper.ts";

const folder = mkdtempSync(join(tmpdir(), "darkroom-environment-"));
const reaper = createReaper();
const started: { environment: ExecutionEnvironment; gone: Promise<void> }[] = [];
afterEach(async () => {
  for (const { environment, gone } of started.splice(0)) {
    environment.stop();
    await gone;
  }
});
afterAll(async () => {
  await reaper.close();
  rmSync(folder, { recursive: true });
});

function start(source: string, initLimitMs: number): ExecutionEnvironment {
  const taskRoot = mkdtempSync(join(folder, "code-"));
  writeFileSync(join(taskRoot, "index.cjs"), source);
  let onGone = (): void => {};
  const gone = new Promise<void>((resolve) => {
    onGone = resolve;
  });
  const environment = startEnvironment({
    definition: {
      name: "slow",
      arn: "arn:aws:lambda:us-east-1:000000000000:function:slow",
      description: "",
      runtime: "nodejs24.x",
      handler: "index.handler",
      roleArn: "arn:aws:iam::000000000000:role/function",
      archive: "slow.zip",
      memoryMb: 128,
      timeoutSeconds: 1,
      environment: {},
      architecture: "arm64",
      layers: [],
      logGroup: "/aws/lambda/slow",
      logFormat: "Text",
      tracing: "PassThrough",
    },
    variables: { _HANDLER: "index.handler", LAMBDA_TASK_ROOT: taskRoot },
    taskRoot,
    compileCacheFolder: join(folder, "compiled"),
    reaper,
    now: Date.now,
    log: () => {},
    onExit: () => {},
    onGone,
    initLimitMs,
  });
  started.push({ environment, gone });
  return environment;
}

const invocation = { requestId: "id", functionArn: "arn", payload: "{}", tail: true };
const busyFor = (ms: number) => `for (const end = Date.now() + ${ms}; Date.now() < end; );`;
const answer = "exports.handler = async () => 'done';";

test("an init within its limit does not count for the timeout", async () => {
  const environment = start(`${busyFor(1200)} ${answer}`, 10_000);

  expect(await environment.run(invocation)).toMatchObject({ payload: '"done"' });
});

test("what an init takes beyond its limit counts for the timeout", async () => {
  const environment = start(`${busyFor(600)} ${answer}`, 100);

  const { payload, logTail } = await environment.run(invocation);

  expect(payload).toBe('"done"');
  const duration = Number(/\tDuration: ([\d.]+) ms/.exec(logTail ?? "")?.[1]);
  expect(duration).toBeGreaterThan(300);
});

test("an init without end is ended by the timeout", async () => {
  const environment = start("for (;;);", 100);

  const { payload } = await environment.run(invocation);

  expect(JSON.parse(payload).errorType).toBe("Sandbox.Timedout");
  expect(environment.usable()).toBe(false);
});

test("an environment that is stopped while it runs says so, and not that the function has failed", async () => {
  const environment = start(
    "exports.handler = () => new Promise(() => setInterval(() => {}, 1000));",
    10_000,
  );
  const running = environment.run(invocation);

  environment.stop();

  await expect(running).rejects.toMatchObject({ code: "ServiceException", status: 500 });
});
