import { once } from "node:events";
import type { ServerAddress } from "./server-process.ts";

/**
 * In a server's own process: says where it listens, how much CPU time it has used whenever it is asked, and closes the
 * server when the benchmark has ended or has died.
 */
export async function serveUntilTold(
  address: ServerAddress,
  close: () => Promise<void>,
): Promise<void> {
  process.send?.(address);
  process.on("message", () => {
    const { user, system } = process.cpuUsage();
    process.send?.(user + system);
  });
  await once(process, "disconnect");
  await close();
}
