import { createHash } from "node:crypto";
import { Readable } from "node:stream";
import {
  type ChecksumAlgorithm,
  GetObjectCommand,
  HeadObjectCommand,
  PutObjectCommand,
} from "@aws-sdk/client-s3";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { failure } from "../src/s3/testing/failure.ts";
import { openS3, type S3Contract } from "./s3/s3-contract.ts";

const digits = Buffer.from("123456789");
let contract: S3Contract;
let s3: S3Contract["s3"];
let Bucket: string;

beforeAll(async () => {
  contract = await openS3();
  ({ s3 } = contract);
  Bucket = await contract.makeBucket("checksums");
});
afterAll(() => contract.close());

const base64 = (algorithm: string) => createHash(algorithm).update(digits).digest("base64");

/** The checksums of 123456789, from elsewhere. */
const known = [
  ["CRC32", "ChecksumCRC32", "y/Q5Jg=="],
  ["CRC32C", "ChecksumCRC32C", "4waSgw=="],
  ["CRC64NVME", "ChecksumCRC64NVME", "rosUhgp5mIg="],
  ["SHA1", "ChecksumSHA1", base64("sha1")],
  ["SHA256", "ChecksumSHA256", base64("sha256")],
] as const;

describe.each(known)("%s", (algorithm, member, value) => {
  const put = (given: string) =>
    s3.send(new PutObjectCommand({ Bucket, Key: algorithm, Body: digits, [member]: given }));

  test("is checked, kept and given back", async () => {
    expect(await put(value)).toMatchObject({ [member]: value, ChecksumType: "FULL_OBJECT" });

    const wanted = { Bucket, Key: algorithm, ChecksumMode: "ENABLED" } as const;
    expect(await s3.send(new HeadObjectCommand(wanted))).toMatchObject({ [member]: value });
    expect(await s3.send(new GetObjectCommand(wanted))).toMatchObject({ [member]: value });
    const plain = await s3.send(new HeadObjectCommand({ Bucket, Key: algorithm }));
    expect(plain[member]).toBeUndefined();
  });

  test("that does not fit is refused", async () => {
    const wrong = Buffer.from(value, "base64");
    wrong.writeUInt8((wrong.readUInt8(0) + 1) % 256, 0);

    expect(await failure(put(wrong.toString("base64")))).toEqual({
      code: "BadDigest",
      status: 400,
      message: `The ${algorithm} you specified did not match the calculated checksum.`,
    });
  });

  test("that is no checksum is refused", async () => {
    expect(await failure(put("eA=="))).toMatchObject({
      code: "InvalidRequest",
      message: `Value for x-amz-checksum-${algorithm.toLowerCase()} header is invalid.`,
    });
  });

  test("is computed from a trailer too", async () => {
    const answer = await s3.send(
      new PutObjectCommand({
        Bucket,
        Key: `trailer-${algorithm}`,
        Body: Readable.from([digits], { objectMode: false }),
        ContentLength: digits.length,
        ChecksumAlgorithm: algorithm as ChecksumAlgorithm,
      }),
    );

    expect(answer[member]).toBe(value);
  });
});

test("without a checksum S3 makes its own", async () => {
  const old = contract.client({ requestChecksumCalculation: "WHEN_REQUIRED" });

  const answer = await old.send(new PutObjectCommand({ Bucket, Key: "own", Body: digits }));

  expect(answer).toMatchObject({ ChecksumCRC64NVME: "rosUhgp5mIg=", ChecksumType: "FULL_OBJECT" });
});

test("a Content-MD5 that does not fit is refused", async () => {
  const put = (ContentMD5: string) =>
    failure(s3.send(new PutObjectCommand({ Bucket, Key: "md5", Body: digits, ContentMD5 })));

  expect(await put(createHash("md5").update("other").digest("base64"))).toMatchObject({
    code: "BadDigest",
    message: "The Content-MD5 you specified did not match what we received.",
  });
  expect(await put("nonsense")).toMatchObject({ code: "InvalidDigest" });
});

test("a range tells no checksum, one that is all of the object does", async () => {
  await s3.send(new PutObjectCommand({ Bucket, Key: "range", Body: digits }));
  const get = (Range: string) =>
    s3.send(new HeadObjectCommand({ Bucket, Key: "range", Range, ChecksumMode: "ENABLED" }));

  expect((await get("bytes=0-3")).ChecksumCRC32).toBeUndefined();
  expect((await get("bytes=0-")).ChecksumCRC32).toBe("y/Q5Jg==");
});
