import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { AwsError } from "../../aws-error.ts";
import { place } from "../../testing/test-endpoint.ts";
import type { FunctionResult } from "./task-services.ts";
import {
  executionArn,
  type IntegrationHost,
  machineArn,
  openIntegrationHost,
} from "./testing/integration-host.ts";

const functionArn = `arn:aws:lambda:${place.region}:${place.accountId}:function:work`;

let host: IntegrationHost;
let answer: (functionName: string, payload: string, tail: boolean) => FunctionResult;
const delivered: object[] = [];

const echo = (_: string, payload: string): FunctionResult => ({
  payload,
  executedVersion: "$LATEST",
});

beforeAll(() => {
  host = openIntegrationHost({
    answer: (name, payload, { tail }) => answer(name, payload, tail),
    deliver: async ({ event }) => void delivered.push(event),
  });
  host.sqs.putQueue({
    name: "orders",
    visibilityTimeoutSeconds: 30,
    messageRetentionSeconds: 3600,
    receiveWaitTimeSeconds: 0,
    delaySeconds: 0,
    maxMessageSize: 262_144,
    sseEnabled: true,
  });
  host.dynamodb.putTable({
    name: "albums",
    hashKey: { name: "id", type: "S" },
    globalSecondaryIndexes: [],
  });
});
afterAll(() => host.close());

describe("a function's own ARN", () => {
  test("gives what the function returns, whatever JSON it is", async () => {
    answer = echo;
    for (const value of [0, "", false, null, [], { a: 1 }]) {
      expect(await host.invoke(functionArn, value)).toEqual(value);
    }
  });

  test("fails as the function does, by the name of its error and with its report as it came", async () => {
    const payload = '{"errorType": "OutOfPaper", "errorMessage": "none left"}';
    answer = () => ({ payload, functionError: "Unhandled", executedVersion: "$LATEST" });
    expect(await host.failure(functionArn, {})).toEqual({ error: "OutOfPaper", cause: payload });
  });

  test("fails as Lambda.Unknown when the function's error has no name", async () => {
    const payload = '{"errorMessage":"it ran too long"}';
    answer = () => ({ payload, functionError: "Unhandled", executedVersion: "$LATEST" });
    expect(await host.failure(functionArn, {})).toEqual({
      error: "Lambda.Unknown",
      cause: payload,
    });
  });

  test("takes a result of 1 MiB, and one that is no JSON as text", async () => {
    const large = "x".repeat(1024 * 1024);
    answer = () => ({ payload: JSON.stringify(large), executedVersion: "$LATEST" });
    expect(await host.invoke(functionArn, {})).toBe(large);
    answer = () => ({ payload: "<p>", executedVersion: "$LATEST" });
    expect(await host.invoke(functionArn, {})).toBe("<p>");
  });

  test("fails in Lambda's name when the local cloud itself does, and tells of the fault", async () => {
    answer = () => {
      throw new Error("a bug");
    };
    expect(await host.failure(functionArn, {})).toMatchObject({
      error: "Lambda.AWSLambdaException",
      cause: expect.stringContaining("Status Code: 500"),
    });
    expect(host.faults.splice(0)).toEqual([expect.objectContaining({ message: "a bug" })]);
  });

  test("names what Lambda itself refuses", async () => {
    answer = () => {
      throw new AwsError("ResourceNotFoundException", `Function not found: ${functionArn}`, {
        status: 404,
      });
    };
    const { error, cause } = await host.failure(functionArn, {});
    expect(error).toBe("Lambda.ResourceNotFoundException");
    expect(cause).toMatch(
      /^Function not found: arn:aws:lambda:.* \(Service: AWSLambda; Status Code: 404; Error Code: ResourceNotFoundException; Request ID: [\w-]{36}; Proxy: null\)$/,
    );
  });
});

