import { spawnSync } from "node:child_process";
import { chmod, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { approvalTaskOf } from "./testing/approval-task.ts";

/** Stands in for the AWS CLI: writes down its arguments, and answers with what lies beside it. */
const fakeAws = `#!/bin/bash
here=$(dirname "$0")
printf '%s\\0' "$@" >>"$here/calls"; printf '\\n' >>"$here/calls"
[ ! -e "$here/$2.fails" ] || exit 254
[ ! -e "$here/$2.json" ] || cat "$here/$2.json"
`;
const sensitive = `it's "a knife" $(touch pwned) \\ {}`;

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "scripts-"));
  await writeFile(join(folder, "aws"), fakeAws);
  await chmod(join(folder, "aws"), 0o755);
  await waits(approvalTaskOf("beach"));
});
afterEach(() => rm(folder, { recursive: true }));

const waits = (task: unknown) =>
  writeFile(
    join(folder, "get-activity-task.json"),
    JSON.stringify({ taskToken: "the token", input: JSON.stringify(task) }),
  );

function run(script: "approve" | "deny", args: string[], env: NodeJS.ProcessEnv = {}) {
  const path = fileURLToPath(new URL(`../../scripts/${script}.sh`, import.meta.url));
  const { status, stdout, stderr } = spawnSync("/bin/bash", [path, ...args], {
    env: {
      PATH: `${folder}:/usr/bin:/bin`,
      DARKROOM_APPROVAL_ACTIVITY_ARN: "arn:activity",
      DARKROOM_REVIEWER: "Ann B.",
      ...env,
    },
    cwd: folder,
    input: "",
    encoding: "utf8",
  });
  return { status, stdout, stderr };
}

async function calls(): Promise<string[][]> {
  const text = await readFile(join(folder, "calls"), "utf8").catch(() => "");
  return text
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => line.split("\0").slice(1, -1));
}

const claim = [
  ...["get-activity-task", "--activity-arn", "arn:activity", "--worker-name", "Ann-B."],
  ...["--cli-read-timeout", "70", "--output", "json"],
];

test("approve.sh shows what it decides about, waits out the poll, and approves just that", async () => {
  const { status, stdout } = run("approve", ["--yes", sensitive]);
  expect(status).toBe(0);
  expect(stdout).toContain("Incoming/ann/summer/beach.jpg");
  expect(stdout).toMatch(/ {2}Explicit Nudity {2}61 %/);
  expect(stdout).toContain("Approved by Ann B.");
  expect(await calls()).toEqual([
    claim,
    [
      ...["send-task-success", "--task-token", "the token", "--task-output"],
      JSON.stringify({ by: "Ann B.", reason: sensitive }),
    ],
  ]);
});

test("the endpoint is given to the AWS CLI by name, which old ones don't read from the environment", async () => {
  run("approve", ["--yes"], { AWS_ENDPOINT_URL: "http://127.0.0.1:4566" });
  for (const call of await calls()) {
    expect(call.slice(-2)).toEqual(["--endpoint-url", "http://127.0.0.1:4566"]);
  }
});

test("an approval needs no reason", async () => {
  expect(run("approve", ["--yes"]).status).toBe(0);
  expect((await calls())[1]?.at(-1)).toBe('{"by":"Ann B."}');
});

test("deny.sh denies with the error that the state machine knows", async () => {
  const { status, stdout } = run("deny", ["--yes", sensitive]);
  expect(status).toBe(0);
  expect(stdout).toContain("Denied by Ann B.: it's");
  expect(await calls()).toEqual([
    claim,
    [
      ...["send-task-failure", "--task-token", "the token", "--error", "InappropriateError"],
      ...["--cause", JSON.stringify({ by: "Ann B.", reason: sensitive })],
    ],
  ]);
});

describe.each(["approve", "deny"] as const)("%s.sh", (script) => {
  const given = script === "deny" ? ["--yes", "why"] : ["--yes"];

  test.each([
    ["an empty answer", ""],
    ["an answer of nulls", '{"taskToken": null, "input": null}'],
  ])("says so when nothing waits, exit code 3: %s", async (_, answer) => {
    await writeFile(join(folder, "get-activity-task.json"), answer);
    const { status, stderr } = run(script, given);
    expect(stderr).toContain(`${script}.sh: nothing waits for a decision`);
    expect(status).toBe(3);
    expect(await calls()).toEqual([claim]);
  });

  test("gives back a photo that it can't show", async () => {
    await waits({ something: "else" });
    expect(run(script, given).status).toBe(1);
    expect((await calls())[1]).toEqual([
      ...["send-task-failure", "--task-token", "the token", "--error", "ReviewReleased"],
      ...["--cause", "given back by Ann B."],
    ]);
  });

  test("claims nothing that nobody is there to confirm", async () => {
    const { status, stderr } = run(script, given.slice(1));
    expect(stderr).toMatch(/in a terminal, or give --yes/);
    expect(status).toBe(2);
    expect(await calls()).toEqual([]);
  });

  test("says what is missing before it claims anything", async () => {
    const unset = run(script, given, { DARKROOM_APPROVAL_ACTIVITY_ARN: "" });
    expect(unset.stderr).toMatch(/DARKROOM_APPROVAL_ACTIVITY_ARN is not set: eval/);
    const bare = await mkdtemp(join(folder, "bare-"));
    for (const tool of ["dirname", "basename"]) await symlink(`/usr/bin/${tool}`, join(bare, tool));
    expect(run(script, given, { PATH: bare }).stderr).toMatch(/aws isn't installed/);
    await symlink(join(folder, "aws"), join(bare, "aws"));
    expect(run(script, given, { PATH: bare }).stderr).toMatch(/jq isn't installed/);
    expect(await calls()).toEqual([]);
  });

  test("a failing AWS CLI is an error, not an empty queue", async () => {
    await writeFile(join(folder, "get-activity-task.fails"), "");
    const { status, stderr } = run(script, given);
    expect(stderr).toMatch(/no photo could be claimed/);
    expect(status).toBe(1);
  });

  test("what a key may hold can't rewrite the screen", async () => {
    await waits(approvalTaskOf("\u001b[2J\u009b2J"));
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there
    expect(run(script, given).stdout).not.toMatch(/[\u001b\u009b]/);
  });
});

test.each([[[]], [["--yes"]], [["--yes", "  "]], [["--yes", "a", "b"]], [["--help"]]])(
  "deny.sh %j is bad usage",
  async (args) => {
    const { status, stderr } = run("deny", args);
    expect(stderr).toMatch(/usage: deny\.sh \[--yes\] REASON/);
    expect(status).toBe(2);
    expect(await calls()).toEqual([]);
  },
);
