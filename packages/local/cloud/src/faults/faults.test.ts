import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DynamoDBClient, ListTablesCommand } from "@aws-sdk/client-dynamodb";
import {
  InvokeCommand,
  type InvokeCommandInput,
  LambdaClient,
  ListFunctionsCommand,
} from "@aws-sdk/client-lambda";
import { ListBucketsCommand, S3Client } from "@aws-sdk/client-s3";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import type { Caller } from "../caller.ts";
import { createDynamoDb } from "../dynamodb/dynamodb.ts";
import { type LambdaHost, startLambda } from "../lambda/testing/lambda-host.ts";
import { createS3 } from "../s3/s3.ts";
import type { NamedService } from "../service.ts";
import { createFakeClock } from "../testing/fake-clock.ts";
import { place, serve, type TestEndpoint } from "../testing/test-endpoint.ts";
import { createFaultsClient, type FaultsClient } from "./client.ts";
import { createFaults, type Faults } from "./faults.ts";

const clock = createFakeClock();
const folder = mkdtempSync(join(tmpdir(), "darkroom-faults-"));
const closing: (() => Promise<void> | void)[] = [];
let faults: Faults;
let endpoint: TestEndpoint;
let host: LambdaHost;
let client: FaultsClient;
let task: TestEndpoint["client"];

const taskRole: Caller = {
  kind: "role",
  accountId: place.accountId,
  arn: `arn:aws:sts::${place.accountId}:assumed-role/task/session`,
  roleArn: `arn:aws:iam::${place.accountId}:role/task`,
};

const onFault = (error: unknown): void => console.error(error);

beforeAll(async () => {
  host = await startLambda({ takeFault: (name) => faults.takeForInvocation(name) });
  const common = { place, clock, onFault };
  const dynamodb = createDynamoDb({ ...common, databaseFile: join(folder, "dynamodb.sqlite") });
  const s3 = createS3({ ...common, folder: join(folder, "s3"), deliver: async () => {} });
  const services: NamedService[] = [dynamodb.service, s3.service, host.lambda.service];
  faults = createFaults({
    databaseFile: join(folder, "faults.sqlite"),
    clock,
    random: () => 0.5,
    functionNames: () => ["darkroom-dev-Echo"],
    services: () => services,
  });
  endpoint = await serve([...services.map((one) => faults.faulty(one)), faults.service]);
  client = createFaultsClient({
    endpointUrl: endpoint.client.endpoint,
    region: endpoint.client.region,
    credentials: endpoint.client.credentials,
  });
  task = {
    ...endpoint.client,
    credentials: endpoint.roleKey("task", { Effect: "Allow", Action: "*", Resource: "*" }),
  };
  host.put("darkroom-dev-Echo", "exports.handler = async (event) => event;");
  closing.push(
    () => endpoint.close(),
    () => host.close(),
    () => dynamodb.close(),
    () => s3.close(),
    () => faults.close(),
  );
});
afterEach(() => client.clear({ All: true }));
afterAll(async () => {
  for (const close of closing) await close();
  rmSync(folder, { recursive: true });
});

