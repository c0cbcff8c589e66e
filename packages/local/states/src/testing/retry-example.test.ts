import { type Json, TaskFailedError, type TaskInvocation } from "@darkroom/states";
import { fakeClock, runMachine } from "@darkroom/states/testing";
import { expect, it } from "vitest";

const Resource = "arn:aws:lambda:eu-west-1:111111111111:function:label";
const Retry = [{ ErrorEquals: ["Busy"], IntervalSeconds: 3600, BackoffRate: 2 }];
const label = { Type: "Task", Resource, Retry, End: true };

it("tries again after one hour, then after two", async () => {
  const clock = fakeClock(0);
  const task = (_input: Json, { retryCount }: TaskInvocation) => {
    if (retryCount < 2) throw new TaskFailedError("Busy", "come back later");
    return ["cat"];
  };
  const definition = { StartAt: "Label", States: { Label: label } };
  const run = await runMachine({ definition, clock, tasks: { [Resource]: task } });
  expect(run).toMatchObject({ status: "SUCCEEDED", output: ["cat"] });
  expect(clock.now()).toBe(3 * 3_600_000);
});