describe("lambda:invoke", () => {
  test("gives the payload with what HTTP said of it", async () => {
    answer = echo;
    const result = await host.call("lambda:invoke", {
      FunctionName: "work",
      Payload: { page: "ä" },
    });
    expect(result).toEqual({
      ExecutedVersion: "$LATEST",
      Payload: { page: "ä" },
      SdkHttpMetadata: {
        AllHttpHeaders: expect.objectContaining({ "Content-Length": ["13"] }),
        HttpHeaders: expect.objectContaining({
          "Content-Length": "13",
          "Content-Type": "application/json",
          "X-Amz-Executed-Version": "$LATEST",
        }),
        HttpStatusCode: 200,
      },
      SdkResponseMetadata: { RequestId: expect.stringMatching(/^[\w-]{36}$/) },
      StatusCode: 200,
    });
    expect(Object.keys(result as object)).toEqual(Object.keys(result as object).sort());
  });

  test("takes a payload of null for none", async () => {
    answer = echo;
    const result = await host.call("lambda:invoke", { FunctionName: "work", Payload: null });
    expect(result).toMatchObject({ Payload: {} });
  });

  test("passes on the qualifier, and gives the end of the log when that is asked for", async () => {
    answer = (name, _, tail) => ({
      payload: JSON.stringify(name),
      executedVersion: "7",
      logTail: tail ? "END" : undefined,
    });
    expect(
      await host.call("lambda:invoke", { FunctionName: "work", Qualifier: "7", LogType: "Tail" }),
    ).toMatchObject({
      Payload: "work:7",
      ExecutedVersion: "7",
      LogResult: Buffer.from("END").toString("base64"),
    });
  });

  test.each([
    [{ Payload: {} }, "The field 'FunctionName' is required but was missing"],
    [{ FunctionName: "work", Body: 1 }, 'The field "Body" is not supported by Step Functions'],
    [
      { FunctionName: "work", ClientContext: "e30=" },
      'The field "ClientContext" of lambda:invoke is not supported by the local cloud',
    ],
  ])("fails the state before it calls with the parameters %j", async (parameters, reason) => {
    const machine = await host.createMachine(`wrong-${Object.keys(parameters).join("-")}`, {
      StartAt: "Call",
      States: { Call: { Type: "Task", Resource: "arn:aws:states:::lambda:invoke", End: true } },
    });
    const arn = await host.start(machine, parameters);
    const { error, cause } = await host.ended(arn);
    expect(error).toBe("States.Runtime");
    expect(cause).toBe(
      `An error occurred while executing the state 'Call' (entered at the event id #2). The Parameters '${JSON.stringify(parameters)}' could not be used to start the Task: [${reason}]`,
    );
    const history = await host.history(arn, "ExecutionFailed");
    expect(history.map(({ type }) => type)).not.toContain("TaskScheduled");
  });

  test("refuses a type of log that isn't one", async () => {
    const wrong = { FunctionName: "work", LogType: "Head" };
    expect(await host.failure("lambda:invoke", wrong)).toMatchObject({
      error: "Lambda.AWSLambdaException",
      cause: expect.stringContaining("Value 'Head' at 'logType'"),
    });
  });
});

describe("sqs:sendMessage", () => {
  const queue = "http://127.0.0.1:4566/000000000000/orders";

  test("sends an object as its JSON, with attributes", async () => {
    const sent = await host.call("sqs:sendMessage", {
      QueueUrl: queue,
      MessageBody: { order: 7 },
      MessageAttributes: { kind: { DataType: "String", StringValue: "print" } },
    });
    expect(sent).toMatchObject({
      MD5OfMessageBody: expect.stringMatching(/^[0-9a-f]{32}$/),
      MessageId: expect.any(String),
      SdkHttpMetadata: {
        HttpHeaders: { "Content-Type": "application/x-amz-json-1.0" },
        HttpStatusCode: 200,
      },
    });
    const received = await host.call("aws-sdk:sqs:receiveMessage", {
      QueueUrl: queue,
      MessageAttributeNames: ["All"],
    });
    expect(received).toMatchObject({
      Messages: [
        {
          Body: '{"order":7}',
          Md5OfBody: expect.any(String),
          MessageAttributes: { kind: { StringValue: "print" } },
        },
      ],
    });
  });

  test("fails in SQS's words without a body", async () => {
    const { error, cause } = await host.failure("sqs:sendMessage", {
      QueueUrl: queue,
      MessageBody: null,
    });
    expect(error).toBe("SQS.AmazonSQSException");
    expect(cause).toMatch(
      /^The request must contain the parameter MessageBody\. \(Service: AmazonSQS; Status Code: 400; Error Code: MissingParameter; Request ID: [\w-]+; Proxy: null\)$/,
    );
  });

  test("names a queue that isn't there, and takes what is no URL for a host", async () => {
    expect(
      await host.failure("sqs:sendMessage", { QueueUrl: `${queue}2`, MessageBody: "a" }),
    ).toMatchObject({
      error: "SQS.QueueDoesNotExistException",
      cause: expect.stringContaining("Error Code: AWS.SimpleQueueService.NonExistentQueue"),
    });
    for (const url of ["orders", "http://orders/000000000000/orders"]) {
      expect(await host.failure("sqs:sendMessage", { QueueUrl: url, MessageBody: "a" })).toEqual({
        error: "SQS.SdkClientException",
        cause: "Unable to execute HTTP request: orders: Name or service not known",
      });
    }
  });

  test("is refused to a role that may not", async () => {
    const role = host.putRole("sqs-stranger");
    const { error, cause } = await host.failure(
      "sqs:sendMessage",
      { QueueUrl: queue, MessageBody: "a" },
      role,
    );
    expect(error).toBe("SQS.AmazonSQSException");
    expect(cause).toMatch(/not authorized to perform: sqs:sendmessage.*Status Code: 403/);
  });
});

