import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type LambdaHost, startLambda } from "./testing/lambda-host.ts";

let host: LambdaHost;

beforeAll(async () => {
  host = await startLambda();
});
afterAll(() => host.close());

const messagesOf = (name: string): string[] =>
  host.logs.filter(({ group }) => group === `/aws/lambda/${name}`).map(({ message }) => message);

describe("the limits of a function", () => {
  test.each([
    ["waits", "await new Promise((r) => setTimeout(r, 20_000));"],
    ["is in an endless loop", "for (;;);"],
  ])("its timeout ends it when it %s", async (what, source) => {
    const name = `timeout-${what.replaceAll(" ", "-")}`;
    host.put(name, `exports.handler = async () => { console.log("begun"); ${source} };`, {
      timeoutSeconds: 1,
    });

    const { functionError, payload } = await host.run(name);

    expect(functionError).toBe("Unhandled");
    expect(payload).toEqual({
      errorType: "Sandbox.Timedout",
      errorMessage: expect.stringMatching(
        /^RequestId: [0-9a-f-]{36} Error: Task timed out after 1.00 seconds$/,
      ),
    });
    expect(messagesOf(name)).toEqual([
      expect.stringMatching(/^INIT_START /),
      expect.stringMatching(/^START RequestId: /),
      expect.stringMatching(/\tINFO\tbegun$/),
      expect.stringMatching(/Z [0-9a-f-]{36} Task timed out after 1.00 seconds$/),
      expect.stringMatching(/^END RequestId: /),
      expect.stringMatching(/\tDuration: 1000.00 ms\t.*\tStatus: timeout\t$/),
    ]);
  });

  test("its memory ends it, native memory too", async () => {
    host.put(
      "memory",
      `exports.handler = async () => {
         for (const kept = []; ; await new Promise((r) => setTimeout(r, 5))) kept.push(Buffer.alloc(5e6, 1));
       };`,
    );

    expect((await host.run("memory")).payload).toMatchObject({
      errorType: "Runtime.ExitError",
      errorMessage: expect.stringMatching(/Runtime exited with error: signal: killed$/),
    });
  });

  test("a process that it has started ends with it", async () => {
    const server = createServer().listen(0, "127.0.0.1");
    const connected = once(server, "connection");
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    host.put(
      "parent",
      `const { spawn } = require("node:child_process");
       exports.handler = async () => {
         spawn(process.execPath, ["-e", "require('node:net').connect(${port}, '127.0.0.1')"]);
         await new Promise((r) => setTimeout(r, 20_000));
       };`,
      { timeoutSeconds: 1 },
    );

    const running = host.run("parent");
    const [connection] = await connected;
    const ended = once(connection, "close");
    connection.on("error", () => {});
    await running;

    await ended;
    server.close();
  });
});
