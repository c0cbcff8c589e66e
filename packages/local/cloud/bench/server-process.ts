import { fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

/** Where a server listens on 127.0.0.1, and the key that its requests are signed with. */
export interface ServerAddress {
  readonly port: number;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

export interface ServerProcess {
  readonly address: ServerAddress;
  /** The CPU time that it has used so far, in microseconds, all its threads together. */
  cpuTime(): Promise<number>;
  stop(): Promise<void>;
}

/**
 * Runs one of the serve-….ts files in a process of its own.
 * @param profileFolder where its CPU profile is written when it stops, if one is wanted
 * @throws Error when it ends before it listens; what it had to say is on stderr
 */
export async function startServer(script: string, profileFolder?: string): Promise<ServerProcess> {
  const child = fork(fileURLToPath(new URL(script, import.meta.url)), {
    execArgv: profileFolder === undefined ? [] : ["--cpu-prof", `--cpu-prof-dir=${profileFolder}`],
    stdio: ["ignore", "ignore", "inherit", "ipc"],
  });
  const exited = once(child, "exit");
  const listening = once(child, "message").then(([address]) => address as ServerAddress);
  const address = await Promise.race([
    listening,
    exited.then(([code]) => Promise.reject(new Error(`${script} ended with ${code}`))),
  ]);
  return {
    address,
    async cpuTime() {
      const answer = once(child, "message");
      child.send("cpu time");
      const [microseconds] = await answer;
      return microseconds as number;
    },
    async stop() {
      child.disconnect();
      await exited;
    },
  };
}
