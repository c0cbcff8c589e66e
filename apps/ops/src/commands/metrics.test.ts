import { expect, test } from "vitest";
import { commandRunner } from "./testing/command-runner.ts";

const darkroom = commandRunner();
const run = (...args: string[]) => darkroom(["metrics", ...args]);

test.each([["--since", "yesterday"], ["--since", "0h"], ["--since"], ["--sinc", "1h"], ["extra"]])(
  "bad usage is one line and exit code 2: %s %s",
  async (...args) => {
    const { code, stdout, stderr } = await run(...args.filter((one) => one !== undefined));

    expect(code).toBe(2);
    expect(stdout).toBe("");
    expect(stderr).toMatch(/^darkroom: .*\n$/);
  },
);

test("without anything that was ever started it says how to start it, exit code 1", async () => {
  const { code, stderr } = await run("--json");

  expect(code).toBe(1);
  expect(stderr).toMatch(/^darkroom: Nothing runs on the data folder .*start/);
});
