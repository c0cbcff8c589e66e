import { expect, test } from "vitest";
import { commandRunner } from "./testing/command-runner.ts";

const darkroom = commandRunner();
const run = (...args: string[]) => darkroom(["sync", ...args]);

test.each([
  [["--source", "UPPER"]],
  [["--source"]],
  [["--source", "same-one", "--destination", "same-one"]],
  [["--maximum-orphan-share", "half"]],
  [["--sourc", "x"]],
  [["seed-sorce"]],
  [["seed-source", "--count", "0"]],
  [["seed-source", "--count", "2e3"]],
  [["seed-source", "--album-size", "none"]],
  [["seed-source", "--bucket", "No_Name"]],
  [["--json", "seed-source"]],
  [["seed-source", "--source", "x"]],
])("bad usage is one line and exit code 2: %j", async (args) => {
  const { code, stdout, stderr } = await run(...args);

  expect(code).toBe(2);
  expect(stdout).toBe("");
  expect(stderr).toMatch(/^darkroom: .*\n$/);
});

test.each([[["--json"]], [["seed-source", "--json"]]])(
  "without anything that was ever started it says how to start it, exit code 1: %j",
  async (args) => {
    const { code, stderr } = await run(...args);

    expect(code).toBe(1);
    expect(stderr).toMatch(/^darkroom: Nothing runs on the data folder .*start/);
  },
);
