import { createRequire } from "node:module";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type LambdaHost, startLambda } from "./testing/lambda-host.ts";

let host: LambdaHost;

beforeAll(async () => {
  host = await startLambda();
});
afterAll(() => host.close());

const sdk = createRequire(import.meta.url).resolve("@aws-sdk/client-lambda");

describe("processes", () => {
  test("are used again, one invocation at a time", async () => {
    host.put("count", "let n = 0; exports.handler = async () => ++n;");

    expect((await host.run("count")).payload).toBe(1);
    expect((await host.run("count")).payload).toBe(2);
  });

  test("are bounded: what is more waits, and is told when it starts", async () => {
    host.put(
      "busy",
      `exports.handler = async () => {
         const from = Date.now();
         await new Promise((r) => setTimeout(r, 100));
         return [process.pid, from, Date.now()];
       };`,
    );
    let started = 0;
    const runs = Array.from({ length: 9 }, () =>
      host.lambda.invoke("busy", "{}", { call: host.callAs(), onStarted: () => (started += 1) }),
    );
    await new Promise((resolve) => setImmediate(resolve));
    const startedAtOnce = started;

    const spans = (await Promise.all(runs)).map(({ payload }) => JSON.parse(payload));

    const most = Math.max(
      ...spans.map(([, at]) => spans.filter(([, from, to]) => from <= at && at < to).length),
    );
    expect(most).toBeLessThanOrEqual(3);
    expect(new Set(spans.map(([pid]) => pid)).size).toBeLessThanOrEqual(3);
    expect([startedAtOnce, started]).toEqual([3, 9]);
  });

  test("are told apart by function, and a changed definition gets new ones", async () => {
    host.put("changing", "exports.handler = async () => 'before';");
    expect((await host.run("changing")).payload).toBe("before");

    host.put("changing", "exports.handler = async () => 'after';");

    expect((await host.run("changing")).payload).toBe("after");
  });

  test("a function may wait for a function that it invokes, however many do so", async () => {
    host.put("inner", "exports.handler = async ({ n }) => n * 2;");
    host.put(
      "outer",
      `const { LambdaClient, InvokeCommand } = require(${JSON.stringify(sdk)});
       const client = new LambdaClient();
       exports.handler = async ({ n }) => {
         const { Payload } = await client.send(new InvokeCommand({ FunctionName: "inner", Payload: JSON.stringify({ n }) }));
         return JSON.parse(Payload.transformToString());
       };`,
    );

    const results = await Promise.all([1, 2, 3, 4, 5].map((n) => host.run("outer", { n })));

    expect(results.map(({ payload }) => payload)).toEqual([2, 4, 6, 8, 10]);
  });

  test("none is left when Lambda is closed, and what ran is told so", async () => {
    const other = await startLambda();
    other.put("pid", "exports.handler = async () => process.pid;");
    const { payload: pid } = await other.run("pid");

    await other.close();

    expect(() => process.kill(pid, 0)).toThrow("ESRCH");
    await expect(other.run("pid")).rejects.toMatchObject({ code: "ServiceException" });
  });
});
