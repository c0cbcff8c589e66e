import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import type { Socket } from "node:net";
import { fileURLToPath } from "node:url";
import { encodeFrame, type InvocationHeader, type ReplyKind, readReplies } from "./frames.ts";
import { createMemoryMeter, type MemoryMeter } from "./memory-meter.ts";
import { readOutput } from "./output-lines.ts";
import type { Reaper } from "./reaper.ts";
import { within } from "./within.ts";

export interface FunctionProcess {
  readonly memory: MemoryMeter;
  send(header: InvocationHeader, payload: string): void;
  /** Kills the process with all that it has started. */
  kill(): void;
}

export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** Why there never was a process. */
  readonly spawnError?: Error;
}

export interface ProcessOptions {
  readonly memoryMb: number;
  readonly variables: Readonly<Record<string, string>>;
  readonly taskRoot: string;
  readonly compileCacheFolder: string;
  readonly reaper: Reaper;
  readonly onLines: (lines: readonly string[]) => void;
  /** Once for each of the two streams after each invocation: what was written before is read. */
  readonly onMarker: () => void;
  readonly onReply: (kind: ReplyKind, body: string) => void;
  /** The process can't be used any more. */
  readonly onExit: () => void;
  /** After onExit: all that it has written has been read. */
  readonly onGone: (exit: Exit) => void;
}

/** How long the output of a process that has exited may take to end: another process may have inherited it. */
const outputLimitMs = 1000;

const bootstrapFile = fileURLToPath(new URL("./bootstrap.cjs", import.meta.url));

/** The folder that a function sees as LAMBDA_RUNTIME_DIR. */
export const runtimeFolder = fileURLToPath(new URL(".", import.meta.url));

/** Starts node with the bootstrap, in an environment and a process group of its own. */
export function startProcess(options: ProcessOptions): FunctionProcess {
  const marker = randomBytes(16).toString("hex");
  const child = spawn(
    process.execPath,
    [
      "--max-http-header-size=81920",
      // As Lambda starts it: the rest is for buffers and native code.
      `--max-old-space-size=${Math.floor(options.memoryMb * 0.9)}`,
      bootstrapFile,
      marker,
      options.compileCacheFolder,
    ],
    {
      cwd: options.taskRoot,
      env: options.variables,
      // A group of its own: Ctrl-C in the terminal is not meant for it, and what it starts can be killed with it.
      detached: true,
      stdio: ["ignore", "pipe", "pipe", "pipe"],
    },
  );
  const { pid } = child;
  if (pid === undefined) {
    child.once("error", (spawnError) => {
      options.onExit();
      options.onGone({ code: null, signal: null, spawnError });
    });
    return { memory: noMemory, send() {}, kill() {} };
  }

  const [, output, errors, channel] = child.stdio as unknown as [null, Socket, Socket, Socket];
  const memory = createMemoryMeter(pid);
  const closed = once(child, "close");
  options.reaper.watch(pid);

  function kill(): void {
    try {
      process.kill(-(pid as number), "SIGKILL");
    } catch {
      // Nothing is left of the group, or the system has no groups.
      child.kill("SIGKILL");
    }
  }

  const onOutput = { lines: options.onLines, marker: options.onMarker };
  readOutput(output, marker, onOutput);
  readOutput(errors, marker, onOutput);
  readReplies(channel, options.onReply, kill);
  // A channel that breaks means that the process is going: its exit tells.
  channel.on("error", () => {});
  child.once("exit", (code, signal) => {
    options.reaper.forget(pid);
    // What it started lives in its group still.
    kill();
    options.onExit();
    void within(outputLimitMs, closed).then(() => {
      memory.close();
      options.onGone({ code, signal });
    });
  });
  return {
    memory,
    kill,
    send: (header, payload) => void channel.write(encodeFrame(header, payload)),
  };
}

const noMemory: MemoryMeter = { read: () => ({ usedMb: 0, peakMb: 0 }), close() {} };
