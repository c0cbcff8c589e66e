import {
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  DeleteBucketCommand,
  DeleteBucketPolicyCommand,
  DeleteBucketTaggingCommand,
  DeleteObjectCommand,
  GetBucketLocationCommand,
  GetBucketPolicyCommand,
  GetBucketTaggingCommand,
  GetBucketVersioningCommand,
  HeadBucketCommand,
  ListBucketsCommand,
  PutBucketPolicyCommand,
  PutBucketTaggingCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
} from "@aws-sdk/client-s3";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { failure } from "../src/s3/testing/failure.ts";
import { openS3, type S3Contract } from "./s3/s3-contract.ts";

let contract: S3Contract;
let s3: S3Contract["s3"];
let Bucket: string;

beforeAll(async () => {
  contract = await openS3();
  ({ s3 } = contract);
  Bucket = await contract.makeBucket("buckets");
});
afterAll(() => contract.close());

test("a bucket is there, one that nobody made is not", async () => {
  const head = await s3.send(new HeadBucketCommand({ Bucket }));
  const nowhere = s3.send(new HeadBucketCommand({ Bucket: `${Bucket}-nowhere` }));

  expect(head.BucketRegion).toBe(contract.target.client.region);
  expect(await failure(nowhere)).toMatchObject({ code: "NotFound", status: 404 });
});

test("a bucket tells where it is", async () => {
  const { LocationConstraint } = await s3.send(new GetBucketLocationCommand({ Bucket }));

  const { region } = contract.target.client;
  expect(LocationConstraint).toBe(region === "us-east-1" ? undefined : region);
});

test("a bucket is among those that are listed", async () => {
  const { Buckets } = await s3.send(new ListBucketsCommand({ Prefix: Bucket }));

  expect(Buckets).toMatchObject([{ Name: Bucket, CreationDate: expect.any(Date) }]);
});

test("a bucket goes when there is nothing left in it, with uploads that never ended", async () => {
  const { region } = contract.target.client;
  const leaving = contract.target.uniqueName("leaving");
  const configuration =
    region === "us-east-1"
      ? {}
      : { CreateBucketConfiguration: { LocationConstraint: region as "eu-west-1" } };
  await s3.send(new CreateBucketCommand({ Bucket: leaving, ...configuration }));
  await s3.send(new PutObjectCommand({ Bucket: leaving, Key: "k", Body: "x" }));
  const remove = () => s3.send(new DeleteBucketCommand({ Bucket: leaving }));

  expect(await failure(remove())).toMatchObject({ code: "BucketNotEmpty", status: 409 });
  await s3.send(new DeleteObjectCommand({ Bucket: leaving, Key: "k" }));
  await s3.send(new CreateMultipartUploadCommand({ Bucket: leaving, Key: "unfinished" }));
  await remove();
  expect(await failure(remove())).toMatchObject({ code: "NoSuchBucket", status: 404 });
});

test.each(["No", "ab", "a..b", "192.168.0.1", "xn--bucket", "under_score"])(
  "%s is no bucket's name",
  async (name) => {
    const create = s3.send(new CreateBucketCommand({ Bucket: name }));

    expect(await failure(create)).toMatchObject({ code: "InvalidBucketName", status: 400 });
  },
);

describe("versioning", () => {
  const status = async (bucket: string) =>
    (await s3.send(new GetBucketVersioningCommand({ Bucket: bucket }))).Status;
  const put = (bucket: string, configuration: object) =>
    s3.send(
      new PutBucketVersioningCommand({ Bucket: bucket, VersioningConfiguration: configuration }),
    );

  test("is off at first, can be enabled and then suspended", async () => {
    const versions = await contract.makeBucket("versioning");

    expect(await status(versions)).toBeUndefined();
    await put(versions, { Status: "Enabled" });
    expect(await status(versions)).toBe("Enabled");
    const written = await s3.send(new PutObjectCommand({ Bucket: versions, Key: "k", Body: "x" }));
    expect(written.VersionId).toMatch(/^[A-Za-z0-9._]{32}$/);
    await put(versions, { Status: "Suspended" });
    expect(await status(versions)).toBe("Suspended");
  });

  test("must be one of the two", async () => {
    expect(await failure(put(Bucket, { Status: "On" }))).toMatchObject({ code: "MalformedXML" });
    expect(await failure(put(Bucket, {}))).toMatchObject({
      code: "IllegalVersioningConfigurationException",
    });
  });
});

describe("tags of a bucket", () => {
  const get = async () => (await s3.send(new GetBucketTaggingCommand({ Bucket }))).TagSet;
  const put = (TagSet: { Key: string; Value: string }[]) =>
    s3.send(new PutBucketTaggingCommand({ Bucket, Tagging: { TagSet } }));

  test("are set, replaced and removed", async () => {
    expect(await failure(get())).toMatchObject({ code: "NoSuchTagSet", status: 404 });

    await put([
      { Key: "stage", Value: "test" },
      { Key: "ä ö", Value: "" },
    ]);
    expect(await get()).toEqual(
      expect.arrayContaining([
        { Key: "stage", Value: "test" },
        { Key: "ä ö", Value: "" },
      ]),
    );
    await put([{ Key: "stage", Value: "other" }]);
    expect(await get()).toEqual([{ Key: "stage", Value: "other" }]);
    await s3.send(new DeleteBucketTaggingCommand({ Bucket }));
    expect(await failure(get())).toMatchObject({ code: "NoSuchTagSet" });
  });

  test("have keys that differ", async () => {
    const twice = put([
      { Key: "a", Value: "1" },
      { Key: "a", Value: "2" },
    ]);

    expect(await failure(twice)).toMatchObject({ code: "InvalidTag", status: 400 });
  });
});

describe("the policy of a bucket", () => {
  const get = async () => (await s3.send(new GetBucketPolicyCommand({ Bucket }))).Policy;
  const put = (policy: string) => s3.send(new PutBucketPolicyCommand({ Bucket, Policy: policy }));
  const denial = (resource: string) =>
    JSON.stringify({
      Version: "2012-10-17",
      Statement: [
        {
          Effect: "Deny",
          Principal: "*",
          Action: "s3:GetObject",
          Resource: `arn:aws:s3:::${resource}/secret/*`,
        },
      ],
    });

  test("is set, held and removed", async () => {
    expect(await failure(get())).toMatchObject({ code: "NoSuchBucketPolicy", status: 404 });

    await put(denial(Bucket));

    expect(JSON.parse((await get()) ?? "")).toEqual(JSON.parse(denial(Bucket)));
    await s3.send(new DeleteBucketPolicyCommand({ Bucket }));
    expect(await failure(get())).toMatchObject({ code: "NoSuchBucketPolicy" });
  });

  test("speaks of this bucket, in JSON", async () => {
    expect(await failure(put("{"))).toMatchObject({ code: "MalformedPolicy", status: 400 });
    expect(await failure(put(denial("some-other-bucket")))).toMatchObject({
      code: "MalformedPolicy",
      message: "Policy has invalid resource",
    });
  });
});
