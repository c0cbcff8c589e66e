import { createHash, randomBytes } from "node:crypto";
import {
  AbortMultipartUploadCommand,
  type ChecksumAlgorithm,
  type ChecksumType,
  CompleteMultipartUploadCommand,
  type CompleteMultipartUploadCommandInput,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  GetObjectAttributesCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListMultipartUploadsCommand,
  ListPartsCommand,
  PutObjectCommand,
  UploadPartCommand,
  UploadPartCopyCommand,
} from "@aws-sdk/client-s3";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createDigest } from "../src/s3/checksum.ts";
import { failure } from "../src/s3/testing/failure.ts";
import { openS3, type S3Contract } from "./s3/s3-contract.ts";

const bodies = [randomBytes(5 * 1024 * 1024), randomBytes(5 * 1024 * 1024 + 7), randomBytes(1000)];
let contract: S3Contract;
let s3: S3Contract["s3"];
let Bucket: string;
/** Sends no checksum that it isn't asked for, like clients of before 2025. */
let old: S3Contract["s3"];

beforeAll(async () => {
  contract = await openS3();
  ({ s3 } = contract);
  Bucket = await contract.makeBucket("multipart");
  old = contract.client({ requestChecksumCalculation: "WHEN_REQUIRED" });
});
afterAll(() => contract.close());

interface Begun {
  readonly Key: string;
  readonly UploadId: string;
}

async function create(
  Key: string,
  checksum: { ChecksumAlgorithm?: ChecksumAlgorithm; ChecksumType?: ChecksumType } = {},
): Promise<Begun> {
  const upload = await old.send(new CreateMultipartUploadCommand({ Bucket, Key, ...checksum }));
  return { Key, UploadId: upload.UploadId ?? "" };
}

async function part(upload: Begun, PartNumber: number, Body: Uint8Array, client = old, more = {}) {
  const answer = await client.send(
    new UploadPartCommand({ Bucket, ...upload, PartNumber, Body, ...more }),
  );
  const { ETag, ChecksumSHA256, ChecksumCRC32 } = answer;
  return { PartNumber, ETag, ChecksumSHA256, ChecksumCRC32 };
}

const complete = (
  upload: Begun,
  Parts: { PartNumber: number; ETag: string | undefined }[],
  more: Partial<CompleteMultipartUploadCommandInput> = {},
) =>
  s3.send(
    new CompleteMultipartUploadCommand({ Bucket, ...upload, MultipartUpload: { Parts }, ...more }),
  );

async function uploaded(upload: Begun, client = old, more = {}) {
  const parts = [];
  for (const [index, body] of bodies.entries()) {
    parts.push(await part(upload, index + 1, body, client, more));
  }
  return parts;
}

const digestOf = (algorithm: ChecksumAlgorithm, ...data: Uint8Array[]): Buffer => {
  const digest = createDigest(algorithm as "SHA256");
  for (const one of data) digest.update(one);
  return digest.digest();
};

