import {
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  DeleteBucketCommand,
  DeleteObjectCommand,
  GetBucketAclCommand,
  GetBucketLocationCommand,
  GetBucketNotificationConfigurationCommand,
  GetBucketPolicyCommand,
  GetBucketTaggingCommand,
  GetBucketVersioningCommand,
  HeadBucketCommand,
  ListBucketsCommand,
  PutBucketCorsCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
} from "@aws-sdk/client-s3";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { failure, type ServedS3, serveS3 } from "../testing/serve-s3.ts";

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
  test("that it is there", async () => {
    const head = await s3.send(new HeadBucketCommand({ Bucket: "photos" }));

    expect(head.BucketRegion).toBe("us-east-1");
    expect(await failure(s3.send(new HeadBucketCommand({ Bucket: "nowhere" })))).toMatchObject({
      status: 404,
    });
  });

  test("where it is", async () => {
    const answer = await s3.send(new GetBucketLocationCommand({ Bucket: "photos" }));

    expect(answer.LocationConstraint).toBeUndefined();
  });

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

  test("that it has no tags", async () => {
    const call = s3.send(new GetBucketTaggingCommand({ Bucket: "photos" }));

    expect(await failure(call)).toMatchObject({ code: "NoSuchTagSet", status: 404 });
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

  test.each(["ab", "Upper", "under_score", "-a-", "1.2.3.4", "a..b"])(
    "%s is no bucket's name",
    async (name) => {
      expect(await failure(create(name))).toMatchObject({ code: "InvalidBucketName" });
    },
  );

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

test("what is not there is refused by its name", async () => {
  const acl = await failure(s3.send(new GetBucketAclCommand({ Bucket: "photos" })));
  const cors = await failure(
    s3.send(new PutBucketCorsCommand({ Bucket: "photos", CORSConfiguration: { CORSRules: [] } })),
  );
  const versioning = await failure(
    s3.send(
      new PutBucketVersioningCommand({
        Bucket: "photos",
        VersioningConfiguration: { Status: "Enabled" },
      }),
    ),
  );

  for (const [refused, name] of [
    [acl, "acl"],
    [cors, "cors"],
    [versioning, "versioning"],
  ] as const) {
    expect(refused).toMatchObject({ code: "NotImplemented", status: 501 });
    expect(refused.message).toContain(`"?${name}"`);
  }
});
