import { spawn } from "node:child_process";
import { once } from "node:events";

export interface Reaper {
  watch(pid: number): void;
  forget(pid: number): void;
  close(): Promise<void>;
}

/**
 * When the host is gone its end of the pipe is closed, and the process groups that are still on the list are killed. A
 * function notices that too (see bootstrap.cjs), unless it is in an endless loop.
 */
const script = `
pids=" "
while read -r change pid; do
  case $change in
    +) pids="$pids$pid " ;;
    -) pids="\${pids%% $pid *} \${pids#* $pid }" ;;
  esac
done
for pid in $pids; do kill -s KILL -- "-$pid" 2>/dev/null; done
`;

/** One shell of a megabyte for all functions; it starts with the first. Windows has none and relies on bootstrap.cjs. */
export function createReaper(): Reaper {
  let shell: ReturnType<typeof start> | undefined;

  function start() {
    const child = spawn("/bin/sh", ["-c", script], {
      stdio: ["pipe", "ignore", "ignore"],
      env: {},
      detached: true,
    });
    // Without a shell functions end by themselves, all but those in an endless loop.
    child.on("error", () => {});
    child.stdin.on("error", () => {});
    child.unref();
    return child;
  }

  return {
    watch(pid) {
      if (process.platform === "win32") return;
      shell ??= start();
      shell.stdin.write(`+ ${pid}\n`);
    },
    forget(pid) {
      shell?.stdin.write(`- ${pid}\n`);
    },
    async close() {
      if (shell === undefined) return;
      shell.ref();
      const ended = shell.pid === undefined ? undefined : once(shell, "close");
      shell.stdin.end();
      shell = undefined;
      await ended;
    },
  };
}
