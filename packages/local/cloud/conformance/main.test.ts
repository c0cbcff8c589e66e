import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterEach, beforeEach, expect, it } from "vitest";

const run = promisify(execFile);
const program = join(import.meta.dirname, "main.ts");
let folder: string;

const greeting = {
  id: "greetings#0",
  area: "greetings",
  class: "core",
  query_language: "JSONPath",
  type: "standard",
  definition: {
    StartAt: "Wait",
    States: {
      Wait: { Type: "Wait", Seconds: 3600, Next: "Greet" },
      Greet: { Type: "Pass", Result: "hello", ResultPath: "$.said", End: true },
    },
  },
  input: { to: "you" },
  expected: { status: "SUCCEEDED", output: { to: "you", said: "hello" } },
};

const put = (name: string, content: object): void =>
  writeFileSync(join(folder, "core", name), JSON.stringify(content));

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "darkroom-cases-"));
  mkdirSync(join(folder, "core"));
});
afterEach(() => rmSync(folder, { recursive: true }));

it("counts what has passed, failed and was refused, as JSON and nothing else", async () => {
  put("1.json", greeting);
  put("2.json", {
    ...greeting,
    id: "greetings#1",
    expected: { status: "SUCCEEDED", output: { to: "you", said: "bye" } },
  });
  put("3.json", {
    ...greeting,
    id: "greetings#2",
    query_language: "none",
    definition: { ...greeting.definition, QueryLanguage: "Prose" },
  });
  const { stdout } = await run(process.execPath, [program, folder, "--json"]);
  const report = JSON.parse(stdout) as { cases: { reason: string }[] };
  expect(report).toEqual({
    total: 3,
    passed: 1,
    failed: 1,
    unsupported: 1,
    groups: [
      { class: "core", queryLanguage: "JSONPath", area: "greetings", total: 2, passed: 1 },
      { class: "core", queryLanguage: "none", area: "greetings", total: 1, passed: 0 },
    ],
    cases: [
      { id: "greetings#0", result: "passed", reason: "" },
      {
        id: "greetings#1",
        result: "failed",
        reason: 'output.said: expected "bye", got "hello"',
      },
      {
        id: "greetings#2",
        result: "unsupported",
        reason: expect.stringContaining("QueryLanguage"),
      },
    ],
  });
});

it("shows what differs in one case", async () => {
  put("1.json", { ...greeting, expected: { status: "SUCCEEDED", output: { to: "me" } } });
  const { stdout } = await run(process.execPath, [program, folder, "--diff", "greetings#0"]);
  expect(stdout).toMatch(/^- +"to": "me"$/m);
  expect(stdout).toMatch(/^\+ +"to": "you"$/m);
  expect(stdout).toContain("1 cases: 0 passed, 1 failed, 0 unsupported");
});

it.each([
  ["a folder that isn't there", ["/nowhere/at/all"], "/nowhere/at/all"],
  ["an option that isn't there", ["--fast"], "usage: pnpm conformance"],
  ["a case that isn't there", [".", "--diff", "none"], "none"],
])("ends with 2 for %s", async (_, args, message) => {
  put("1.json", greeting);
  const failed = run(process.execPath, [program, ...args], { cwd: folder });
  await expect(failed).rejects.toMatchObject({ code: 2, stderr: expect.stringContaining(message) });
});

it("ends with 2 for a file that is no case, and names it", async () => {
  put("1.json", { id: "x" });
  const failed = run(process.execPath, [program, folder]);
  await expect(failed).rejects.toMatchObject({
    code: 2,
    stderr: expect.stringContaining("1.json"),
  });
});
