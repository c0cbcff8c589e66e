import {
  AbortMultipartUploadCommand,
  CopyObjectCommand,
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetObjectAttributesCommand,
  GetObjectCommand,
  GetObjectTaggingCommand,
  HeadObjectCommand,
  ListBucketsCommand,
  ListMultipartUploadsCommand,
  ListObjectsV2Command,
  ListObjectVersionsCommand,
  ListPartsCommand,
  PutObjectCommand,
  type S3Client,
} from "@aws-sdk/client-s3";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { failure } from "./testing/failure.ts";
import { type ServedS3, serveS3 } from "./testing/serve-s3.ts";

const Bucket = "photos";
const bucketArn = "arn:aws:s3:::photos";
const denied = { code: "AccessDenied", status: 403 };
let served: ServedS3;
let operator: S3Client;
let version: string;
let upload: { Bucket: string; Key: string; UploadId: string };

beforeAll(async () => {
  const noSecrets = {
    Effect: "Deny",
    Principal: "*",
    Action: "s3:GetObject",
    Resource: `${bucketArn}/secret/*`,
  };
  served = await serveS3({
    buckets: [
      {
        name: Bucket,
        versioning: true,
        policy: JSON.stringify({ Version: "2012-10-17", Statement: [noSecrets] }),
      },
    ],
  });
  operator = served.client();
  const put = { Bucket, Key: "a", Body: "x", Tagging: "t=1" };
  version = (await operator.send(new PutObjectCommand(put))).VersionId ?? "";
  await operator.send(new PutObjectCommand({ Bucket, Key: "secret/x", Body: "x" }));
  const { UploadId = "" } = await operator.send(
    new CreateMultipartUploadCommand({ Bucket, Key: "up" }),
  );
  upload = { Bucket, Key: "up", UploadId };
});
afterAll(() => served.close());

const allow = (Action: string | string[], Resource: string | string[], Condition?: object) => ({
  Effect: "Allow",
  Action,
  Resource,
  ...(Condition === undefined ? {} : { Condition }),
});
const as = (...statements: object[]) =>
  served.client({ credentials: served.roleKey(...statements) });
const on = `${bucketArn}/*`;

/** Each call with what it needs: with it the call succeeds, without it nothing does. */
const needs: [string, object[], (s3: S3Client) => Promise<unknown>][] = [
  [
    "GetObject",
    [allow("s3:GetObject", on)],
    (s3) => s3.send(new GetObjectCommand({ Bucket, Key: "a" })),
  ],
  [
    "GetObject of a version",
    [allow("s3:GetObjectVersion", on)],
    (s3) => s3.send(new GetObjectCommand({ Bucket, Key: "a", VersionId: version })),
  ],
  [
    "HeadObject",
    [allow("s3:GetObject", on)],
    (s3) => s3.send(new HeadObjectCommand({ Bucket, Key: "a" })),
  ],
  [
    "GetObjectAttributes",
    [allow(["s3:GetObject", "s3:GetObjectAttributes"], on)],
    (s3) =>
      s3.send(new GetObjectAttributesCommand({ Bucket, Key: "a", ObjectAttributes: ["ETag"] })),
  ],
  [
    "PutObject",
    [allow("s3:PutObject", `${bucketArn}/new/*`)],
    (s3) => s3.send(new PutObjectCommand({ Bucket, Key: "new/1", Body: "x" })),
  ],
  [
    "PutObject with tags",
    [allow(["s3:PutObject", "s3:PutObjectTagging"], on)],
    (s3) => s3.send(new PutObjectCommand({ Bucket, Key: "new/2", Body: "x", Tagging: "a=1" })),
  ],
  [
    "DeleteObject",
    [allow("s3:DeleteObject", on)],
    (s3) => s3.send(new DeleteObjectCommand({ Bucket, Key: "gone" })),
  ],
  [
    "DeleteObject of a version",
    [allow("s3:DeleteObjectVersion", on)],
    (s3) => s3.send(new DeleteObjectCommand({ Bucket, Key: "gone", VersionId: "null" })),
  ],
  [
    "GetObjectTagging",
    [allow("s3:GetObjectTagging", on)],
    (s3) => s3.send(new GetObjectTaggingCommand({ Bucket, Key: "a" })),
  ],
  [
    "ListObjectsV2 of a prefix",
    [allow("s3:ListBucket", bucketArn, { StringLike: { "s3:prefix": "a*" } })],
    (s3) => s3.send(new ListObjectsV2Command({ Bucket, Prefix: "a" })),
  ],
  [
    "ListObjectVersions",
    [allow("s3:ListBucketVersions", bucketArn)],
    (s3) => s3.send(new ListObjectVersionsCommand({ Bucket })),
  ],
  [
    "ListMultipartUploads",
    [allow("s3:ListBucketMultipartUploads", bucketArn)],
    (s3) => s3.send(new ListMultipartUploadsCommand({ Bucket })),
  ],
  [
    "ListParts",
    [allow("s3:ListMultipartUploadParts", on)],
    (s3) => s3.send(new ListPartsCommand(upload)),
  ],
  [
    "AbortMultipartUpload",
    [allow("s3:AbortMultipartUpload", on)],
    (s3) => s3.send(new AbortMultipartUploadCommand(upload)),
  ],
  ["ListBuckets", [allow("s3:ListAllMyBuckets", "*")], (s3) => s3.send(new ListBucketsCommand())],
  [
    "CreateBucket",
    [allow("s3:CreateBucket", "arn:aws:s3:::made")],
    (s3) => s3.send(new CreateBucketCommand({ Bucket: "made" })),
  ],
  [
    "CopyObject",
    [
      allow(["s3:GetObject", "s3:GetObjectTagging"], `${bucketArn}/a`),
      allow(["s3:PutObject", "s3:PutObjectTagging"], `${bucketArn}/copy`),
    ],
    (s3) => s3.send(new CopyObjectCommand({ Bucket, Key: "copy", CopySource: `${Bucket}/a` })),
  ],
];

