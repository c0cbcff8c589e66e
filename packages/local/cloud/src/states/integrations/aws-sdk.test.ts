import type { Json } from "@darkroom/states";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type LambdaHost, startLambda } from "../../lambda/testing/lambda-host.ts";
import { place } from "../../testing/test-endpoint.ts";
import { isTaskResource } from "../task-invoker.ts";
import { awsSdkIntegrations } from "./aws-sdk-integration.ts";
import {
  type IntegrationHost,
  machineRole,
  openIntegrationHost,
} from "./testing/integration-host.ts";

let lambda: LambdaHost;
let host: IntegrationHost;
const isoTime = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{3})?Z$/;

beforeAll(async () => {
  lambda = await startLambda();
  lambda.put("echo", "exports.handler = async (event) => event;");
  host = openIntegrationHost({ lambda: lambda.lambda.service });
  host.s3.putBucket({ name: "photos", versioning: false, notifications: [] });
  host.dynamodb.putTable({
    name: "albums",
    hashKey: { name: "id", type: "S" },
    globalSecondaryIndexes: [],
  });
});
afterAll(async () => {
  await host.close();
  await lambda.close();
});

const s3 = (action: string, parameters: object): Promise<Json> =>
  host.call(`aws-sdk:s3:${action}`, { Bucket: "photos", ...parameters });