describe("an upload in parts", () => {
  test("becomes an object with the ETag that S3 gives it", async () => {
    const upload = await create("plain");
    const parts = await uploaded(upload);

    const answer = await complete(upload, parts);

    const md5s = bodies.map((body) => createHash("md5").update(body).digest());
    const etag = createHash("md5").update(Buffer.concat(md5s)).digest("hex");
    expect(answer).toMatchObject({
      ETag: `"${etag}-3"`,
      ChecksumType: "FULL_OBJECT",
      ChecksumCRC64NVME: digestOf("CRC64NVME", ...bodies).toString("base64"),
    });
    const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key: "plain" }));
    const read = (await Body?.transformToByteArray()) ?? new Uint8Array();
    expect(Buffer.compare(read, Buffer.concat(bodies))).toBe(0);
  });

  test("is read across its parts by a range", async () => {
    const upload = await create("ranges");
    await complete(upload, await uploaded(upload));
    const whole = Buffer.concat(bodies);
    const edge = bodies[0]?.length ?? 0;

    for (const [from, to] of [
      [edge - 3, edge + 2],
      [0, whole.length - 1],
      [edge * 2 - 5, whole.length - 1],
    ] as const) {
      const Range = `bytes=${from}-${to}`;
      const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key: "ranges", Range }));
      const read = (await Body?.transformToByteArray()) ?? new Uint8Array();
      expect(Buffer.compare(read, whole.subarray(from, to + 1))).toBe(0);
    }
  });

  test("keeps the metadata and tags it was begun with", async () => {
    const { UploadId = "" } = await s3.send(
      new CreateMultipartUploadCommand({
        Bucket,
        Key: "meta",
        ContentType: "image/png",
        Metadata: { a: "b" },
        Tagging: "x=1",
      }),
    );
    const upload = { Key: "meta", UploadId };
    await complete(upload, [await part(upload, 1, Buffer.from("x"), s3)]);

    expect(await s3.send(new HeadObjectCommand({ Bucket, Key: "meta" }))).toMatchObject({
      ContentType: "image/png",
      Metadata: { a: "b" },
    });
  });

  test("is answered the same when its end is asked for again", async () => {
    const upload = await create("again");
    const parts = [await part(upload, 1, Buffer.from("x"))];
    const first = await complete(upload, parts);

    const second = await complete(upload, parts);

    const { $metadata: _, ...told } = first;
    expect(second).toMatchObject(told);
    const other = [{ PartNumber: 1, ETag: '"other"' }];
    expect((await failure(complete(upload, other))).status).toBeGreaterThanOrEqual(400);
    expect(await failure(part(upload, 2, Buffer.from("y")))).toMatchObject({
      code: "NoSuchUpload",
    });
  });

  test("is gone when it is aborted", async () => {
    const upload = await create("aborted");
    await part(upload, 1, Buffer.from("x"));

    await s3.send(new AbortMultipartUploadCommand({ Bucket, ...upload }));

    expect(await failure(part(upload, 2, Buffer.from("x")))).toMatchObject({
      code: "NoSuchUpload",
      status: 404,
    });
    expect(await failure(complete(upload, [{ PartNumber: 1, ETag: "x" }]))).toMatchObject({
      code: "NoSuchUpload",
    });
  });
});

describe("the rules for parts", () => {
  test("all but the last have 5 MiB", async () => {
    const upload = await create("small");
    const parts = [
      await part(upload, 1, Buffer.from("x")),
      await part(upload, 2, Buffer.from("y")),
    ];

    expect(await failure(complete(upload, parts))).toMatchObject({
      code: "EntityTooSmall",
      message: "Your proposed upload is smaller than the minimum allowed size",
    });
  });

  test("they are named in order, with their ETags", async () => {
    const upload = await create("order");
    const [one, two] = [
      await part(upload, 1, bodies[0] ?? new Uint8Array()),
      await part(upload, 2, Buffer.from("y")),
    ];

    expect(await failure(complete(upload, [two, one]))).toMatchObject({ code: "InvalidPartOrder" });
    expect(await failure(complete(upload, [one, one]))).toMatchObject({ code: "InvalidPartOrder" });
    expect(await failure(complete(upload, [{ ...one, ETag: '"other"' }]))).toMatchObject({
      code: "InvalidPart",
    });
    expect(await failure(complete(upload, [one, { ...two, PartNumber: 3 }]))).toMatchObject({
      code: "InvalidPart",
    });
    expect(await failure(complete(upload, [], {}))).toMatchObject({ code: "MalformedXML" });
    expect(await failure(complete(upload, [one, two], { MpuObjectSize: 1 }))).toMatchObject({
      code: "InvalidRequest",
    });
    await complete(upload, [one, two]);
  });

  test.each([0, 10_001])("there is no part %i", async (number) => {
    const upload = await create("numbers");

    expect(await failure(part(upload, number, Buffer.from("x")))).toMatchObject({
      code: "InvalidArgument",
      message: "Part number must be an integer between 1 and 10000, inclusive",
    });
  });
});

