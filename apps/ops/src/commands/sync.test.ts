import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { runCommand } from "../run-command.ts";
import { readSettings } from "../settings.ts";
import { createTerminal } from "../terminal.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "sync-command-"));
});
afterAll(() => rm(folder, { recursive: true }));

async function run(...args: string[]) {
  let stdout = "";
  let stderr = "";
  const out = { write: (text: string) => (stdout += text) };
  const err = { write: (text: string) => (stderr += text) };
  const code = await runCommand(
    ["sync", ...args],
    {
      terminal: createTerminal(out, err, {}),
      settings: () => readSettings({ DARKROOM_DATA: folder }),
      interruptible: () => new AbortController().signal,
    },
    out,
    false,
  );
  return { code, stdout, stderr };
}

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
