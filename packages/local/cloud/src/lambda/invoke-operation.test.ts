import { InvokeCommand, LambdaClient } from "@aws-sdk/client-lambda";
import { fakeClock } from "@darkroom/states/testing";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Caller } from "../caller.ts";
import { arnOf, type LambdaHost, place, roleArn, startLambda } from "./testing/lambda-host.ts";

let host: LambdaHost;
let client: LambdaClient;

beforeAll(async () => {
  host = await startLambda({
    statement: { Action: "lambda:InvokeFunction", Resource: arnOf("echo") },
  });
  client = new LambdaClient(host.client);
  host.put("echo", "exports.handler = async (event, c) => ({ event, context: c.clientContext });");
  host.put("fails", "exports.handler = async () => { throw new Error('no'); };");
});
afterAll(() => host.close());

const invoke = async (input: ConstructorParameters<typeof InvokeCommand>[0], by = client) => {
  const { Payload, ...rest } = await by.send(new InvokeCommand(input));
  return { ...rest, payload: Payload?.transformToString() };
};

const asRole = () =>
  new LambdaClient({
    ...host.client,
    credentials: host.credentials.issueRoleKey(roleArn, "session"),
  });

describe("Invoke", () => {
  test.each(["echo", arnOf("echo"), "000000000000:function:echo", "echo:$LATEST"])(
    "answers to the name %s",
    async (FunctionName) => {
      const answer = await invoke({ FunctionName, Payload: '{"a":"ü"}' });

      expect(answer).toMatchObject({
        StatusCode: 200,
        ExecutedVersion: "$LATEST",
        payload: '{"event":{"a":"ü"}}',
      });
      expect(answer.FunctionError).toBeUndefined();
    },
  );

  test("without a payload gives the function an empty object", async () => {
    expect((await invoke({ FunctionName: "echo" })).payload).toBe('{"event":{}}');
  });

  test("tells a function's error in its header, the payload is the error", async () => {
    const answer = await invoke({ FunctionName: "fails" });

    expect(answer).toMatchObject({ StatusCode: 200, FunctionError: "Unhandled" });
    expect(JSON.parse(answer.payload ?? "")).toMatchObject({ errorMessage: "no" });
  });

  test("with LogType=Tail brings the end of the log, under the request's own id", async () => {
    const { LogResult, $metadata } = await invoke({ FunctionName: "fails", LogType: "Tail" });

    const log = Buffer.from(LogResult ?? "", "base64").toString("utf8");
    expect(log).toContain(`START RequestId: ${$metadata.requestId} Version: $LATEST`);
    expect(log).toContain("\tERROR\tInvoke Error");
    expect(log).toMatch(/REPORT RequestId: .*\n$/);
  });

  test("passes a client context on", async () => {
    const ClientContext = Buffer.from('{"custom":{"a":1}}').toString("base64");

    const { payload } = await invoke({ FunctionName: "echo", ClientContext });

    expect(JSON.parse(payload ?? "").context).toEqual({ custom: { a: 1 } });
  });

  test("as a dry run only says that it may", async () => {
    expect(await invoke({ FunctionName: "echo", InvocationType: "DryRun" })).toMatchObject({
      StatusCode: 204,
    });
  });

  test.each([
    [
      "a function that is not there",
      { FunctionName: "nobody" },
      "ResourceNotFoundException",
      404,
      "Function not found: arn:aws:lambda:us-east-1:000000000000:function:nobody",
    ],
    [
      "a version that is not there",
      { FunctionName: "echo", Qualifier: "7" },
      "ResourceNotFoundException",
      404,
      `Function not found: ${arnOf("echo")}:7`,
    ],
    [
      "a payload that is no JSON",
      { FunctionName: "echo", Payload: "{" },
      "InvalidRequestContentException",
      400,
      /^Could not parse request body into json/,
    ],
    [
      "a payload over 6 MB",
      { FunctionName: "echo", Payload: `"${"x".repeat(6_291_456)}"` },
      "RequestEntityTooLargeException",
      413,
      "Request must be smaller than 6291456 bytes for the InvokeFunction operation",
    ],
    [
      "an event over 1 MB",
      {
        FunctionName: "echo",
        InvocationType: "Event" as const,
        Payload: `"${"x".repeat(1_048_576)}"`,
      },
      "RequestEntityTooLargeException",
      413,
      "Request must be smaller than 1048576 bytes for the InvokeFunction operation",
    ],
    [
      "what the local cloud does not do",
      { FunctionName: "echo", TenantId: "t" },
      "InvalidParameterValueException",
      400,
      /x-amz-tenant-id/,
    ],
  ])("refuses %s in Lambda's words", async (_, input, name, status, message) => {
    await expect(invoke(input)).rejects.toMatchObject({
      name,
      message: typeof message === "string" ? message : expect.stringMatching(message),
      $metadata: { httpStatusCode: status },
    });
  });

  test("is allowed to a role by its policy, and denied without", async () => {
    expect(await invoke({ FunctionName: "echo" }, asRole())).toMatchObject({ StatusCode: 200 });

    await expect(invoke({ FunctionName: "fails" }, asRole())).rejects.toMatchObject({
      name: "AccessDeniedException",
      message: `User: arn:aws:sts::000000000000:assumed-role/function/session is not authorized to perform: lambda:InvokeFunction on resource: ${arnOf("fails")} because no identity-based policy allows the lambda:InvokeFunction action`,
      $metadata: { httpStatusCode: 403 },
    });
  });

  test("is allowed to a service by the function's own policy, for the resource that it names", async () => {
    const rule = "arn:aws:events:us-east-1:000000000000:rule/failed";
    host.lambda.putPermission({
      functionName: "echo",
      statementId: "AllowRule",
      action: "lambda:InvokeFunction",
      principal: "events.amazonaws.com",
      sourceArn: rule,
    });
    const call = (sourceArn: string) => {
      const caller: Caller = {
        kind: "service",
        accountId: place.accountId,
        principal: "events.amazonaws.com",
        sourceArn,
      };
      return { call: host.callAs(caller) };
    };

    await expect(host.lambda.invokeAsync("echo", "{}", call(rule))).resolves.toBeUndefined();
    await expect(host.lambda.invokeAsync("echo", "{}", call(`${rule}2`))).rejects.toMatchObject({
      code: "AccessDeniedException",
    });
    await expect(host.lambda.invokeAsync("fails", "{}", call(rule))).rejects.toMatchObject({
      code: "AccessDeniedException",
    });
  });
});

test("an event is answered at once and runs later, with its retries", async () => {
  const clock = fakeClock();
  const other = await startLambda({ clock });
  other.put(
    "flaky",
    "let n = 0; exports.handler = async (event) => { n += 1; console.log(event, 'try', n); if (n < 3) throw new Error('no'); };",
  );
  const sdk = new LambdaClient(other.client);

  const { StatusCode } = await sdk.send(
    new InvokeCommand({ FunctionName: "flaky", InvocationType: "Event", Payload: '"hi"' }),
  );
  expect(StatusCode).toBe(202);
  expect(other.logs).toEqual([]);
  other.lambda.start();

  const tries = () => other.logs.filter(({ message }) => message.includes("hi try"));
  for (const [count, minutes] of [
    [1, 1],
    [2, 2],
    [3, 0],
  ] as const) {
    await other.until(
      () => other.logs.filter(({ message }) => message.startsWith("REPORT")).length === count,
    );
    expect(tries()).toHaveLength(count);
    await clock.advance(minutes * 60_000);
  }
  const ids = other.logs
    .filter(({ message }) => message.startsWith("START"))
    .map(({ message }) => message);
  expect(new Set(ids).size).toBe(1);
  await other.close();
  expect(other.faults).toEqual([]);
});