describe("a call that a task makes", () => {
  test.each([
    ["dynamodb:ListTables", "ProvisionedThroughputExceededException", 400],
    ["dynamodb:ListTables", "ThrottlingException", 400],
    ["dynamodb:ListTables", "InternalServerError", 500],
    ["s3:ListBuckets", "SlowDown", 503],
    ["lambda:ListFunctions", "TooManyRequestsException", 429],
  ])("%s is refused with %s", async (Call, code, status) => {
    await client.add({ Call, Error: code, Times: 1 });
    const send = () => {
      if (Call.startsWith("s3:")) return new S3Client(task).send(new ListBucketsCommand());
      if (Call.startsWith("lambda:")) {
        return new LambdaClient(task).send(new ListFunctionsCommand());
      }
      return new DynamoDBClient(task).send(new ListTablesCommand());
    };

    await expect(send()).rejects.toMatchObject({
      name: code,
      message: expect.stringMatching(/^Fault \d+ of the local cloud/),
      $metadata: { httpStatusCode: status },
    });
    await expect(send()).resolves.toBeDefined();
  });

  test("is tried again by an SDK that does so, since it takes the error for a passing one", async () => {
    await client.add({ Call: "dynamodb:ListTables", Error: "ThrottlingException", Times: 1 });
    const { $metadata } = await new DynamoDBClient({ ...task, maxAttempts: 2 }).send(
      new ListTablesCommand(),
    );

    expect($metadata.attempts).toBe(2);
  });

  test("that is late is answered as usual, after its delay", async () => {
    await client.add({ Call: "dynamodb:ListTables", Delay: 30 });
    let answered = false;
    const answer = new DynamoDBClient(task).send(new ListTablesCommand()).then((output) => {
      answered = true;
      return output;
    });

    await clock.timersSet(1);
    await clock.advance(29_999);
    expect(answered).toBe(false);
    await clock.advance(1);

    expect((await answer).TableNames).toEqual([]);
  });

  test("is not held up any longer when its caller has gone", async () => {
    await client.add({ Call: "dynamodb:ListTables", Delay: 30 });
    const gone = new AbortController();
    const held = faults.beforeCall(
      "dynamodb",
      "ListTables",
      endpoint.callAs(taskRole, gone.signal),
    );

    gone.abort();

    await expect(held).rejects.toMatchObject({ code: "ServiceUnavailable", status: 503 });
  });

  test("has no fault when the operator makes it", async () => {
    await client.add({ Call: "dynamodb:ListTables", Error: "ThrottlingException" });

    await expect(
      new DynamoDBClient(endpoint.client).send(new ListTablesCommand()),
    ).resolves.toMatchObject({ TableNames: [] });
  });

  test("has none when its chance was missed", async () => {
    await client.add({ Call: "dynamodb:ListTables", Error: "ThrottlingException", Rate: 0.5 });
    await expect(new DynamoDBClient(task).send(new ListTablesCommand())).resolves.toBeDefined();

    await client.add({ Call: "dynamodb:ListTables", Error: "ThrottlingException", Rate: 0.51 });
    await expect(new DynamoDBClient(task).send(new ListTablesCommand())).rejects.toThrow();
  });
});

describe("a function", () => {
  const invoke = async (input: Partial<InvokeCommandInput> = {}) => {
    const { FunctionError, Payload } = await new LambdaClient(endpoint.client).send(
      new InvokeCommand({ FunctionName: "darkroom-dev-Echo", Payload: '{"a":1}', ...input }),
    );
    return { FunctionError, payload: JSON.parse(Payload?.transformToString() ?? "") };
  };

  test("fails twice as if its handler had thrown, then answers", async () => {
    const { Id } = await client.add({ Function: "echo", Error: "ThrottlingException", Times: 2 });
    const failed = {
      FunctionError: "Unhandled",
      payload: {
        errorType: "ThrottlingException",
        errorMessage: `Fault ${Id} of the local cloud: see \`darkroom faults list\`.`,
        trace: expect.arrayContaining([expect.stringMatching(/^ThrottlingException: Fault/)]),
      },
    };

    // At once: which of them fail is not said, how many are.
    const results = await Promise.all([invoke(), invoke(), invoke(), invoke()]);

    expect(results.filter(({ FunctionError }) => FunctionError !== undefined)).toEqual([
      failed,
      failed,
    ]);
    expect(results).toContainEqual({ FunctionError: undefined, payload: { a: 1 } });
    const lines = host.logs.filter(({ message }) => message.includes("Invoke Error"));
    expect(lines).toHaveLength(2);
    expect(lines[0]?.message).toContain('"errorType":"ThrottlingException"');
  });

  test("is ended by a timeout that is not its own, in the same words", async () => {
    await client.add({ Function: "darkroom-dev-Echo", Timeout: 0.3, Times: 1 });

    expect(await invoke()).toEqual({
      FunctionError: "Unhandled",
      payload: {
        errorType: "Sandbox.Timedout",
        errorMessage: expect.stringMatching(
          /^RequestId: \S+ Error: Task timed out after 0.30 seconds$/,
        ),
      },
    });
    expect(host.logs.map(({ message }) => message)).toContainEqual(
      expect.stringMatching(/^\S+Z \S+ Task timed out after 0.30 seconds$/),
    );
    expect(await invoke()).toEqual({ FunctionError: undefined, payload: { a: 1 } });
  });

  test("that is late answers as usual", async () => {
    await client.add({ Function: "echo", Delay: 0.3, Times: 1 });
    const begin = performance.now();

    expect(await invoke()).toEqual({ FunctionError: undefined, payload: { a: 1 } });

    expect(performance.now() - begin).toBeGreaterThanOrEqual(299);
  });

  test("that is later than its own timeout is ended by that", async () => {
    host.put("darkroom-dev-Echo", "exports.handler = async () => 1;", { timeoutSeconds: 1 });
    await client.add({ Function: "echo", Delay: 60, Times: 1 });

    expect((await invoke()).payload).toMatchObject({
      errorType: "Sandbox.Timedout",
      errorMessage: expect.stringContaining("Task timed out after 1.00 seconds"),
    });
  });
});