describe("dynamodb", () => {
  const key = { id: { S: "a" } };
  const table = { TableName: "albums" };

  test("puts, updates, gets and deletes an item", async () => {
    await host.call("dynamodb:putItem", { ...table, Item: { ...key, done: { BOOL: false } } });
    expect(
      await host.call("dynamodb:updateItem", {
        ...table,
        Key: key,
        UpdateExpression: "SET pages = :n",
        ExpressionAttributeValues: { ":n": { N: "12" } },
        ReturnValues: "UPDATED_NEW",
      }),
    ).toMatchObject({ Attributes: { pages: { N: "12" } } });
    const got = await host.call("dynamodb:getItem", { ...table, Key: key });
    expect(got).toMatchObject({
      Item: { id: { S: "a" }, done: { BOOL: false }, pages: { N: "12" } },
      SdkHttpMetadata: { HttpHeaders: { "x-amz-crc32": expect.stringMatching(/^\d+$/) } },
    });
    await host.call("dynamodb:deleteItem", { ...table, Key: key });
    expect(await host.call("dynamodb:getItem", { ...table, Key: key })).not.toHaveProperty("Item");
  });

  test("names a condition that did not hold, a table that isn't there, and what is not valid", async () => {
    const condition = { ConditionExpression: "attribute_exists(id)" };
    const put = { ...table, Item: { id: { S: "none" } } };
    expect(await host.failure("dynamodb:putItem", { ...put, ...condition })).toMatchObject({
      error: "DynamoDB.ConditionalCheckFailedException",
    });
    const { error, cause } = await host.failure("dynamodb:putItem", { ...put, TableName: "none" });
    expect(error).toBe("DynamoDB.ResourceNotFoundException");
    expect(cause).toMatch(
      /^Requested resource not found.* \(Service: AmazonDynamoDBv2; Status Code: 400; Error Code: ResourceNotFoundException; Request ID: [\w-]+; Proxy: null\)$/,
    );
    expect(await host.failure("dynamodb:putItem", { ...table, Item: {} })).toMatchObject({
      error: "DynamoDB.AmazonDynamoDBException",
      cause: expect.stringContaining("Error Code: ValidationException"),
    });
  });
});

describe("events:putEvents", () => {
  test("puts events whose detail is JSON, and that say which execution they come from", async () => {
    host.events.putRule({
      name: "all",
      arn: `arn:aws:events:${place.region}:${place.accountId}:rule/all`,
      eventPattern: '{"source":["shop"]}',
      targets: [
        {
          id: "queue",
          arn: `arn:aws:sqs:${place.region}:${place.accountId}:orders`,
          maximumRetryAttempts: 0,
          maximumEventAgeSeconds: 60,
        },
      ],
    } as Parameters<typeof host.events.putRule>[0]);
    const result = await host.call("events:putEvents", {
      Entries: [
        {
          Source: "shop",
          DetailType: "Sold",
          Detail: { item: 3 },
          Resources: ["shelf"],
          Time: "2026-02-03T04:05:06Z",
        },
      ],
    });
    expect(result).toEqual({ Entries: [{ EventId: expect.any(String) }], FailedEntryCount: 0 });
    while (delivered.length === 0) await new Promise((resolve) => setImmediate(resolve));
    expect(delivered[0]).toMatchObject({
      detail: { item: 3 },
      resources: ["shelf", machineArn, executionArn],
      time: "2026-02-03T04:05:06Z",
    });
  });

  test("fails when an entry does", async () => {
    const { error, cause } = await host.failure("events:putEvents", {
      Entries: [{ Source: "shop", DetailType: "Sold", Detail: {} }, { DetailType: "Sold" }],
    });
    expect(error).toBe("EventBridge.FailedEntry");
    expect(JSON.parse(cause)).toEqual({
      Entries: [
        { EventId: expect.any(String) },
        {
          ErrorCode: "InvalidArgument",
          ErrorMessage: "Parameter Source is not valid. Reason: Source is a required argument.",
        },
      ],
      FailedEntryCount: 1,
    });
  });
});