describe("what a role needs", () => {
  test.each(needs)(
    "%s: with its permissions, and not without one of them",
    async (_, statements, call) => {
      const parts = statements.flatMap((statement) => {
        const { Action } = statement as { Action: string | string[] };
        return [Action].flat().map((one) => ({ ...statement, Action: one }));
      });

      for (const missing of parts) {
        const rest = parts.filter((one) => one !== missing);
        const client = as(...rest, allow("s3:GetBucketPolicy", bucketArn));
        expect(await failure(call(client))).toMatchObject({ status: 403 });
      }
      await call(as(...parts));
    },
  );
});

test("a denial names who, what and on what", async () => {
  const client = as(allow("s3:PutObject", on));

  const { message } = await failure(client.send(new GetObjectCommand({ Bucket, Key: "a" })));

  expect(message).toMatch(
    /^User: arn:aws:sts::000000000000:assumed-role\/role-\d+\/session is not authorized to perform: s3:GetObject on resource: "arn:aws:s3:::photos\/a" because no identity-based policy allows the s3:GetObject action$/,
  );
});

test("another prefix than the allowed one is denied", async () => {
  const client = as(allow("s3:ListBucket", bucketArn, { StringLike: { "s3:prefix": "a*" } }));

  expect(
    await failure(client.send(new ListObjectsV2Command({ Bucket, Prefix: "b" }))),
  ).toMatchObject(denied);
  expect(await failure(client.send(new ListObjectsV2Command({ Bucket })))).toMatchObject(denied);
});

test("the bucket's policy denies, to the operator too", async () => {
  const get = (client: S3Client) =>
    failure(client.send(new GetObjectCommand({ Bucket, Key: "secret/x" })));

  expect(await get(as(allow("s3:*", "*")))).toMatchObject(denied);
  expect(await get(operator)).toMatchObject(denied);
});

test("who may not list is not told that a key is missing", async () => {
  const get = (...statements: object[]) =>
    failure(as(...statements).send(new GetObjectCommand({ Bucket, Key: "missing" })));
  const mayGet = allow("s3:GetObject", on);
  const mayList = (prefix: string) =>
    allow("s3:ListBucket", bucketArn, { StringLike: { "s3:prefix": prefix } });

  expect(await get(mayGet)).toMatchObject(denied);
  expect(await get(mayGet, mayList("other/*"))).toMatchObject(denied);
  expect(await get(mayGet, mayList("miss*"))).toMatchObject({ code: "NoSuchKey" });
  expect(await get(mayGet, allow("s3:ListBucket", bucketArn))).toMatchObject({ code: "NoSuchKey" });
});

test("keys that may not be deleted hold up no other", async () => {
  const client = as(allow("s3:DeleteObject", `${bucketArn}/mine/*`));
  const Objects = [{ Key: "mine/1" }, { Key: "yours/1" }];

  const answer = await client.send(new DeleteObjectsCommand({ Bucket, Delete: { Objects } }));

  expect(answer.Deleted).toMatchObject([{ Key: "mine/1" }]);
  expect(answer.Errors).toMatchObject([{ Key: "yours/1", Code: "AccessDenied" }]);
});

test("how many tags there are is told only to those who may see them", async () => {
  const get = async (...actions: string[]) =>
    (await as(allow(actions, on)).send(new HeadObjectCommand({ Bucket, Key: "a" }))).TagCount;

  expect(await get("s3:GetObject")).toBeUndefined();
  expect(await get("s3:GetObject", "s3:GetObjectTagging")).toBe(1);
});

test("to write what is unchanged takes the permission to read it", async () => {
  const put = { Bucket, Key: "a", Body: "y", IfMatch: '"x"' };
  const client = as(allow("s3:PutObject", on));

  expect(await failure(client.send(new PutObjectCommand(put)))).toMatchObject(denied);
});
