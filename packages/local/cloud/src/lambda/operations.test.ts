import { hash } from "node:crypto";
import {
  CreateFunctionCommand,
  GetEventSourceMappingCommand,
  GetFunctionCommand,
  GetFunctionConfigurationCommand,
  GetPolicyCommand,
  InvokeCommand,
  LambdaClient,
  ListEventSourceMappingsCommand,
  ListVersionsByFunctionCommand,
  paginateListFunctions,
  UpdateFunctionConfigurationCommand,
} from "@aws-sdk/client-lambda";
import { Hash } from "@smithy/hash-node";
import { SignatureV4 } from "@smithy/signature-v4";
import { unzipSync } from "fflate";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { arnOf, type LambdaHost, place, roleArn, startLambda } from "./testing/lambda-host.ts";

let host: LambdaHost;
let client: LambdaClient;

beforeAll(async () => {
  host = await startLambda();
  client = new LambdaClient(host.client);
  host.put("echo", "exports.handler = async (event) => event;");
  host.put("fails", "exports.handler = async () => { throw new Error('no'); };");
});
afterAll(() => host.close());

const invoke = async (input: ConstructorParameters<typeof InvokeCommand>[0], by = client) => {
  const { Payload, ...rest } = await by.send(new InvokeCommand(input));
  return { ...rest, payload: Payload?.transformToString() };
};

describe("looking at what is deployed", () => {
  test("a function's configuration has what the definition says", async () => {
    const configuration = await client.send(
      new GetFunctionConfigurationCommand({ FunctionName: "echo" }),
    );

    expect(configuration).toMatchObject({
      FunctionName: "echo",
      FunctionArn: arnOf("echo"),
      Runtime: "nodejs24.x",
      Role: roleArn,
      Handler: "index.handler",
      Timeout: 10,
      MemorySize: 128,
      Version: "$LATEST",
      State: "Active",
      LastUpdateStatus: "Successful",
      Architectures: ["arm64"],
      LoggingConfig: { LogFormat: "Text", LogGroup: "/aws/lambda/echo" },
      CodeSha256: expect.stringMatching(/=$/),
      LastModified: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+0000$/),
    });
  });

  test("GetFunction also gives a link to the code, which anyone can follow who has it", async () => {
    const { Code, Configuration } = await client.send(
      new GetFunctionCommand({ FunctionName: "echo" }),
    );
    const link = Code?.Location ?? "";

    const archive = new Uint8Array(await (await fetch(link)).arrayBuffer());

    expect(Object.keys(unzipSync(archive))).toEqual(["index.cjs"]);
    expect(hash("sha256", archive, "base64")).toBe(Configuration?.CodeSha256);
    expect(link).toContain("X-Amz-Expires=600");
    expect((await fetch(link.replace("/echo?", "/fails?"))).status).toBe(403);
  });

  test("with no key but Lambda's own a link to code can be made", async () => {
    const signer = new SignatureV4({
      service: "lambda",
      region: place.region,
      credentials: host.client.credentials,
      sha256: Hash.bind(null, "sha256"),
    });
    const { hostname, port, host: hostHeader } = new URL(host.client.endpoint);
    const presigned = await signer.presign({
      method: "GET",
      protocol: "http:",
      hostname,
      port: Number(port),
      path: "/function-code/echo",
      query: {},
      headers: { host: hostHeader },
    });
    const query = new URLSearchParams(presigned.query as Record<string, string>);

    const response = await fetch(`${host.client.endpoint}/function-code/echo?${query}`);

    expect(response.status).toBe(403);
    expect(response.headers.get("x-amzn-errortype")).toBe("AccessDeniedException");
  });

  test("functions are listed page by page", async () => {
    const names: unknown[] = [];
    for await (const page of paginateListFunctions({ client, pageSize: 1 }, {})) {
      names.push(page.Functions?.map(({ FunctionName }) => FunctionName));
    }

    expect(names).toEqual([["echo"], ["fails"]]);
  });

  test("a function has one version", async () => {
    const { Versions } = await client.send(
      new ListVersionsByFunctionCommand({ FunctionName: "echo" }),
    );

    expect(Versions?.map(({ Version }) => Version)).toEqual(["$LATEST"]);
  });

  test("a function's policy is what was permitted; without a permission there is none", async () => {
    host.lambda.putPermission({
      functionName: "echo",
      statementId: "AllowRule",
      action: "lambda:InvokeFunction",
      principal: "events.amazonaws.com",
      sourceArn: "arn:aws:events:us-east-1:000000000000:rule/failed",
    });

    const { Policy } = await client.send(new GetPolicyCommand({ FunctionName: "echo" }));

    expect(JSON.parse(Policy ?? "").Statement).toEqual([
      {
        Sid: "AllowRule",
        Effect: "Allow",
        Principal: { Service: "events.amazonaws.com" },
        Action: "lambda:InvokeFunction",
        Resource: arnOf("echo"),
        Condition: {
          ArnLike: { "AWS:SourceArn": "arn:aws:events:us-east-1:000000000000:rule/failed" },
        },
      },
    ]);
    await expect(
      client.send(new GetPolicyCommand({ FunctionName: "fails" })),
    ).rejects.toMatchObject({ name: "ResourceNotFoundException" });
  });

  test("event source mappings are listed and found, with the same id at every start", async () => {
    const queueArn = `arn:aws:sqs:${place.region}:${place.accountId}:q`;
    host.lambda.putEventSourceMapping({
      address: "aws_lambda_event_source_mapping.echo",
      functionName: "echo",
      queueArn,
      batchSize: 5,
      maximumBatchingWindowSeconds: 1,
      maximumConcurrency: 3,
      reportBatchItemFailures: true,
    });

    const { EventSourceMappings } = await client.send(
      new ListEventSourceMappingsCommand({ FunctionName: "echo" }),
    );

    expect(EventSourceMappings).toEqual([
      expect.objectContaining({
        UUID: expect.stringMatching(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/),
        BatchSize: 5,
        MaximumBatchingWindowInSeconds: 1,
        EventSourceArn: queueArn,
        FunctionArn: arnOf("echo"),
        FunctionResponseTypes: ["ReportBatchItemFailures"],
        ScalingConfig: { MaximumConcurrency: 3 },
        State: "Enabled",
      }),
    ]);
    const UUID = EventSourceMappings?.[0]?.UUID;
    expect(await client.send(new GetEventSourceMappingCommand({ UUID }))).toMatchObject({ UUID });
    expect(
      (await client.send(new ListEventSourceMappingsCommand({ EventSourceArn: `${queueArn}2` })))
        .EventSourceMappings,
    ).toEqual([]);
  });
});

