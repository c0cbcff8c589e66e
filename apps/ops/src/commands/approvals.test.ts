import { describe, expect, test } from "vitest";
import { commandRunner } from "./testing/command-runner.ts";

const darkroom = commandRunner();
const run = (args: string[], env?: NodeJS.ProcessEnv) => darkroom(["approvals", ...args], env);

describe("bad usage is one line on stderr and exit code 2", () => {
  test.each([
    [[], /This needs a terminal; in scripts use .* approvals next --json/],
    [["nxt"], /There is no approvals nxt: give next, approve TOKEN/],
    [["--json"], /unknown option '--json'/],
    [["next", "x"], /too many arguments/],
    [["next", "--by", " "], /--by is empty/],
    [["approve"], /missing required argument 'token'/],
    [["approve", ""], /The token is empty/],
    [["approve", "t", "--reason", " "], /--reason is empty/],
    [["deny", "t"], /required option '--reason <text>' not specified/],
    [["deny", "t", "--reason", "  "], /--reason is empty/],
    [["deny", "t", "--reason", "a\u001b[2Jb"], /--reason has control characters/],
  ])("%j", async (args, line) => {
    const { code, stdout, lines } = await run(args);
    expect(lines).toEqual([expect.stringMatching(line)]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
  });

  test("a reviewer's name in the environment is looked at too", async () => {
    const { code, lines } = await run(["next"], { DARKROOM_REVIEWER: "a\tb" });
    expect(lines).toEqual([expect.stringMatching(/DARKROOM_REVIEWER has control characters/)]);
    expect(code).toBe(2);
  });
});

test.each([[["next"]], [["approve", "WyJhcm4"]], [["deny", "WyJhcm4", "--reason", "r"]]])(
  "%j while nothing runs says how to start it, exit code 1",
  async (args) => {
    const { code, lines } = await run(args);
    expect(lines).toEqual([expect.stringMatching(/start it with `npx -y pnpm@[\d.]+ start`$/)]);
    expect(code).toBe(1);
  },
);