describe("checksums of uploads", () => {
  test("composite: the checksum of the parts' checksums", async () => {
    const upload = await create("composite", { ChecksumAlgorithm: "SHA256" });
    const parts = await uploaded(upload, s3, { ChecksumAlgorithm: "SHA256" });

    const answer = await complete(upload, parts);

    const joined = Buffer.concat(bodies.map((body) => digestOf("SHA256", body)));
    const composite = `${digestOf("SHA256", joined).toString("base64")}-3`;
    expect(answer).toMatchObject({ ChecksumSHA256: composite, ChecksumType: "COMPOSITE" });
    const attributes = await s3.send(
      new GetObjectAttributesCommand({
        Bucket,
        Key: "composite",
        ObjectAttributes: ["ETag", "Checksum", "ObjectParts", "ObjectSize", "StorageClass"],
      }),
    );
    expect(attributes).toMatchObject({
      Checksum: { ChecksumSHA256: composite, ChecksumType: "COMPOSITE" },
      ObjectSize: Buffer.concat(bodies).length,
      StorageClass: "STANDARD",
      ObjectParts: {
        TotalPartsCount: 3,
        Parts: bodies.map((body, index) => ({
          PartNumber: index + 1,
          Size: body.length,
          ChecksumSHA256: digestOf("SHA256", body).toString("base64"),
        })),
      },
    });
  });

  test.each(["CRC32", "CRC32C", "CRC64NVME"] as const)(
    "%s of the full object",
    async (algorithm) => {
      const upload = await create(`full-${algorithm}`, {
        ChecksumAlgorithm: algorithm,
        ChecksumType: "FULL_OBJECT",
      });
      const parts = await uploaded(upload, s3, { ChecksumAlgorithm: algorithm });
      const expected = digestOf(algorithm, ...bodies).toString("base64");
      const named = parts.map(({ PartNumber, ETag }) => ({ PartNumber, ETag }));
      const wrong = { [`Checksum${algorithm}`]: digestOf(algorithm).toString("base64") };

      expect(await failure(complete(upload, named, wrong))).toMatchObject({ code: "BadDigest" });
      const answer = await complete(upload, named, { [`Checksum${algorithm}`]: expected });
      expect(answer).toMatchObject({
        [`Checksum${algorithm}`]: expected,
        ChecksumType: "FULL_OBJECT",
      });
    },
  );

  test("a part must have the checksum that its upload is made of", async () => {
    const upload = await create("kept-to", { ChecksumAlgorithm: "SHA256" });

    expect(await failure(part(upload, 1, Buffer.from("x")))).toMatchObject({
      code: "InvalidRequest",
      message:
        "Checksum Type mismatch occurred, expected checksum Type: sha256, actual checksum Type: null",
    });
    expect(await failure(part(upload, 1, Buffer.from("x"), s3))).toMatchObject({
      message:
        "Checksum Type mismatch occurred, expected checksum Type: sha256, actual checksum Type: crc32",
    });
  });

  test("a composite can't be completed without the parts' checksums, nor with wrong ones", async () => {
    const upload = await create("named", { ChecksumAlgorithm: "SHA256" });
    const one = await part(upload, 1, Buffer.from("x"), s3, { ChecksumAlgorithm: "SHA256" });
    const { ETag } = one;
    const ChecksumSHA256 = digestOf("SHA256", Buffer.from("other")).toString("base64");

    const without = await failure(complete(upload, [{ PartNumber: 1, ETag }]));
    const wrong = { PartNumber: 1, ETag, ChecksumSHA256 };

    expect(without.message).toContain("It was missing for part 1 in the request.");
    expect(await failure(complete(upload, [wrong]))).toMatchObject({ code: "InvalidPart" });
    expect(await failure(complete(upload, [one], { ChecksumType: "FULL_OBJECT" }))).toMatchObject({
      code: "InvalidRequest",
    });
  });

  test("SHA256 can't be that of a full object", async () => {
    const call = create("sha", { ChecksumAlgorithm: "SHA256", ChecksumType: "FULL_OBJECT" });

    expect(await failure(call)).toMatchObject({
      code: "InvalidRequest",
      message: "The FULL_OBJECT checksum type cannot be used with the sha256 checksum algorithm.",
    });
  });

  test("a part that does not fit its checksum is refused", async () => {
    const upload = await create("bad");
    const call = part(upload, 1, Buffer.from("x"), s3, { ChecksumCRC32: "AAAAAA==" });

    expect(await failure(call)).toMatchObject({ code: "BadDigest" });
  });
});

describe("conditions", () => {
  test("hold at the end of the upload", async () => {
    const upload = await create("free");
    const parts = [await part(upload, 1, Buffer.from("x"))];
    await s3.send(new PutObjectCommand({ Bucket, Key: "free", Body: "first" }));

    expect(await failure(complete(upload, parts, { IfNoneMatch: "*" }))).toMatchObject({
      code: "PreconditionFailed",
      status: 412,
    });
  });

  test("can't be held when the key was written or deleted meanwhile", async () => {
    const put = () => s3.send(new PutObjectCommand({ Bucket, Key: "contested", Body: "x" }));
    await put();
    const upload = await create("contested");
    const parts = [await part(upload, 1, Buffer.from("x"))];
    const { ETag: IfMatch } = await put();

    expect(await failure(complete(upload, parts, { IfMatch }))).toMatchObject({
      code: "ConditionalRequestConflict",
      status: 409,
    });
    await s3.send(new DeleteObjectCommand({ Bucket, Key: "contested" }));
    expect(await failure(complete(upload, parts, { IfNoneMatch: "*" }))).toMatchObject({
      status: 409,
    });
  });
});

