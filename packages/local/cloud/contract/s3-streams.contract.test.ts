import { randomBytes } from "node:crypto";
import { Readable } from "node:stream";
import {
  type ChecksumAlgorithm,
  GetObjectCommand,
  HeadObjectCommand,
  PutObjectCommand,
} from "@aws-sdk/client-s3";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createDigest } from "../src/s3/checksum.ts";
import { failure } from "../src/s3/testing/failure.ts";
import { openS3, type S3Contract } from "./s3/s3-contract.ts";
import { type SignedUpload, signedUpload } from "./s3/signed-upload.ts";

const body = randomBytes(700_001);
const chunks = [body.subarray(0, 300_000), body.subarray(300_000, 600_000), body.subarray(600_000)];
let contract: S3Contract;
let s3: S3Contract["s3"];
let Bucket: string;

beforeAll(async () => {
  contract = await openS3();
  ({ s3 } = contract);
  Bucket = await contract.makeBucket("streams");
});
afterAll(() => contract.close());

async function read(Key: string): Promise<Uint8Array> {
  const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key }));
  return (await Body?.transformToByteArray()) ?? new Uint8Array();
}

function checksum(algorithm: "CRC32" | "CRC32C" | "CRC64NVME" | "SHA1" | "SHA256"): string {
  const digest = createDigest(algorithm);
  digest.update(body);
  return digest.digest().toString("base64");
}

describe("a stream from the SDK, with a checksum behind it", () => {
  test.each(["CRC32", "CRC32C", "CRC64NVME", "SHA1", "SHA256"] as const)(
    "keeps its bytes and its %s, and nothing of its framing",
    async (algorithm) => {
      const Key = `stream-${algorithm}`;
      const answer = await s3.send(
        new PutObjectCommand({
          Bucket,
          Key,
          Body: Readable.from(chunks, { objectMode: false }),
          ContentLength: body.length,
          ContentEncoding: "gzip",
          ChecksumAlgorithm: algorithm as ChecksumAlgorithm,
        }),
      );

      expect(answer[`Checksum${algorithm}`]).toBe(checksum(algorithm));
      expect(Buffer.compare(await read(Key), body)).toBe(0);
      const head = await s3.send(new HeadObjectCommand({ Bucket, Key }));
      expect(head).toMatchObject({ ContentEncoding: "gzip", ContentLength: body.length });
    },
  );

  test("of 40 MB goes in and comes out as it comes", async () => {
    const part = randomBytes(1_000_000);
    const Body = Readable.from(
      (function* () {
        for (let i = 0; i < 40; i++) yield part;
      })(),
      { objectMode: false },
    );
    await s3.send(new PutObjectCommand({ Bucket, Key: "large", Body, ContentLength: 40_000_000 }));

    const answer = await s3.send(new GetObjectCommand({ Bucket, Key: "large" }));
    let size = 0;
    let equal = true;
    for await (const piece of answer.Body as AsyncIterable<Uint8Array>) {
      for (let at = 0; at < piece.length; at += 99_991) {
        equal &&= piece[at] === part[(size + at) % part.length];
      }
      size += piece.length;
    }
    expect([size, equal]).toEqual([40_000_000, true]);
  });
});

describe("a stream in signed chunks", () => {
  const upload = (Key: string, more: Partial<SignedUpload> = {}) =>
    signedUpload(s3, {
      url: contract.url(Bucket, Key),
      region: contract.target.client.region,
      chunks,
      ...more,
    });
  const trailer = (value: string) => ({ name: "x-amz-checksum-crc32", value });
  const missing = async (Key: string) =>
    (await failure(s3.send(new HeadObjectCommand({ Bucket, Key })))).status;

  test("keeps its bytes", async () => {
    expect(await upload("signed")).toEqual({ status: 200, text: "" });

    expect(Buffer.compare(await read("signed"), body)).toBe(0);
    const head = await s3.send(new HeadObjectCommand({ Bucket, Key: "signed" }));
    expect(head.ContentEncoding).toBeUndefined();
  });

  test("may have a signed checksum behind it", async () => {
    expect((await upload("trailed", { trailer: trailer(checksum("CRC32")) })).status).toBe(200);

    const head = new HeadObjectCommand({ Bucket, Key: "trailed", ChecksumMode: "ENABLED" });
    expect((await s3.send(head)).ChecksumCRC32).toBe(checksum("CRC32"));
  });

  test("is refused when a chunk is not what was signed", async () => {
    const { status, text } = await upload("spoiled", { spoil: "chunk" });

    expect(status).toBe(403);
    expect(text).toContain("<Code>SignatureDoesNotMatch</Code>");
    expect(await missing("spoiled")).toBe(404);
  });

  test("is refused when its checksum is not what was signed, or not that of the bytes", async () => {
    const value = checksum("CRC32");
    const spoiled = await upload("trailer", { trailer: trailer(value), spoil: "trailer" });
    const wrong = await upload("trailer", { trailer: trailer("AAAAAA==") });

    expect(spoiled.status).toBe(403);
    expect(wrong).toMatchObject({ status: 400, text: expect.stringContaining("BadDigest") });
    expect(await missing("trailer")).toBe(404);
  });

  test("is refused when it is longer or shorter than it says", async () => {
    for (const declaredLength of [body.length - 1, body.length + 1]) {
      expect((await upload("length", { declaredLength })).status).toBe(400);
    }
    expect(await missing("length")).toBe(404);
  });
});
