import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type LambdaHost, startLambda } from "./testing/lambda-host.ts";

let host: LambdaHost;

beforeAll(async () => {
  host = await startLambda();
});
afterAll(() => host.close());

const messagesOf = (name: string): string[] =>
  host.logs.filter(({ group }) => group === `/aws/lambda/${name}`).map(({ message }) => message);

describe("the log", () => {
  test("has Lambda's lines around the function's own, whole and in order, stream by stream", async () => {
    host.put(
      "logs",
      `exports.handler = async ({ n }) => {
         console.log("line", n, { a: 1 });
         console.error("two\\nlines");
         process.stdout.write("no end");
       };`,
    );

    await host.run("logs", { n: 1 });
    await host.run("logs", { n: 2 });

    const id = "[0-9a-f-]{36}";
    const invocation = (n: number, init: string) => [
      expect.stringMatching(new RegExp(`^START RequestId: ${id} Version: \\$LATEST$`)),
      expect.stringMatching(new RegExp(`^\\S+Z\\t${id}\\tINFO\\tline ${n} { a: 1 }$`)),
      expect.stringMatching(new RegExp(`^\\S+Z\\t${id}\\tERROR\\ttwo\\nlines$`)),
      "no end",
      expect.stringMatching(new RegExp(`^END RequestId: ${id}$`)),
      expect.stringMatching(
        new RegExp(
          `^REPORT RequestId: ${id}\\tDuration: [\\d.]+ ms\\tBilled Duration: \\d+ ms\\tMemory Size: 128 MB\\tMax Memory Used: \\d\\d MB\\t${init}$`,
        ),
      ),
    ];
    expect(messagesOf("logs")).toEqual([
      expect.stringMatching(/^INIT_START /),
      ...invocation(1, "Init Duration: [\\d.]+ ms\\t"),
      ...invocation(2, ""),
    ]);
  });

  test("is JSON when the function asks for it", async () => {
    host.put(
      "json",
      "exports.handler = async () => { console.debug(1); console.warn({ a: 1 }); throw new Error('no'); };",
      {
        logFormat: "JSON",
        logGroup: "darkroom",
      },
    );

    await host.run("json");

    const own = host.logs.filter(({ group }) => group === "darkroom");
    expect(own.map(({ message }) => JSON.parse(message))).toEqual([
      expect.objectContaining({ type: "platform.initStart" }),
      expect.objectContaining({ type: "platform.start" }),
      {
        timestamp: expect.any(String),
        level: "WARN",
        requestId: expect.any(String),
        message: { a: 1 },
      },
      expect.objectContaining({
        level: "ERROR",
        message: expect.objectContaining({ errorMessage: "no" }),
      }),
      {
        time: expect.any(String),
        type: "platform.report",
        record: {
          requestId: expect.any(String),
          status: "error",
          errorType: "Error",
          metrics: {
            durationMs: expect.any(Number),
            billedDurationMs: expect.any(Number),
            memorySizeMB: 128,
            maxMemoryUsedMB: expect.any(Number),
            initDurationMs: expect.any(Number),
          },
        },
      },
    ]);
    // A stream in a group that functions may share tells whose it is.
    expect(own[0]?.stream).toMatch(/^\d{4}\/\d\d\/\d\d\/json\[\$LATEST\]\[[0-9a-f]{32}\]$/);
  });

  test("of a function that writes without end does not fill the host's memory", async () => {
    host.put(
      "flood",
      "exports.handler = async () => { for (;;) { console.log('x'.repeat(1000)); await null; } };",
      {
        timeoutSeconds: 1,
      },
    );
    const before = host.logs.length;

    await host.run("flood");

    const written = host.logs.slice(before).reduce((sum, { message }) => sum + message.length, 0);
    expect(written).toBeLessThan(20_000_000);
  });
});
