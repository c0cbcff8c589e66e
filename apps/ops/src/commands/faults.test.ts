import { describe, expect, test } from "vitest";
import { describeFault } from "./faults-line.ts";
import { readFault } from "./faults-options.ts";
import { commandRunner } from "./testing/command-runner.ts";

const darkroom = commandRunner();
const run = (...args: string[]) => darkroom(["faults", ...args]);

test("options become the fault that the local cloud is asked for", () => {
  expect(readFault({ function: "extract-metadata", timeout: "1" })).toEqual({
    Function: "extract-metadata",
    Timeout: 1,
  });
  expect(
    readFault({ call: "dynamodb:UpdateItem", error: "ThrottlingException", times: "2", rate: "1" }),
  ).toEqual({ Call: "dynamodb:UpdateItem", Error: "ThrottlingException", Times: 2, Rate: 1 });
  expect(readFault({ function: "f", delay: "0.5", rate: "0.2" })).toEqual({
    Function: "f",
    Delay: 0.5,
    Rate: 0.2,
  });
});

describe("bad usage is one line on stderr and exit code 2, with or without a running cloud", () => {
  const add = (...rest: string[]) => ["add", "--function", "extract-metadata", ...rest];

  test.each([
    [["add"], /Give one of --function, --call/],
    [["add", "--error", "E"], /Give one of --function, --call/],
    [add(), /Give one of --error, --timeout, --delay/],
    [add("--call", "s3:GetObject", "--error", "E"), /--function and --call can't go together/],
    [add("--error", "E", "--delay", "1"), /--error and --delay can't go together/],
    [["add", "--call", "s3:GetObject", "--timeout", "1"], /A call has no timeout/],
    [add("--error", "E", "--times", "0"), /--times is "0": give a whole number from 1/],
    [add("--error", "E", "--times", "1.5"), /--times is "1.5"/],
    [add("--error", "E", "--rate", "1.1"), /--rate is "1.1": give a share above 0 and up to 1/],
    [add("--error", "E", "--rate", "0"), /--rate is "0"/],
    [add("--error", "E", "--rate=-0.2"), /--rate is "-0.2"/],
    [add("--timeout", "0"), /--timeout is "0": give seconds from 0.1 to 900/],
    [add("--delay", "901"), /--delay is "901"/],
    [add("--delay", "soon"), /--delay is "soon"/],
    [add("--error", "not a name"), /--error "not a name" is no error's name/],
    [add("--eror", "E"), /unknown option '--eror'.*--error/],
    [["clear"], /Give the id of one fault.*or --all/],
    [["clear", "1", "--all"], /Give the id of one fault.*or --all/],
    [["clear", "first"], /"first" is no fault's id/],
    [["list", "extra"], /too many arguments/],
  ])("%j", async (args, line) => {
    const { code, stdout, lines } = await run(...args);

    expect(code).toBe(2);
    expect(stdout).toBe("");
    expect(lines).toEqual([expect.stringMatching(line)]);
  });
});

test.each([
  [["add", "--function", "extract-metadata", "--timeout", "1"]],
  [["list"]],
  [["clear", "--all"]],
])("%j without a running cloud says how to start it, exit code 1", async (args) => {
  const { code, lines } = await run(...args);

  expect(code).toBe(1);
  expect(lines).toEqual([expect.stringMatching(/start it with `npx -y pnpm@[\d.]+ start`$/)]);
});

test.each([
  [
    { Id: 3, Call: "dynamodb:UpdateItem", Error: "E", Times: 2, Remaining: 1, Rate: 0.2 },
    "3  dynamodb:UpdateItem  fails with E, 1 of 2 times left, at a rate of 0.2",
  ],
  [{ Id: 1, Function: "f", Timeout: 1 }, "1  f  times out after 1 s, until it is cleared"],
  [
    { Id: 2, Function: "f", Delay: 3, Times: 1, Remaining: 1 },
    "2  f  is 3 s late, 1 of 1 time left",
  ],
])("%j is told in a line", (fault, line) => {
  expect(describeFault(fault)).toBe(line);
});
