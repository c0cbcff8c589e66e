import {
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  DeleteBucketCommand,
  DeleteBucketPolicyCommand,
  DeleteObjectCommand,
  GetBucketAclCommand,
  GetBucketLifecycleConfigurationCommand,
  GetBucketNotificationConfigurationCommand,
  GetBucketPolicyCommand,
  GetBucketVersioningCommand,
  GetObjectAclCommand,
  GetObjectCommand,
  ListBucketsCommand,
  PutBucketPolicyCommand,
  PutBucketRequestPaymentCommand,
  PutObjectCommand,
} from "@aws-sdk/client-s3";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { failure } from "../testing/failure.ts";
import { type ServedS3, serveS3 } from "../testing/serve-s3.ts";

const policy = JSON.stringify({
  Version: "2012-10-17",
  Statement: [
    { Effect: "Allow", Principal: "*", Action: "s3:GetObject", Resource: "arn:aws:s3:::photos/*" },
  ],
});
let served: ServedS3;
let s3: ReturnType<ServedS3["client"]>;

beforeAll(async () => {
  served = await serveS3({
    buckets: [
      {
        name: "photos",
        versioning: true,
        policy,
        notifications: [
          {
            id: "n",
            targetArn: "arn:aws:sqs:us-east-1:000000000000:q",
            events: ["s3:ObjectCreated:*"],
            prefix: "Incoming/",
          },
        ],
      },
      { name: "plain" },
    ],
  });
  s3 = served.client();
});
afterAll(() => served.close());

describe("what a bucket says of itself", () => {
  test("whether it keeps versions", async () => {
    const status = async (Bucket: string) =>
      (await s3.send(new GetBucketVersioningCommand({ Bucket }))).Status;

    expect(await status("photos")).toBe("Enabled");
    expect(await status("plain")).toBeUndefined();
  });

  test("its policy", async () => {
    const answer = await s3.send(new GetBucketPolicyCommand({ Bucket: "photos" }));

    expect(answer.Policy).toBe(policy);
    expect(await failure(s3.send(new GetBucketPolicyCommand({ Bucket: "plain" })))).toMatchObject({
      code: "NoSuchBucketPolicy",
      status: 404,
    });
  });

  test("whom it tells what", async () => {
    const get = (Bucket: string) =>
      s3.send(new GetBucketNotificationConfigurationCommand({ Bucket }));

    expect((await get("photos")).QueueConfigurations).toEqual([
      {
        Id: "n",
        QueueArn: "arn:aws:sqs:us-east-1:000000000000:q",
        Events: ["s3:ObjectCreated:*"],
        Filter: { Key: { FilterRules: [{ Name: "Prefix", Value: "Incoming/" }] } },
      },
    ]);
    expect((await get("plain")).QueueConfigurations).toBeUndefined();
  });
});

test("buckets are listed, in pages and by prefix", async () => {
  const list = async (input: object) => {
    const { Buckets, ContinuationToken } = await s3.send(new ListBucketsCommand(input));
    return { names: Buckets?.map(({ Name }) => Name), token: ContinuationToken };
  };

  expect((await list({})).names).toEqual(["photos", "plain"]);
  expect((await list({ Prefix: "ph" })).names).toEqual(["photos"]);
  const first = await list({ MaxBuckets: 1 });
  expect(first).toEqual({ names: ["photos"], token: "photos" });
  expect((await list({ ContinuationToken: first.token })).names).toEqual(["plain"]);
});

describe("buckets of people", () => {
  const create = (Bucket: string, more = {}) =>
    s3.send(new CreateBucketCommand({ Bucket, ...more }));
  const remove = (Bucket: string) => s3.send(new DeleteBucketCommand({ Bucket }));

  test("come and go", async () => {
    await create("mine", { ACL: "private", ObjectOwnership: "BucketOwnerEnforced" });
    await create("mine");
    await s3.send(new PutObjectCommand({ Bucket: "mine", Key: "k", Body: "x" }));
    await s3.send(new CreateMultipartUploadCommand({ Bucket: "mine", Key: "unfinished" }));

    expect(await failure(remove("mine"))).toMatchObject({ code: "BucketNotEmpty", status: 409 });
    await s3.send(new DeleteObjectCommand({ Bucket: "mine", Key: "k" }));
    await remove("mine");
    expect(await failure(remove("mine"))).toMatchObject({ code: "NoSuchBucket", status: 404 });
  });

  test("are not empty as long as there are versions", async () => {
    await s3.send(new DeleteObjectCommand({ Bucket: "photos", Key: "never there" }));

    expect(await failure(remove("photos"))).toMatchObject({
      message:
        "The bucket you tried to delete is not empty. You must delete all versions in the bucket.",
    });
  });

  test.each([
    [
      { CreateBucketConfiguration: { LocationConstraint: "eu-west-1" } },
      "IllegalLocationConstraintException",
    ],
    [{ ObjectLockEnabledForBucket: true }, "NotImplemented"],
    [{ ACL: "public-read" }, "NotImplemented"],
    [{ ObjectOwnership: "ObjectWriter" }, "NotImplemented"],
  ])("%j is refused", async (input, code) => {
    expect(await failure(create("refused", input))).toMatchObject({ code });
  });
});

test.each([
  ["GetBucketAcl", () => s3.send(new GetBucketAclCommand({ Bucket: "photos" }))],
  ["GetObjectAcl", () => s3.send(new GetObjectAclCommand({ Bucket: "photos", Key: "k" }))],
  [
    "GetBucketLifecycleConfiguration",
    () => s3.send(new GetBucketLifecycleConfigurationCommand({ Bucket: "photos" })),
  ],
  [
    "PutBucketRequestPayment",
    () =>
      s3.send(
        new PutBucketRequestPaymentCommand({
          Bucket: "photos",
          RequestPaymentConfiguration: { Payer: "Requester" },
        }),
      ),
  ],
])("%s, which is not there, is refused by its name", async (name, call) => {
  expect(await failure(call())).toEqual({
    code: "NotImplemented",
    status: 501,
    message: `The local cloud's S3 does not support ${name}.`,
  });
});

test("a policy that could not be held is not taken", async () => {
  const Policy = JSON.stringify({
    Version: "2012-10-17",
    Statement: [
      {
        Effect: "Deny",
        Principal: "*",
        Action: "s3:*",
        Resource: "arn:aws:s3:::plain/*",
        Condition: { NobodyKnowsThis: { "aws:SourceArn": "x" } },
      },
    ],
  });
  const refused = await failure(s3.send(new PutBucketPolicyCommand({ Bucket: "plain", Policy })));

  expect(refused).toMatchObject({ code: "NotImplemented", status: 501 });
  expect(refused.message).toContain("NobodyKnowsThis");
});

test("a policy that a person gives a bucket is held at once", async () => {
  await s3.send(new PutObjectCommand({ Bucket: "plain", Key: "secret", Body: "x" }));
  const Resource = "arn:aws:s3:::plain/secret";
  const statement = { Effect: "Deny", Principal: "*", Action: "s3:GetObject", Resource };
  const Policy = JSON.stringify({ Version: "2012-10-17", Statement: [statement] });
  const get = () => s3.send(new GetObjectCommand({ Bucket: "plain", Key: "secret" }));

  await s3.send(new PutBucketPolicyCommand({ Bucket: "plain", Policy }));
  expect(await failure(get())).toMatchObject({ code: "AccessDenied", status: 403 });
  await s3.send(new DeleteBucketPolicyCommand({ Bucket: "plain" }));
  expect((await get()).ContentLength).toBe(1);
});
