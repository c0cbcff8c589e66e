import { describe, expect, test } from "vitest";
import { commandRunner } from "./commands/testing/command-runner.ts";

const run = commandRunner();

test("help shows the commands that are there, on stdout", async () => {
  const { code, stdout, stderr } = await run(["--help"]);

  expect(code).toBe(0);
  expect(stdout).toMatch(/start.*process.*env.*executions.*DARKROOM_DATA/s);
  expect(stderr).toBe("");
});

test("no command at all is bad usage, with the help", async () => {
  const { code, stdout, stderr } = await run([]);

  expect(code).toBe(2);
  expect(stdout).toBe("");
  expect(stderr).toContain("Usage: darkroom");
});

describe("bad usage is one line on stderr and exit code 2", () => {
  test.each([
    [["proces", "x"], /unknown command 'proces'.*process/],
    [["process"], /missing required argument 'path'/],
    [["process", "x", "--jsn"], /unknown option '--jsn'.*--json/],
    [["process", "/no/such/folder"], /There is no file or folder \/no\/such\/folder/],
    [["process", ".", "--album", "a/b"], /--album "a\/b" has a \/ in it/],
    [["process", ".", "--album"], /argument missing/],
    [["start", "extra"], /too many arguments/],
    [["executions", "show"], /missing required argument/],
  ])("%j", async (args, line) => {
    const { code, stdout, lines } = await run(args);

    expect(code).toBe(2);
    expect(stdout).toBe("");
    expect(lines).toEqual([expect.stringMatching(line)]);
    expect(lines[0]).toMatch(/^darkroom: /);
  });

  test("a variable that makes no sense too", async () => {
    const { code, lines } = await run(["env"], { DARKROOM_PORT: "abc" });

    expect(code).toBe(2);
    expect(lines).toEqual(['darkroom: DARKROOM_PORT is "abc": give a port from 1 to 65535']);
  });
});

test.each([[["env"]], [["executions", "show", "abc"]]])(
  "%j without anything that was ever started says how to start it, exit code 1",
  async (args) => {
    const { code, stdout, lines } = await run(args);

    expect(code).toBe(1);
    expect(stdout).toBe("");
    expect(lines).toEqual([expect.stringMatching(/start it with `npx -y pnpm@[\d.]+ start`$/)]);
  },
);