describe("the operator", () => {
  test("sees what there is and clears it", async () => {
    const added = await client.add({ Function: "echo", Error: "E", Times: 2, Rate: 0.2 });

    expect(await client.list()).toEqual([added]);
    expect(added).toEqual({
      Id: expect.any(Number),
      Function: "darkroom-dev-Echo",
      Error: "E",
      Times: 2,
      Remaining: 2,
      Rate: 0.2,
      AddedAt: clock.now() / 1000,
    });
    expect(await client.clear({ Id: added.Id })).toBe(1);
    expect(await client.list()).toEqual([]);
    await expect(client.clear({ Id: added.Id })).rejects.toMatchObject({
      name: "ResourceNotFoundException",
      message: `There is no fault ${added.Id}.`,
    });
  });

  test.each([
    [{ Error: "E" }, /give either Function or Call/],
    [{ Function: "echo", Call: "s3:GetObject", Error: "E" }, /give either Function or Call/],
    [{ Function: "echo" }, /give one of Error, Timeout and Delay/],
    [{ Function: "echo", Error: "E", Delay: 1 }, /give one of Error, Timeout and Delay/],
    [{ Call: "s3:GetObject", Timeout: 1 }, /a Call has no Timeout/],
    [{ Function: "echo", Error: "E", Times: 0 }, /^Times: /],
    [{ Function: "echo", Error: "E", Rate: 1.1 }, /^Rate: /],
    [{ Function: "echo", Error: "E", Rate: 0 }, /^Rate: /],
    [{ Function: "echo", Error: "not a name" }, /must be an error's name/],
    [{ Function: "echo", Timeout: 901 }, /^Timeout: /],
    [{ Function: "nothing", Error: "E" }, /There is no function nothing: name one of echo/],
    [{ Call: "s3:GetPhoto", Error: "E" }, /There is no call s3:GetPhoto: s3 has .*GetObject/],
    [{ Call: "sns:Publish", Error: "E" }, /with one of the services dynamodb, lambda, s3/],
    [{ Call: "UpdateItem", Error: "E" }, /write service:Operation/],
    [{ Function: "echo", Error: "E", Often: true }, /Often/],
  ])("can't add %j", async (request, message) => {
    await expect(client.add(request)).rejects.toMatchObject({
      name: "ValidationException",
      message: expect.stringMatching(message),
    });
    expect(await client.list()).toEqual([]);
  });

  test("is the only one: a role that may do everything may not do this", async () => {
    const call = endpoint.callAs(taskRole);
    for (const [operation, input] of [
      ["AddFault", { Function: "echo", Error: "E" }],
      ["ListFaults", {}],
      ["ClearFaults", { All: true }],
    ] as const) {
      await expect(faults.service.call(operation, input, call)).rejects.toMatchObject({
        code: "AccessDeniedException",
        message: expect.stringContaining(`is not authorized to perform: faults:${operation}`),
      });
    }
  });
});
