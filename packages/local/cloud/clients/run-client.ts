import { spawn } from "node:child_process";
import type { Client } from "./find-client.ts";

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly env: NodeJS.ProcessEnv;
  /** Where relative paths begin. */
  readonly folder: string;
  readonly input?: string;
}

/** A client that hangs must not outlive its test. */
export const limitMs = 180_000;

/** Runs a client to its end, as a person would from a shell. */
export function runClient(
  client: Client | undefined,
  args: readonly string[],
  { env, folder, input }: RunOptions,
): Promise<Ended> {
  if (client === undefined) throw new Error("This client is not installed.");
  const child = spawn(client.path, args, { cwd: folder, env, timeout: limitMs });
  let [stdout, stderr] = ["", ""];
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    stderr += text;
  });
  child.stdin.end(input ?? "");
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) => resolve({ code, stdout, stderr }));
  });
}
