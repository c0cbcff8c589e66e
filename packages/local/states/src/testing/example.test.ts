import { fakeClock, runMachine } from "@darkroom/states/testing";
import { expect, it } from "vitest";

it("waits until tomorrow in no time", async () => {
  const clock = fakeClock(0);
  const definition = { StartAt: "W", States: { W: { Type: "Wait", Seconds: 86_400, End: true } } };
  const run = await runMachine({ definition, clock, input: { photo: 1 } });
  expect(run).toMatchObject({ status: "SUCCEEDED", output: { photo: 1 } });
  expect(clock.now()).toBe(86_400_000);
});
