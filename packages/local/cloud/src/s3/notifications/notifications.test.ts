import {
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  PutBucketNotificationConfigurationCommand,
  PutObjectCommand,
  PutObjectTaggingCommand,
  UploadPartCommand,
} from "@aws-sdk/client-s3";
import { afterAll, beforeAll, expect, test } from "vitest";
import { failure } from "../testing/failure.ts";
import { type ServedS3, serveS3 } from "../testing/serve-s3.ts";

const queue = "arn:aws:sqs:us-east-1:000000000000:q";
const events = ["s3:ObjectCreated:*", "s3:ObjectRemoved:*"];
const notifications = [{ id: "photos", targetArn: queue, events, prefix: "Incoming/" }];
let served: ServedS3;
let s3: ReturnType<ServedS3["client"]>;

beforeAll(async () => {
  served = await serveS3({
    buckets: [
      { name: "versioned", versioning: true, notifications },
      { name: "plain", notifications },
    ],
  });
  s3 = served.client();
});
afterAll(async () => {
  expect(served.faults).toEqual([]);
  await served.close();
});

const put = (Bucket: string, Key: string, Body = "hello") =>
  s3.send(new PutObjectCommand({ Bucket, Key, Body }));

/** The records that arrived since the last look. */
async function arrived(count: number) {
  await expect.poll(() => served.events.length).toBe(count);
  return served.events.splice(0).map(({ body }) => JSON.parse(body).Records[0]);
}

test("a notification that is set up is tried out", async () => {
  await expect.poll(() => served.events.length).toBe(2);
  expect(served.events.map(({ body }) => JSON.parse(body))).toMatchObject(
    ["versioned", "plain"].map((Bucket) => ({
      Service: "Amazon S3",
      Event: "s3:TestEvent",
      Bucket,
      Time: expect.stringMatching(/^\d{4}-.*Z$/),
      RequestId: expect.any(String),
      HostId: expect.any(String),
    })),
  );
  served.events.length = 0;
});

test("a new object is told in AWS's words", async () => {
  const { VersionId } = await put("versioned", "Incoming/u/a b+c%41 é😀.jpg");

  await expect.poll(() => served.events.length).toBe(1);
  const [event] = served.events.splice(0);
  expect(event).toMatchObject({ targetArn: queue, bucketArn: "arn:aws:s3:::versioned" });
  expect(JSON.parse(event?.body ?? "")).toEqual({
    Records: [
      {
        eventVersion: "2.1",
        eventSource: "aws:s3",
        awsRegion: "us-east-1",
        eventTime: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
        eventName: "ObjectCreated:Put",
        userIdentity: { principalId: expect.stringMatching(/^AWS:AIDA/) },
        requestParameters: { sourceIPAddress: "127.0.0.1" },
        responseElements: {
          "x-amz-request-id": expect.any(String),
          "x-amz-id-2": expect.any(String),
        },
        s3: {
          s3SchemaVersion: "1.0",
          configurationId: "photos",
          bucket: {
            name: "versioned",
            ownerIdentity: { principalId: expect.any(String) },
            arn: "arn:aws:s3:::versioned",
          },
          object: {
            key: "Incoming/u/a+b%2Bc%2541+%C3%A9%F0%9F%98%80.jpg",
            size: 5,
            eTag: "5d41402abc4b2a76b9719d911017c592",
            versionId: VersionId,
            sequencer: expect.stringMatching(/^[0-9A-F]{18}$/),
          },
        },
      },
    ],
  });
});

test("each way to make or remove an object has its own event", async () => {
  const Key = "Incoming/k";
  await put("versioned", Key);
  await s3.send(
    new CopyObjectCommand({
      Bucket: "versioned",
      Key: "Incoming/copy",
      CopySource: `versioned/${Key}`,
    }),
  );
  const upload = await s3.send(
    new CreateMultipartUploadCommand({ Bucket: "versioned", Key: "Incoming/parts" }),
  );
  const of = { Bucket: "versioned", Key: "Incoming/parts", UploadId: upload.UploadId };
  const { ETag, ChecksumCRC32 } = await s3.send(
    new UploadPartCommand({ ...of, PartNumber: 1, Body: "x" }),
  );
  const Parts = [{ PartNumber: 1, ETag, ChecksumCRC32 }];
  await s3.send(new CompleteMultipartUploadCommand({ ...of, MultipartUpload: { Parts } }));
  const marker = await s3.send(new DeleteObjectCommand({ Bucket: "versioned", Key }));
  await s3.send(new DeleteObjectCommand({ Bucket: "versioned", Key, VersionId: marker.VersionId }));

  const records = await arrived(5);

  const byName = new Map(records.map((record) => [record.eventName, record.s3.object]));
  expect([...byName.keys()].sort()).toEqual([
    "ObjectCreated:CompleteMultipartUpload",
    "ObjectCreated:Copy",
    "ObjectCreated:Put",
    "ObjectRemoved:Delete",
    "ObjectRemoved:DeleteMarkerCreated",
  ]);
  expect(byName.get("ObjectRemoved:DeleteMarkerCreated")).toEqual({
    key: "Incoming/k",
    eTag: "d41d8cd98f00b204e9800998ecf8427e",
    versionId: marker.VersionId,
    sequencer: expect.any(String),
  });
  expect(byName.get("ObjectRemoved:Delete")).toEqual({
    key: "Incoming/k",
    versionId: marker.VersionId,
    sequencer: expect.any(String),
  });
});

