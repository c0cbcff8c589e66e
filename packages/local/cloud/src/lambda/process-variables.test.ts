import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type LambdaHost, startLambda } from "./testing/lambda-host.ts";

let host: LambdaHost;

beforeAll(async () => {
  host = await startLambda();
});
afterAll(() => host.close());

describe("what a handler finds", () => {
  test("is Lambda's environment and nothing of the host's", async () => {
    process.env.A_SECRET_OF_THE_HOST = "secret";
    host.put("environment", "exports.handler = async () => process.env;", {
      environment: { TABLE: "photos", AWS_ENDPOINT_URL_S3: "http://127.0.0.1:1" },
      memoryMb: 256,
    });

    const { payload } = await host.run("environment");
    delete process.env.A_SECRET_OF_THE_HOST;

    expect(payload).toEqual({
      _HANDLER: "index.handler",
      _X_AMZN_TRACE_ID: expect.stringMatching(
        /^Root=1-[0-9a-f]{8}-[0-9a-f]{24};Parent=[0-9a-f]{16};Sampled=0$/,
      ),
      AWS_ACCESS_KEY_ID: expect.stringMatching(/^ASIA/),
      AWS_DEFAULT_REGION: "us-east-1",
      AWS_ENDPOINT_URL: host.client.endpoint,
      AWS_ENDPOINT_URL_S3: "http://127.0.0.1:1",
      AWS_EXECUTION_ENV: "AWS_Lambda_nodejs24.x",
      AWS_LAMBDA_FUNCTION_MEMORY_SIZE: "256",
      AWS_LAMBDA_FUNCTION_NAME: "environment",
      AWS_LAMBDA_FUNCTION_VERSION: "$LATEST",
      AWS_LAMBDA_INITIALIZATION_TYPE: "on-demand",
      AWS_LAMBDA_LOG_FORMAT: "Text",
      AWS_LAMBDA_LOG_GROUP_NAME: "/aws/lambda/environment",
      AWS_LAMBDA_LOG_STREAM_NAME: expect.stringMatching(
        /^\d{4}\/\d\d\/\d\d\/\[\$LATEST\][0-9a-f]{32}$/,
      ),
      AWS_REGION: "us-east-1",
      AWS_SECRET_ACCESS_KEY: expect.any(String),
      AWS_SESSION_TOKEN: expect.any(String),
      LAMBDA_RUNTIME_DIR: expect.any(String),
      LAMBDA_TASK_ROOT: expect.stringContaining(host.folder),
      LANG: "en_US.UTF-8",
      NODE_PATH: payload.LAMBDA_TASK_ROOT,
      PATH: expect.any(String),
      TABLE: "photos",
      TZ: ":UTC",
    });
  });

  test("is a context with the invocation's identity and the time that is left", async () => {
    host.put(
      "context",
      "exports.handler = async (_, context) => ({ ...context, left: context.getRemainingTimeInMillis() });",
      { timeoutSeconds: 7 },
    );

    const { payload } = await host.run("context");

    expect(payload).toEqual({
      functionName: "context",
      functionVersion: "$LATEST",
      invokedFunctionArn: "arn:aws:lambda:us-east-1:000000000000:function:context",
      memoryLimitInMB: "128",
      awsRequestId: expect.stringMatching(/^[0-9a-f-]{36}$/),
      logGroupName: "/aws/lambda/context",
      logStreamName: expect.stringMatching(/\[\$LATEST\]/),
      left: expect.any(Number),
    });
    expect(payload.left).toBeGreaterThan(6000);
    expect(payload.left).toBeLessThanOrEqual(7000);
  });

  test("is no way to the host but the answer: neither process.send nor the runtime's arguments", async () => {
    host.put(
      "process",
      "exports.handler = async () => [typeof process.send, process.argv.length];",
    );

    expect((await host.run("process")).payload).toEqual(["undefined", 2]);
  });

  test("are the modules of its layers", async () => {
    const layer = join(host.folder, "layer");
    mkdirSync(join(layer, "node_modules/sharp"), { recursive: true });
    writeFileSync(
      join(layer, "node_modules/sharp/index.js"),
      "module.exports = 'sharp of the layer';",
    );
    const other = await startLambda({ layerFolders: new Map([["sharp", layer]]) });
    other.put("layered", "exports.handler = async () => require('sharp');", { layers: ["sharp"] });

    expect((await other.run("layered")).payload).toBe("sharp of the layer");
    await other.close();
  });

  test("a handler may be a module, in a folder, in an object, or a default export", async () => {
    const zipped = (handler: string, source: string) => {
      host.put(handler.replaceAll(/\W/g, "-"), source, { handler });
      return host.run(handler.replaceAll(/\W/g, "-"));
    };

    expect((await zipped("index.api.get", "exports.api = { get: async () => 1 };")).payload).toBe(
      1,
    );
    expect((await zipped("index.read", "exports.default = { read: async () => 2 };")).payload).toBe(
      2,
    );
    expect((await zipped("../index.handler", "")).payload.errorType).toBe(
      "Runtime.MalformedHandlerName",
    );
  });
});