describe("aws-sdk:s3", () => {
  test.each([
    ["a text, with its quotes", "plain", '"plain"'],
    ["an object", { a: [1, null] }, '{"a":[1,null]}'],
    ["zero", 0, "0"],
    ["false", false, "false"],
    ["a list", ["ä"], '["ä"]'],
  ])("puts %s as JSON, and gives it back as text", async (_, body, stored) => {
    expect(await s3("putObject", { Key: "a/b c+ä.json", Body: body })).toEqual({
      ChecksumCRC32: expect.stringMatching(/^[\w+/]{6}==$/),
      ChecksumType: "FULL_OBJECT",
      ETag: expect.stringMatching(/^"[0-9a-f]{32}"$/),
      ServerSideEncryption: "AES256",
    });
    expect(await s3("getObject", { Key: "a/b c+ä.json" })).toEqual({
      AcceptRanges: "bytes",
      Body: stored,
      ContentLength: Buffer.byteLength(stored),
      ContentType: "binary/octet-stream",
      ETag: expect.any(String),
      LastModified: expect.stringMatching(isoTime),
      Metadata: {},
      ServerSideEncryption: "AES256",
    });
  });

  test("puts and gets what is said of an object", async () => {
    await s3("putObject", {
      Key: "described",
      Body: {},
      ContentType: "application/json",
      Metadata: { Camera: "M6 ä" },
      Tagging: "kind=raw",
    });
    expect(await s3("headObject", { Key: "described" })).toMatchObject({
      ContentLength: 2,
      ContentType: "application/json",
      Metadata: { camera: "M6 ä" },
      TagCount: 1,
    });
    expect(await s3("getObjectTagging", { Key: "described" })).toMatchObject({
      TagSet: [{ Key: "kind", Value: "raw" }],
    });
    await s3("putObjectTagging", {
      Key: "described",
      Tagging: {
        TagSet: [
          { Key: "a", Value: "1 + 2" },
          { Key: "b", Value: "" },
        ],
      },
    });
    expect(await s3("getObjectTagging", { Key: "described" })).toMatchObject({
      TagSet: [
        { Key: "a", Value: "1 + 2" },
        { Key: "b", Value: "" },
      ],
    });
  });

  test("lists objects in pages, and removes several at once", async () => {
    for (const name of ["1", "2", "3"]) await s3("putObject", { Key: `list/${name}`, Body: name });
    const page = (await s3("listObjectsV2", { Prefix: "list/", MaxKeys: 2 })) as Record<
      string,
      Json
    >;
    expect(page).toMatchObject({
      Contents: [
        { Key: "list/1", Size: 3, LastModified: expect.stringMatching(isoTime) },
        { Key: "list/2" },
      ],
      IsTruncated: true,
      KeyCount: 2,
      MaxKeys: 2,
    });
    expect(
      await s3("listObjectsV2", {
        Prefix: "list/",
        ContinuationToken: page.NextContinuationToken,
      }),
    ).toMatchObject({ Contents: [{ Key: "list/3" }], IsTruncated: false });
    expect(await s3("listObjectsV2", { Delimiter: "/" })).toMatchObject({
      CommonPrefixes: expect.arrayContaining([{ Prefix: "list/" }]),
    });
    expect(
      await s3("deleteObjects", { Delete: { Objects: [{ Key: "list/1" }, { Key: "list/3" }] } }),
    ).toEqual({ Deleted: [{ Key: "list/1" }, { Key: "list/3" }] });
    expect(await s3("listObjects", { Prefix: "list/" })).toMatchObject({
      Contents: [{ Key: "list/2" }],
    });
  });

  test("copies, and uploads in parts", async () => {
    await s3("putObject", { Key: "source", Body: 1 });
    expect(await s3("copyObject", { Key: "copy", CopySource: "photos/source" })).toMatchObject({
      CopyObjectResult: { ETag: expect.any(String), LastModified: expect.stringMatching(isoTime) },
    });
    const { UploadId } = (await s3("createMultipartUpload", { Key: "parts" })) as {
      UploadId: string;
    };
    const part = { Key: "parts", UploadId };
    const { ETag } = (await s3("uploadPart", { ...part, PartNumber: 1, Body: { a: 1 } })) as {
      ETag: string;
    };
    expect(await s3("listParts", part)).toMatchObject({ Parts: [{ PartNumber: 1, Size: 7 }] });
    await s3("completeMultipartUpload", {
      ...part,
      MultipartUpload: { Parts: [{ PartNumber: 1, ETag }] },
    });
    expect(await s3("getObject", { Key: "parts" })).toMatchObject({ Body: '{"a":1}' });
  });

  test("makes, describes and deletes buckets", async () => {
    const Bucket = "made-by-a-machine";
    await s3("createBucket", { Bucket });
    await s3("putBucketVersioning", { Bucket, VersioningConfiguration: { Status: "Enabled" } });
    expect(await s3("getBucketVersioning", { Bucket })).toMatchObject({ Status: "Enabled" });
    expect(await host.call("aws-sdk:s3:listBuckets", {})).toMatchObject({
      Buckets: expect.arrayContaining([
        expect.objectContaining({ Name: Bucket, CreationDate: expect.stringMatching(isoTime) }),
      ]),
    });
    await s3("deleteBucket", { Bucket });
    expect(await host.failure("aws-sdk:s3:headBucket", { Bucket })).toMatchObject({
      error: expect.stringMatching(/^S3\./),
    });
  });

  test("names its errors as the SDK does, with both request ids", async () => {
    const { error, cause } = await host.failure("aws-sdk:s3:getObject", {
      Bucket: "photos",
      Key: "none",
    });
    expect(error).toBe("S3.NoSuchKeyException");
    expect(cause).toMatch(
      /^The specified key does not exist\. \(Service: S3, Status Code: 404, Request ID: [\w-]+, Extended Request ID: [\w+/=]+\)$/,
    );
    expect(await host.failure("aws-sdk:s3:listObjects", { Bucket: "none-such" })).toMatchObject({
      error: "S3.NoSuchBucketException",
      cause: expect.stringMatching(/^The specified bucket does not exist \(Service: S3, /),
    });
    const stranger = host.putRole("s3-stranger");
    expect(
      await host.failure("aws-sdk:s3:getObject", { Bucket: "photos", Key: "copy" }, stranger),
    ).toMatchObject({
      error: "S3.S3Exception",
      cause: expect.stringContaining("Status Code: 403"),
    });
  });

  test.each([300_000, 2_000_000])(
    "doesn't read an object of %i bytes: no result can be so large",
    async (size) => {
      await s3("putObject", { Key: "large", Body: "x".repeat(size) });
      expect(
        await host.failure("aws-sdk:s3:getObject", { Bucket: "photos", Key: "large" }),
      ).toMatchObject({ error: "States.DataLimitExceeded" });
      expect(await s3("getObject", { Key: "large", Range: "bytes=0-2" })).toMatchObject({
        Body: '"xx',
        ContentRange: `bytes 0-2/${size + 2}`,
      });
    },
  );

  test("refuses a parameter that it doesn't have by its name", async () => {
    const wrong = { Bucket: "photos", Key: "a", Body: 1, ObjectLockMode: "GOVERNANCE" };
    expect(await host.failure("aws-sdk:s3:putObject", wrong)).toMatchObject({
      error: "S3.S3Exception",
      cause: expect.stringContaining("ObjectLockMode"),
    });
  });
});

describe("aws-sdk:dynamodb", () => {
  test("has the types of attribute values as the SDK for Java writes them", async () => {
    const Item = {
      id: { S: "a" },
      yes: { BOOL: true },
      no: { Bool: false },
      nothing: { Nul: true },
      set: { SS: ["x"] },
      map: { M: { BOOL: { BOOL: true } } },
    };
    expect(await host.call("aws-sdk:dynamodb:putItem", { TableName: "albums", Item })).toEqual({});
    expect(
      await host.call("aws-sdk:dynamodb:query", {
        TableName: "albums",
        KeyConditionExpression: "id = :id",
        ExpressionAttributeValues: { ":id": { S: "a" } },
      }),
    ).toEqual({
      Count: 1,
      Items: [
        {
          id: { S: "a" },
          yes: { Bool: true },
          no: { Bool: false },
          nothing: { Nul: true },
          set: { Ss: ["x"] },
          map: { M: { BOOL: { Bool: true } } },
        },
      ],
      ScannedCount: 1,
    });
  });

  test("gives times as text, and names errors", async () => {
    expect(
      await host.call("aws-sdk:dynamodb:describeTable", { TableName: "albums" }),
    ).toMatchObject({
      Table: { CreationDateTime: expect.stringMatching(isoTime) },
    });
    const { error, cause } = await host.failure("aws-sdk:dynamodb:describeTable", {
      TableName: "none",
    });
    expect(error).toBe("DynamoDb.ResourceNotFoundException");
    expect(cause).toMatch(/ \(Service: DynamoDb, Status Code: 400, Request ID: [\w-]+\)$/);
    expect(
      await host.failure("aws-sdk:dynamodb:getItem", { TableName: "albums", Key: {} }),
    ).toMatchObject({ error: "DynamoDb.DynamoDbException" });
  });
});

describe("aws-sdk:sfn", () => {
  test("starts and describes an execution, with JSON where the API has text", async () => {
    const machine = await host.createMachine("sdk-child", {
      StartAt: "A",
      States: { A: { Type: "Pass", End: true } },
    });
    const started = (await host.call("aws-sdk:sfn:startExecution", {
      StateMachineArn: machine,
      Name: "one",
      Input: { Key: 1 },
    })) as { ExecutionArn: string };
    expect(started).toEqual({
      ExecutionArn: expect.stringMatching(/:execution:sdk-child:one$/),
      StartDate: expect.stringMatching(isoTime),
    });
    await host.ended(started.ExecutionArn);
    expect(
      await host.call("aws-sdk:sfn:describeExecution", { ExecutionArn: started.ExecutionArn }),
    ).toMatchObject({
      Input: '{"Key":1}',
      InputDetails: { Included: true },
      Status: "SUCCEEDED",
      StopDate: expect.stringMatching(isoTime),
    });
    expect(
      await host.call("aws-sdk:sfn:getExecutionHistory", { ExecutionArn: started.ExecutionArn }),
    ).toMatchObject({
      Events: expect.arrayContaining([
        expect.objectContaining({
          Timestamp: expect.stringMatching(isoTime),
          Type: "PassStateEntered",
          StateEnteredEventDetails: expect.objectContaining({ Name: "A" }),
        }),
      ]),
    });
  });

  test("names a token that was made up", async () => {
    for (const action of ["sendTaskSuccess", "sendTaskFailure", "sendTaskHeartbeat"]) {
      const output = action === "sendTaskSuccess" ? { Output: {} } : {};
      expect(
        await host.failure(`aws-sdk:sfn:${action}`, { TaskToken: "made up", ...output }),
      ).toMatchObject({
        error: "Sfn.InvalidTokenException",
        cause: expect.stringMatching(
          /^Invalid Token: 'Invalid token' \(Service: Sfn, Status Code: 400, /,
        ),
      });
    }
  });

  test("names its errors", async () => {
    const none = `arn:aws:states:${place.region}:${place.accountId}:stateMachine:none`;
    expect(
      await host.failure("aws-sdk:sfn:startExecution", { StateMachineArn: none }),
    ).toMatchObject({
      error: "Sfn.StateMachineDoesNotExistException",
      cause: expect.stringContaining("(Service: Sfn, Status Code: 400, Request ID: "),
    });
  });
});

describe("aws-sdk:lambda", () => {
  test("invokes by the API: the payload is text", async () => {
    expect(
      await host.call("aws-sdk:lambda:invoke", { FunctionName: "echo", Payload: { a: 1 } }),
    ).toEqual({ ExecutedVersion: "$LATEST", Payload: '{"a":1}', StatusCode: 200 });
    expect(
      await host.call("aws-sdk:lambda:invoke", { FunctionName: "echo", InvocationType: "DryRun" }),
    ).toEqual({ Payload: "", StatusCode: 204 });
  });

  test("describes functions, and refuses what it doesn't know by its name", async () => {
    expect(await host.call("aws-sdk:lambda:listFunctions", {})).toMatchObject({
      Functions: [{ FunctionName: "echo" }],
    });
    expect(
      await host.failure("aws-sdk:lambda:getFunction", { FunctionName: "none" }),
    ).toMatchObject({ error: "Lambda.ResourceNotFoundException" });
    expect(
      await host.failure("aws-sdk:lambda:invoke", { FunctionName: "echo", TenantId: "a" }),
    ).toMatchObject({
      error: "Lambda.InvalidParameterValueException",
      cause: expect.stringContaining("TenantId"),
    });
  });

  test("lambda:invoke queues an event by the same API", async () => {
    expect(
      await host.call("lambda:invoke", { FunctionName: "echo", InvocationType: "Event" }),
    ).toMatchObject({ Payload: "", StatusCode: 202, SdkHttpMetadata: { HttpStatusCode: 202 } });
  });
});

test("aws-sdk:sts says who the machine is", async () => {
  expect(await host.call("aws-sdk:sts:getCallerIdentity", {})).toEqual({
    Account: place.accountId,
    Arn: `arn:aws:sts::${place.accountId}:assumed-role/machine/one`,
    UserId: expect.any(String),
  });
});

test("aws-sdk:eventbridge tells of an entry that failed, and does not fail", async () => {
  expect(
    await host.call("aws-sdk:eventbridge:putEvents", {
      Entries: [{ Source: "shop", DetailType: "Sold", Detail: { a: 1 } }, { Source: "shop" }],
    }),
  ).toMatchObject({ FailedEntryCount: 1 });
});

test("aws-sdk:cloudwatchlogs writes and reads with capital letters", async () => {
  const group = { LogGroupName: "/machines/own" };
  await host.call("aws-sdk:cloudwatchlogs:createLogGroup", group);
  expect(await host.call("aws-sdk:cloudwatchlogs:describeLogGroups", {})).toMatchObject({
    LogGroups: [{ LogGroupName: "/machines/own" }],
  });
});

/** Calls that wait, or for which `{}` is no call. */
const notTried = new Set([
  "aws-sdk:rekognition:detectLabels",
  "aws-sdk:rekognition:detectModerationLabels",
]);

test.each([...awsSdkIntegrations.keys()].filter((name) => !notTried.has(name)))(
  "%s is there: without parameters it is not refused as unsupported",
  async (name) => {
    expect(isTaskResource(`arn:aws:states:::${name}`)).toBe(true);
    const cause = await host.call(name, {}, machineRole).then(
      () => "",
      (error: { cause?: unknown }) => String(error.cause),
    );
    expect(cause).not.toMatch(/does not support|Status Code: 501/);
  },
);

test.each([
  "aws-sdk:s3:selectObjectContent",
  "aws-sdk:s3:GetObject",
  "aws-sdk:sns:publish",
  "aws-sdk:sfn:startExecution.sync",
  "dynamodb:getItem.waitForTaskToken",
  "dynamodb:query",
  "sqs:sendMessage.sync",
  "sns:publish",
  "ecs:runTask.sync",
])("%s is no resource here", (resource) => {
  expect(isTaskResource(`arn:aws:states:::${resource}`)).toBe(false);
});
