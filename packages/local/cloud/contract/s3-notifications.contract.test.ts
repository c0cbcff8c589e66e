import {
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  GetBucketNotificationConfigurationCommand,
  type NotificationConfiguration,
  PutBucketNotificationConfigurationCommand,
  PutObjectCommand,
  UploadPartCommand,
} from "@aws-sdk/client-s3";
import {
  CreateQueueCommand,
  DeleteMessageCommand,
  DeleteQueueCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SetQueueAttributesCommand,
  SQSClient,
} from "@aws-sdk/client-sqs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { failure } from "../src/s3/testing/failure.ts";
import { openS3, type S3Contract } from "./s3/s3-contract.ts";

let contract: S3Contract;
let s3: S3Contract["s3"];
let sqs: SQSClient;
let Bucket: string;
let QueueUrl: string;
let QueueArn: string;

beforeAll(async () => {
  contract = await openS3();
  ({ s3 } = contract);
  sqs = new SQSClient(contract.target.client);
  Bucket = await contract.makeBucket("notifications", "Enabled");
  ({ QueueUrl, QueueArn } = await makeQueue("notifications"));
});
afterAll(async () => {
  await sqs.send(new DeleteQueueCommand({ QueueUrl }));
  sqs.destroy();
  await contract.close();
});

async function makeQueue(purpose: string): Promise<{ QueueUrl: string; QueueArn: string }> {
  const QueueName = contract.target.uniqueName(purpose);
  const { QueueUrl: url = "" } = await sqs.send(new CreateQueueCommand({ QueueName }));
  const { Attributes } = await sqs.send(
    new GetQueueAttributesCommand({ QueueUrl: url, AttributeNames: ["QueueArn"] }),
  );
  return { QueueUrl: url, QueueArn: Attributes?.QueueArn ?? "" };
}

const allow = (bucket: string) =>
  sqs.send(
    new SetQueueAttributesCommand({
      QueueUrl,
      Attributes: {
        Policy: JSON.stringify({
          Version: "2012-10-17",
          Statement: [
            {
              Effect: "Allow",
              Principal: { Service: "s3.amazonaws.com" },
              Action: "sqs:SendMessage",
              Resource: QueueArn,
              Condition: { ArnEquals: { "aws:SourceArn": `arn:aws:s3:::${bucket}` } },
            },
          ],
        }),
      },
    }),
  );

const configure = (configuration: NotificationConfiguration) =>
  s3.send(
    new PutBucketNotificationConfigurationCommand({
      Bucket,
      NotificationConfiguration: configuration,
    }),
  );

/** Takes messages from the queue until there have been so many. */
async function receive(count: number): Promise<Record<string, unknown>[]> {
  const bodies: Record<string, unknown>[] = [];
  while (bodies.length < count) {
    const { Messages = [] } = await sqs.send(
      new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10, WaitTimeSeconds: 10 }),
    );
    for (const { Body = "", ReceiptHandle } of Messages) {
      bodies.push(JSON.parse(Body));
      await sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle }));
    }
  }
  return bodies;
}

test("a queue that does not let S3 send is no target", async () => {
  const refused = configure({
    QueueConfigurations: [{ QueueArn, Events: ["s3:ObjectCreated:*"] }],
  });

  expect(await failure(refused)).toEqual({
    code: "InvalidArgument",
    status: 400,
    message: "Unable to validate the following destination configurations",
  });
});

