import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import {
  CreateStateMachineCommand,
  DescribeExecutionCommand,
  GetActivityTaskCommand,
  SendTaskSuccessCommand,
  SFNClient,
  StartExecutionCommand,
} from "@aws-sdk/client-sfn";
import { afterEach, expect, test } from "vitest";
import { temporaryFolder } from "../testing/temporary-folder.ts";
import { place } from "../testing/test-endpoint.ts";
import { roleArn } from "./testing/open-test-states.ts";

const script = fileURLToPath(new URL("./testing/states-process.ts", import.meta.url));
const activityArn = `arn:aws:states:${place.region}:${place.accountId}:activity:approve`;
const definition = JSON.stringify({
  StartAt: "Ask",
  States: { Ask: { Type: "Task", Resource: activityArn, End: true } },
});

const running: ChildProcess[] = [];
afterEach(async () => {
  for (const child of running.splice(0)) await kill(child);
});

async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill("SIGKILL");
  await once(child, "exit");
}

async function launch(folder: string): Promise<{ child: ChildProcess; sfn: SFNClient }> {
  const child = spawn(process.execPath, [
    script,
    join(folder, "states.sqlite"),
    join(folder, "key"),
  ]);
  running.push(child);
  child.stderr.pipe(process.stderr);
  for await (const line of createInterface(child.stdout)) {
    return { child, sfn: new SFNClient(JSON.parse(line)) };
  }
  throw new Error("the process ended before it served");
}

test("what was claimed and answered before kill -9 is so after it, and the rest can be answered still", async () => {
  const folder = temporaryFolder();
  const before = await launch(folder);
  const { stateMachineArn } = await before.sfn.send(
    new CreateStateMachineCommand({ name: "ask", roleArn, definition }),
  );
  const executions = new Map<string, string>();
  for (let index = 0; index < 30; index += 1) {
    const input = String(index);
    const { executionArn = "" } = await before.sfn.send(
      new StartExecutionCommand({ stateMachineArn, input }),
    );
    executions.set(input, executionArn);
  }
  const claimed = await Promise.all(
    Array.from({ length: 20 }, () => before.sfn.send(new GetActivityTaskCommand({ activityArn }))),
  );
  const acknowledged = new Set<string>();
  const answers = claimed.map(async ({ taskToken, input = "" }) => {
    await before.sfn.send(new SendTaskSuccessCommand({ taskToken, output: `"done ${input}"` }));
    acknowledged.add(input);
    // In the middle of the answers.
    if (acknowledged.size === 7) before.child.kill("SIGKILL");
  });
  await Promise.allSettled(answers);
  await kill(before.child);
  expect(acknowledged.size).toBeGreaterThanOrEqual(7);

  const { sfn } = await launch(folder);
  const succeed = (taskToken: string | undefined, input: string) =>
    sfn.send(new SendTaskSuccessCommand({ taskToken, output: `"done ${input}"` }));
  for (const { taskToken, input = "" } of claimed) {
    const answer = succeed(taskToken, input);
    // An answer may be on disk although nobody heard of it.
    if (acknowledged.has(input))
      await expect(answer).rejects.toMatchObject({ name: "TaskTimedOut" });
    else await answer.catch((error) => expect(error).toMatchObject({ name: "TaskTimedOut" }));
  }
  for (let index = 20; index < 30; index += 1) {
    const { taskToken, input = "" } = await sfn.send(new GetActivityTaskCommand({ activityArn }));
    expect(input).toBe(String(index));
    await succeed(taskToken, input);
  }
  for (const [input, executionArn] of executions) {
    let described = await sfn.send(new DescribeExecutionCommand({ executionArn }));
    while (described.status === "RUNNING") {
      described = await sfn.send(new DescribeExecutionCommand({ executionArn }));
    }
    expect(described).toMatchObject({ status: "SUCCEEDED", output: `"done ${input}"` });
  }
});