test("without versions none is told", async () => {
  await put("plain", "Incoming/k");
  await s3.send(new DeleteObjectCommand({ Bucket: "plain", Key: "Incoming/k" }));
  await s3.send(new DeleteObjectCommand({ Bucket: "plain", Key: "Incoming/k" }));

  const [created, removed] = await arrived(2);

  expect(Object.keys(created.s3.object)).toEqual(["key", "size", "eTag", "sequencer"]);
  expect(removed).toMatchObject({ eventName: "ObjectRemoved:Delete" });
  expect(Object.keys(removed.s3.object)).toEqual(["key", "sequencer"]);
});

test("what lies elsewhere, or fails, raises nothing", async () => {
  await put("versioned", "Thumbnail/k");
  await put("versioned", "Incoming/once");
  await s3
    .send(
      new PutObjectCommand({
        Bucket: "versioned",
        Key: "Incoming/once",
        Body: "x",
        IfNoneMatch: "*",
      }),
    )
    .catch(() => {});

  expect(await arrived(1)).toMatchObject([{ s3: { object: { key: "Incoming/once" } } }]);
});

test("the events of a key arrive in order, and its sequencers grow", async () => {
  await Promise.all(
    Array.from({ length: 30 }, (_, i) => put("versioned", "Incoming/many", `${i}`)),
  );

  const sequencers = (await arrived(30)).map((record) => record.s3.object.sequencer);

  expect(sequencers).toEqual([...sequencers].sort());
  expect(new Set(sequencers).size).toBe(30);
});

test("a changed notification is tried out again, an unchanged one is not", async () => {
  const draft = { name: "changing", versioning: false };
  served.s3.putBucket({ ...draft, notifications });
  served.s3.putBucket({ ...draft, notifications });
  served.s3.putBucket({ ...draft, notifications: [{ id: "other", targetArn: queue, events }] });
  await put("versioned", "Incoming/wake");

  await expect.poll(() => served.events.length).toBe(3);
  const told = served.events.splice(0).map(({ body }) => JSON.parse(body));
  expect(told.filter(({ Event }) => Event === "s3:TestEvent")).toHaveLength(2);
});

test("functions and EventBridge are told as well, each in its own words", async () => {
  const FunctionArn = "arn:aws:lambda:us-east-1:000000000000:function:f";
  const Bucket = "many-targets";
  await s3.send(new CreateBucketCommand({ Bucket }));
  await s3.send(
    new PutBucketNotificationConfigurationCommand({
      Bucket,
      NotificationConfiguration: {
        LambdaFunctionConfigurations: [
          { Id: "f", LambdaFunctionArn: FunctionArn, Events: ["s3:ObjectTagging:*"] },
        ],
        EventBridgeConfiguration: {},
      },
    }),
  );
  const Key = "a b+ä";
  const { ETag } = await s3.send(new PutObjectCommand({ Bucket, Key, Body: "hello" }));
  const TagSet = [{ Key: "a", Value: "b" }];
  await s3.send(new PutObjectTaggingCommand({ Bucket, Key, Tagging: { TagSet } }));
  await s3.send(new DeleteObjectCommand({ Bucket, Key }));

  // A bus is told of three things, a function of one.
  await expect.poll(() => served.events.length).toBe(4);
  const told = served.events.splice(0).map(({ targetArn, body }) => ({
    targetArn,
    body: JSON.parse(body),
  }));
  const ofFunction = told.filter(({ targetArn }) => targetArn === FunctionArn);
  expect(ofFunction).toMatchObject([
    { body: { Records: [{ eventName: "ObjectTagging:Put", s3: { configurationId: "f" } }] } },
  ]);
  const bus = "arn:aws:events:us-east-1:000000000000:event-bus/default";
  const ofBus = told.filter(({ targetArn }) => targetArn === bus).map(({ body }) => body);
  expect(ofBus[0]).toEqual({
    source: "aws.s3",
    "detail-type": "Object Created",
    time: expect.any(Number),
    detail: {
      version: "0",
      bucket: { name: Bucket },
      object: {
        key: Key,
        size: 5,
        etag: ETag?.replaceAll('"', ""),
        sequencer: expect.stringMatching(/^[0-9A-F]{18}$/),
      },
      "request-id": expect.any(String),
      requester: "000000000000",
      "source-ip-address": "127.0.0.1",
      reason: "PutObject",
    },
  });
  expect(ofBus.slice(1)).toMatchObject([
    { "detail-type": "Object Tags Added" },
    {
      "detail-type": "Object Deleted",
      detail: { reason: "DeleteObject", "deletion-type": "Permanently Deleted" },
    },
  ]);
});

test("a function that may not be invoked is no target", async () => {
  const refused = s3.send(
    new PutBucketNotificationConfigurationCommand({
      Bucket: "plain",
      NotificationConfiguration: {
        LambdaFunctionConfigurations: [
          {
            LambdaFunctionArn: "arn:aws:lambda:us-east-1:000000000000:function:closed",
            Events: ["s3:ObjectCreated:*"],
          },
        ],
      },
    }),
  );

  expect(await failure(refused)).toMatchObject({
    code: "InvalidArgument",
    message: "Unable to validate the following destination configurations",
  });
});