describe("UploadPartCopy", () => {
  test("takes a range of an object as a part", async () => {
    const Body = randomBytes(6 * 1024 * 1024);
    await s3.send(new PutObjectCommand({ Bucket, Key: "from", Body }));
    const upload = await create("to");
    const copy = async (PartNumber: number, CopySourceRange?: string) => {
      const of = { Bucket, ...upload, PartNumber, CopySource: `${Bucket}/from`, CopySourceRange };
      const { CopyPartResult } = await s3.send(new UploadPartCopyCommand(of));
      return { PartNumber, ETag: CopyPartResult?.ETag };
    };

    await complete(upload, [await copy(1), await copy(2, "bytes=10-19")]);

    const { Body: read } = await s3.send(new GetObjectCommand({ Bucket, Key: "to" }));
    const expected = Buffer.concat([Body, Body.subarray(10, 20)]);
    expect(Buffer.compare((await read?.transformToByteArray()) ?? expected, expected)).toBe(0);
  });

  test.each([
    ["bytes=1-0", "must be of the form"],
    ["bytes=1-", "must be of the form"],
    ["bytes=0-100", "is not valid for source object of size: 10"],
    ["bytes=10-20", "is invalid for the source object size"],
  ])("refuses the range %s of ten bytes", async (CopySourceRange, message) => {
    await s3.send(new PutObjectCommand({ Bucket, Key: "ten", Body: "0123456789" }));
    const upload = await create("refused");
    const of = { Bucket, ...upload, PartNumber: 1, CopySource: `${Bucket}/ten`, CopySourceRange };

    const refused = await failure(s3.send(new UploadPartCopyCommand(of)));

    expect(refused.message).toContain(message);
  });
});

describe("lists", () => {
  test("of parts, in pages", async () => {
    const upload = await create("listed", { ChecksumAlgorithm: "CRC32" });
    for (const number of [1, 3, 10]) await part(upload, number, Buffer.from("x"), s3);
    const list = (more: { MaxParts?: number; PartNumberMarker?: string }) =>
      s3.send(new ListPartsCommand({ Bucket, ...upload, ...more }));

    const first = await list({ MaxParts: 2 });
    const second = await list({ PartNumberMarker: first.NextPartNumberMarker ?? "" });

    expect(first).toMatchObject({
      IsTruncated: true,
      ChecksumAlgorithm: "CRC32",
      ChecksumType: "COMPOSITE",
      Parts: [
        { PartNumber: 1, Size: 1, ETag: '"9dd4e461268c8034f5c8564e155c67a6"' },
        { PartNumber: 3 },
      ],
    });
    expect(first.Parts?.[0]?.ChecksumCRC32).toBeDefined();
    expect(second).toMatchObject({ IsTruncated: false, Parts: [{ PartNumber: 10 }] });
  });

  test("of uploads, in pages, also behind one that has ended", async () => {
    const begun = [];
    for (const key of ["up/a", "up/a", "up/b", "up/c/1"]) begun.push(await create(key));
    const list = (more: object) =>
      s3.send(new ListMultipartUploadsCommand({ Bucket, Prefix: "up/", ...more }));

    const first = await list({ MaxUploads: 1 });
    await s3.send(
      new AbortMultipartUploadCommand({ Bucket, ...begun[0] } as Begun & { Bucket: string }),
    );
    const rest = await list({
      KeyMarker: first.NextKeyMarker,
      UploadIdMarker: first.NextUploadIdMarker,
      Delimiter: "/",
    });

    expect(first.Uploads).toMatchObject([{ Key: "up/a", UploadId: begun[0]?.UploadId }]);
    expect(first.IsTruncated).toBe(true);
    expect(rest.Uploads?.map(({ UploadId }) => UploadId)).toEqual([
      begun[1]?.UploadId,
      begun[2]?.UploadId,
    ]);
    expect(rest.CommonPrefixes).toEqual([{ Prefix: "up/c/" }]);
  });
});
