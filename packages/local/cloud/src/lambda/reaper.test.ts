import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { startLambda } from "./testing/lambda-host.ts";

/** A host that does nothing but run one function, in a process of its own that can be killed. */
const hostProgram = (folder: string, source: string) => `
  const { startLambda } = await import(${JSON.stringify(new URL("./testing/lambda-host.ts", import.meta.url).href)});
  const host = await startLambda({ folder: ${JSON.stringify(folder)} });
  host.put("function", ${JSON.stringify(source)}, { timeoutSeconds: 60 });
  await host.run("function");
  setInterval(() => {}, 1000);
`;

/** Resolves when a process has connected, with the connection: it closes when that process is gone. */
async function listen() {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const connected = once(server, "connection").then(([socket]: Socket[]) => {
    socket?.on("error", () => {});
    socket?.resume();
    return socket;
  });
  return { port, connected, close: () => server.close() };
}

const connectTo = (port: number) =>
  `await new Promise((r) => require("node:net").connect(${port}, "127.0.0.1", r));`;

test.each([
  ["is idle", ""],
  ["is in an endless loop", "for (;;);"],
])("a function that %s does not outlive a host that is killed", async (_, source) => {
  const { port, connected, close } = await listen();
  const folder = mkdtempSync(join(tmpdir(), "darkroom-lambda-"));
  const host = spawn(
    process.execPath,
    [
      "--input-type=module",
      "-e",
      hostProgram(folder, `exports.handler = async () => { ${connectTo(port)} ${source} };`),
    ],
    { stdio: "inherit" },
  );
  const connection = await connected;
  const gone = once(connection as Socket, "close");

  host.kill("SIGKILL");

  await gone;
  close();
  rmSync(folder, { recursive: true });
});

test("Ctrl-C, which the terminal sends to the host's process group, does not reach functions", async () => {
  const lambda = await startLambda();
  lambda.put("group", "exports.handler = async () => process.pid;");
  const { payload: pid } = await lambda.run("group");

  // A signal to the group of that number reaches it: it leads a group of its own.
  expect(process.kill(-pid, 0)).toBe(true);
  await lambda.close();
});
