import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll } from "vitest";
import { runCommand } from "../../run-command.ts";
import { readSettings } from "../../settings.ts";
import { createTerminal } from "../../terminal.ts";

/** What a command came to; `lines` are those of stderr. */
interface CommandRun {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
  readonly lines: readonly string[];
}

/** For a test file: runs commands in this process, on a data folder on which nothing was ever started. */
export function commandRunner(): (
  args: readonly string[],
  env?: NodeJS.ProcessEnv,
) => Promise<CommandRun> {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "darkroom-command-"));
  });
  afterAll(() => rm(folder, { recursive: true }));

  return async (args, env = {}) => {
    let stdout = "";
    let stderr = "";
    const out = { write: (text: string) => (stdout += text) };
    const err = { write: (text: string) => (stderr += text) };
    const code = await runCommand(
      args,
      {
        terminal: createTerminal(out, err, {}),
        settings: () => readSettings({ DARKROOM_DATA: folder, ...env }),
        interruptible: () => new AbortController().signal,
      },
      out,
      false,
    );
    return { code, stdout, stderr, lines: stderr.trim().split("\n") };
  };
}