describe("a queue that lets S3 send", () => {
  test("is tried out, and then told of what happens under the prefix", async () => {
    await allow(Bucket);
    const rules = [
      { Name: "prefix" as const, Value: "in/" },
      { Name: "suffix" as const, Value: ".jpg" },
    ];
    const wanted = {
      Id: "photos",
      QueueArn,
      Events: ["s3:ObjectCreated:*" as const, "s3:ObjectRemoved:*" as const],
      Filter: { Key: { FilterRules: rules } },
    };
    // On AWS a policy takes a moment until it counts everywhere.
    await expect
      .poll(() => configure({ QueueConfigurations: [wanted] }).then(() => "set"), {
        timeout: 60_000,
        interval: 2000,
      })
      .toBe("set");
    const { QueueConfigurations } = await s3.send(
      new GetBucketNotificationConfigurationCommand({ Bucket }),
    );
    expect(QueueConfigurations).toMatchObject([{ Id: "photos", QueueArn, Events: wanted.Events }]);

    expect(await receive(1)).toMatchObject([
      {
        Service: "Amazon S3",
        Event: "s3:TestEvent",
        Bucket,
        Time: expect.stringMatching(/Z$/),
        RequestId: expect.any(String),
        HostId: expect.any(String),
      },
    ]);

    await s3.send(new PutObjectCommand({ Bucket, Key: "elsewhere/a.jpg", Body: "x" }));
    await s3.send(new PutObjectCommand({ Bucket, Key: "in/a.png", Body: "x" }));
    const Key = "in/a b+c%41 é😀/'\"=&?.jpg";
    const { VersionId } = await s3.send(new PutObjectCommand({ Bucket, Key, Body: "hello" }));
    expect(await receive(1)).toMatchObject([
      {
        Records: [
          {
            eventVersion: expect.stringMatching(/^2\./),
            eventSource: "aws:s3",
            awsRegion: contract.target.client.region,
            eventTime: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
            eventName: "ObjectCreated:Put",
            s3: {
              s3SchemaVersion: "1.0",
              configurationId: "photos",
              bucket: { name: Bucket, arn: `arn:aws:s3:::${Bucket}` },
              object: {
                key: "in/a+b%2Bc%2541+%C3%A9%F0%9F%98%80/%27%22%3D%26%3F.jpg",
                size: 5,
                eTag: "5d41402abc4b2a76b9719d911017c592",
                versionId: VersionId,
                sequencer: expect.stringMatching(/^[0-9A-F]+$/),
              },
            },
          },
        ],
      },
    ]);
  });

  test("is told by its own name of each way to make or remove an object", async () => {
    const of = { Bucket, Key: "in/k.jpg" };
    await s3.send(new PutObjectCommand({ ...of, Body: "x" }));
    const CopySource = `${Bucket}/${of.Key}`;
    await s3.send(new CopyObjectCommand({ Bucket, Key: "in/copy.jpg", CopySource }));
    const { UploadId } = await s3.send(
      new CreateMultipartUploadCommand({ Bucket, Key: "in/parts.jpg" }),
    );
    const upload = { Bucket, Key: "in/parts.jpg", UploadId };
    const { ETag, ChecksumCRC32 } = await s3.send(
      new UploadPartCommand({ ...upload, PartNumber: 1, Body: "x" }),
    );
    const Parts = [{ PartNumber: 1, ETag, ChecksumCRC32 }];
    await s3.send(new CompleteMultipartUploadCommand({ ...upload, MultipartUpload: { Parts } }));
    const { VersionId } = await s3.send(new DeleteObjectCommand(of));
    await s3.send(new DeleteObjectCommand({ ...of, VersionId }));

    const records = (await receive(5)).flatMap(({ Records }) => Records as { eventName: string }[]);

    expect(records.map(({ eventName }) => eventName).sort()).toEqual([
      "ObjectCreated:CompleteMultipartUpload",
      "ObjectCreated:Copy",
      "ObjectCreated:Put",
      "ObjectRemoved:Delete",
      "ObjectRemoved:DeleteMarkerCreated",
    ]);
  });
});

describe("a configuration is refused", () => {
  const queue = (more: object = {}) => ({
    QueueArn,
    Events: ["s3:ObjectCreated:*" as const],
    ...more,
  });
  const filter = (...rules: [string, string][]) => ({
    Filter: {
      Key: { FilterRules: rules.map(([Name, Value]) => ({ Name: Name as "prefix", Value })) },
    },
  });

  test("when two of its targets would be told the same", async () => {
    const QueueConfigurations = [
      queue(filter(["prefix", "a"])),
      queue({ ...filter(["prefix", "a/b"]), Events: ["s3:ObjectCreated:Put"] }),
    ];

    expect(await failure(configure({ QueueConfigurations }))).toMatchObject({
      code: "InvalidArgument",
      message: expect.stringContaining("overlapping"),
    });
  });

  test("when its filter is none", async () => {
    const twice = filter(["prefix", "a"], ["prefix", "b"]);

    for (const one of [twice, filter(["middle", "a"])]) {
      const QueueConfigurations = [queue(one)];
      expect(await failure(configure({ QueueConfigurations }))).toMatchObject({
        code: "InvalidArgument",
      });
    }
  });

  test("when the queue isn't there, unless it is not to be tried out", async () => {
    const gone = queue({ QueueArn: `${QueueArn}-gone` });

    expect(await failure(configure({ QueueConfigurations: [gone] }))).toMatchObject({
      code: "InvalidArgument",
    });
    await s3.send(
      new PutBucketNotificationConfigurationCommand({
        Bucket,
        NotificationConfiguration: { QueueConfigurations: [gone] },
        SkipDestinationValidation: true,
      }),
    );
  });

  test("and an empty one ends it all", async () => {
    await configure({});

    const { QueueConfigurations, EventBridgeConfiguration } = await s3.send(
      new GetBucketNotificationConfigurationCommand({ Bucket }),
    );
    expect([QueueConfigurations, EventBridgeConfiguration]).toEqual([undefined, undefined]);
  });

  test("EventBridge is told of everything when asked to", async () => {
    await configure({ EventBridgeConfiguration: {} });

    const answer = await s3.send(new GetBucketNotificationConfigurationCommand({ Bucket }));
    expect(answer.EventBridgeConfiguration).toBeDefined();
    await configure({});
  });
});