describe("UpdateFunctionConfiguration", () => {
  const update = (input: object) =>
    client.send(new UpdateFunctionConfigurationCommand({ FunctionName: "tuned", ...input }));

  test("changes what the next invocation runs with", async () => {
    host.put(
      "tuned",
      "exports.handler = async () => [process.env.AB, process.env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE];",
    );
    expect((await invoke({ FunctionName: "tuned" })).payload).toBe('[null,"128"]');

    await update({ MemorySize: 192, Timeout: 2, Environment: { Variables: { AB: "y" } } });

    expect((await invoke({ FunctionName: "tuned" })).payload).toBe('["y","192"]');
    expect(
      await client.send(new GetFunctionConfigurationCommand({ FunctionName: "tuned" })),
    ).toMatchObject({ MemorySize: 192, Timeout: 2, Environment: { Variables: { AB: "y" } } });
  });

  test.each([
    [{ Timeout: 901 }, "ValidationException", /Value '901' at 'timeout'/],
    [{ MemorySize: 64 }, "ValidationException", /Value '64' at 'memorySize'/],
    [
      { Environment: { Variables: { AWS_REGION: "x" } } },
      "InvalidParameterValueException",
      /Reserved keys used in this request: AWS_REGION/,
    ],
    [
      { Environment: { Variables: { LONG: "x".repeat(5000) } } },
      "InvalidParameterValueException",
      /exceeded the 4KB limit/,
    ],
    [
      { Environment: { Variables: { A: "x" } } },
      "InvalidParameterValueException",
      /Map keys must satisfy/,
    ],
    [{ RevisionId: "old" }, "PreconditionFailedException", /Revision Id/],
    [{ Handler: "other.handler" }, "ValidationException", /Handler/],
  ])("refuses %o", async (input, name, message) => {
    await expect(update(input)).rejects.toMatchObject({
      name,
      message: expect.stringMatching(message),
    });
  });
});

describe("what the local cloud does not do is refused by its name", () => {
  test("an operation", async () => {
    await expect(
      client.send(new CreateFunctionCommand({ FunctionName: "x", Role: roleArn, Code: {} })),
    ).rejects.toMatchObject({
      name: "NotImplemented",
      message: "The local cloud does not support lambda:CreateFunction.",
      $metadata: { httpStatusCode: 501 },
    });
  });

  test.each([
    ["a runtime", { runtime: "python3.13" }, /asks for the runtime python3.13/],
    ["a layer without a folder", { layers: ["sharp"] }, /uses the layer sharp/],
    [
      "a role that Lambda may not take",
      { roleArn: `${roleArn}2` },
      /The function x can't be defined: The role defined for the function cannot be assumed by Lambda/,
    ],
    [
      "a variable that Lambda sets itself",
      { environment: { AWS_REGION: "x" } },
      /The function x can't be defined: .*AWS_REGION/,
    ],
  ])("%s of a function", (_, changes, message) => {
    expect(() => host.put("x", "", changes)).toThrow(message);
  });
});
