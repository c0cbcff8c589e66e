import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type LambdaHost, startLambda } from "./testing/lambda-host.ts";

let host: LambdaHost;

beforeAll(async () => {
  host = await startLambda();
});
afterAll(() => host.close());

describe("a handler's answer", () => {
  test("is what it returns, and null when it returns nothing", async () => {
    host.put("echo", "exports.handler = async (event) => event.give;");

    expect(await host.run("echo", { give: { a: ["ü", 0, "", null] } })).toEqual({
      payload: { a: ["ü", 0, "", null] },
      executedVersion: "$LATEST",
    });
    expect((await host.run("echo", {})).payload).toBeNull();
  });

  test("may come from a plain function or a promise", async () => {
    host.put("plain", "exports.handler = () => 1;");
    host.put("promise", "exports.handler = () => Promise.resolve(2);");

    expect((await host.run("plain")).payload).toBe(1);
    expect((await host.run("promise")).payload).toBe(2);
  });

  test("may be megabytes both ways", async () => {
    host.put("echo-all", "exports.handler = async (event) => event;");
    const large = "ü🎉".repeat(900_000);

    expect((await host.run("echo-all", large)).payload === large).toBe(true);
  });

  test("that is larger than 6 MB is an error in its place", async () => {
    host.put("too-large", "exports.handler = async () => 'x'.repeat(6_300_000);");

    expect(await host.run("too-large")).toMatchObject({
      functionError: "Unhandled",
      payload: {
        errorType: "Function.ResponseSizeTooLarge",
        errorMessage:
          "Response payload size exceeded maximum allowed payload size (6291556 bytes).",
      },
    });
  });

  test("that is no JSON is an error", async () => {
    host.put("circular", "exports.handler = async () => { const a = {}; a.a = a; return a; };");

    expect((await host.run("circular")).payload).toMatchObject({
      errorType: "Runtime.JSONStringifyError",
      errorMessage: "Unable to stringify response body",
    });
  });
});

describe("an error", () => {
  test("that the handler throws tells its name, message and stack; the process is used again", async () => {
    host.put(
      "throws",
      `class FileNotSupported extends Error { name = "FileNotSupported"; }
       exports.handler = async () => { throw new FileNotSupported("a text"); };`,
    );

    const [first] = [await host.run("throws"), await host.run("throws")];

    expect(first).toMatchObject({
      functionError: "Unhandled",
      payload: {
        errorType: "FileNotSupported",
        errorMessage: "a text",
        trace: expect.arrayContaining(["FileNotSupported: a text"]),
      },
    });
    expect(
      new Set(host.logs.filter((l) => l.group === "/aws/lambda/throws").map((l) => l.stream)),
    ).toHaveProperty("size", 1);
  });

  test("that is thrown as no Error tells its type", async () => {
    host.put("throws-text", "exports.handler = async () => { throw 'stop'; };");

    expect((await host.run("throws-text")).payload).toEqual({
      errorType: "string",
      errorMessage: "stop",
      trace: [],
    });
  });

  test.each([
    ["code that throws", "throw new RangeError('no start');", "RangeError", "no start"],
    [
      "a module that is missing",
      "require('nothing-here');",
      "Runtime.ImportModuleError",
      /^Error: Cannot find module 'nothing-here'/,
    ],
    [
      "a syntax error",
      "exports.handler = (",
      "Runtime.UserCodeSyntaxError",
      "SyntaxError: Unexpected end of input",
    ],
    [
      "no handler",
      "exports.other = 1;",
      "Runtime.HandlerNotFound",
      "index.handler is undefined or not exported",
    ],
    [
      "a handler with a callback",
      "exports.handler = (event, context, callback) => callback();",
      "Runtime.CallbackHandlerDeprecated",
      /callback-based function handlers/,
    ],
    [
      "an exit",
      "process.exit(3);",
      "Runtime.ExitError",
      /Error: Runtime exited with error: exit status 3$/,
    ],
  ])(
    "at init, by %s, is answered to the invocation",
    async (what, source, errorType, errorMessage) => {
      const name = `init-${what.replaceAll(" ", "-")}`;
      host.put(name, source);

      expect(await host.run(name)).toMatchObject({
        functionError: "Unhandled",
        payload: {
          errorType,
          errorMessage:
            typeof errorMessage === "string" ? errorMessage : expect.stringMatching(errorMessage),
        },
      });
    },
  );

  test.each([
    [
      "exit",
      "process.exit(1);",
      "Runtime.ExitError",
      /^RequestId: [0-9a-f-]{36} Error: Runtime exited with error: exit status 1$/,
    ],
    [
      "quiet exit",
      "process.exit(0);",
      "Runtime.ExitError",
      /Runtime exited without providing a reason$/,
    ],
    [
      "signal",
      "process.kill(process.pid, 'SIGSEGV'); await new Promise(() => setInterval(() => {}, 1000));",
      "Runtime.ExitError",
      /signal: segmentation fault$/,
    ],
    [
      "unhandled rejection",
      "Promise.reject(new Error('lost')); await new Promise((r) => setTimeout(r, 1000));",
      "Runtime.UnhandledPromiseRejection",
      /^Error: lost$/,
    ],
    [
      "uncaught exception",
      "setTimeout(() => { throw new TypeError('late'); }); await new Promise((r) => setTimeout(r, 1000));",
      "TypeError",
      /^late$/,
    ],
    [
      "promise that nothing settles",
      "await new Promise(() => {});",
      "Runtime.NodeJsExit",
      /Promise that was never settled/,
    ],
  ])(
    "by %s ends the process, and the next invocation has a new one",
    async (what, source, errorType, errorMessage) => {
      const name = what.replaceAll(" ", "-");
      host.put(
        name,
        `let calls = 0; exports.handler = async ({ fail }) => { calls += 1; if (fail) { ${source} } return calls; };`,
      );
      expect((await host.run(name)).payload).toBe(1);

      const failed = await host.run(name, { fail: true });

      expect(failed).toMatchObject({
        functionError: "Unhandled",
        payload: { errorType, errorMessage: expect.stringMatching(errorMessage) },
      });
      expect((await host.run(name)).payload).toBe(1);
    },
  );

  test("after the answer ends the process, and the next invocation has a new one", async () => {
    const server = createServer().listen(0, "127.0.0.1");
    await once(server, "listening");
    const connected = once(server, "connection");
    const { port } = server.address() as AddressInfo;
    host.put(
      "late",
      `let calls = 0;
       exports.handler = async () => {
         const socket = require("node:net").connect(${port}, "127.0.0.1");
         socket.on("data", () => { throw new Error("late"); });
         return ++calls;
       };`,
    );
    expect((await host.run("late")).payload).toBe(1);
    const [socket] = await connected;
    const gone = once(socket, "close");
    socket.on("error", () => {});

    socket.write("now");
    await gone;
    await new Promise((resolve) => setImmediate(resolve));
    server.close();

    expect((await host.run("late")).payload).toBe(1);
  });
});
