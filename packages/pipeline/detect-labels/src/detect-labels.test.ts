import { crc32 } from "node:zlib";
import { RekognitionClient } from "@aws-sdk/client-rekognition";
import { answering, memoryObjects, samplePhoto } from "@darkroom/lambda/testing";
import type { ExtractedMetadata } from "@darkroom/workflow";
import sharp from "sharp";
import { describe, expect, test } from "vitest";
import { detectLabels } from "./detect-labels.ts";
import { labelDetector } from "./label-detector.ts";
import { limits } from "./rekognition-limits.ts";

interface RekognitionRequest {
  Image: { S3Object?: { Bucket: string; Name: string; Version?: string }; Bytes?: string };
  MaxLabels: number;
  MinConfidence: number;
}

/** As deployed: 1,536 MB. */
const memory = 1536 * 1024 * 1024;

const labelled = { Labels: [{ Name: "Beach", Confidence: 97.5, Instances: [] }] };
const refusal = (name: string) => ({ __type: name, message: `${name}!` });

/** Runs the task against a Rekognition that gives these answers in turn. */
async function run(
  content: Uint8Array,
  metadata: Partial<ExtractedMetadata>,
  answers: object[] = [labelled],
  photo = samplePhoto,
) {
  const objects = memoryObjects();
  objects.put(photo.s3key, photo.versionId, content);
  const requests: RekognitionRequest[] = [];
  const rekognition = new RekognitionClient(
    answering(({ body }) => {
      requests.push(JSON.parse(body));
      const answer = answers[requests.length - 1] ?? refusal("Unexpected");
      return {
        status: "__type" in answer ? 400 : 200,
        headers: { "content-type": "application/x-amz-json-1.1" },
        body: JSON.stringify(answer),
      };
    }),
  );
  const extractedMetadata: ExtractedMetadata = {
    format: "JPEG",
    width: 400,
    height: 300,
    fileSize: content.byteLength,
    ...metadata,
  };
  const output = detectLabels(
    { photo, extractedMetadata },
    objects,
    labelDetector(rekognition),
    memory,
  );
  await output.catch(() => {});
  return { output, requests, reads: objects.reads.length };
}

const picture = (width: number, height: number) =>
  sharp({ create: { width, height, channels: 3, background: "#336699" } });
const jpeg = () => picture(400, 300).jpeg().toBuffer();
const sent = (request: RekognitionRequest | undefined) =>
  Buffer.from(request?.Image.Bytes ?? "", "base64");

describe("labels", () => {
  test("of an ordinary photo are found in its object, which isn't read", async () => {
    const { output, requests, reads } = await run(await jpeg(), {});

    expect(await output).toEqual({ tags: [{ name: "Beach", confidence: 97.5 }] });
    expect(requests).toEqual([
      {
        Image: { S3Object: { Bucket: "landing", Name: samplePhoto.s3key, Version: "v1" } },
        MaxLabels: 10,
        MinConfidence: 60,
      },
    ]);
    expect(reads).toBe(0);
  });

  test("of an object without versions are asked for without one", async () => {
    const unversioned = { ...samplePhoto, versionId: "null" };
    const { requests } = await run(await jpeg(), {}, [labelled], unversioned);
    expect(requests[0]?.Image.S3Object).toEqual({ Bucket: "landing", Name: samplePhoto.s3key });
  });

  test("of a picture without any are none", async () => {
    expect(await (await run(await jpeg(), {}, [{}])).output).toEqual({ tags: [] });
  });
});

describe("what Rekognition doesn't take as it is", () => {
  test("is sent as its own bytes when only the key is in the way", async () => {
    const content = await jpeg();
    const photo = { ...samplePhoto, s3key: "Incoming/ann/summer/at sea.jpg" };
    const { requests } = await run(content, {}, [labelled], photo);
    expect(sent(requests[0])).toEqual(content);
  });

  test.each([
    ["WebP", picture(400, 300).webp(), { format: "WEBP" }, [400, 300]],
    ["a single pixel", picture(1, 1).png(), { format: "PNG", width: 1, height: 1 }, [80, 80]],
    [
      "a strip",
      picture(10_000, 1).png(),
      { format: "PNG", width: 10_000, height: 1 },
      [10_000, 80],
    ],
    ["a giant", picture(12_000, 300).jpeg(), { width: 12_000, height: 300 }, [3200, 80]],
    [
      "a portrait that lies on its side",
      picture(1, 300).withMetadata({ orientation: 6 }).jpeg(),
      { width: 300, height: 1 },
      [10_000, 80],
    ],
  ] as const)("is converted: %s", async (_, content, metadata, [width, height]) => {
    const { output, requests } = await run(await content.toBuffer(), metadata);

    expect((await output).tags).toHaveLength(1);
    expect(await sharp(sent(requests[0])).metadata()).toMatchObject({
      format: "jpeg",
      width,
      height,
    });
  });

  test("is sent with at most 5 MB, even if it is noise", async () => {
    const noise = { type: "gaussian", mean: 128, sigma: 90 } as const;
    const content = await sharp({
      create: { width: 2600, height: 2600, channels: 3, background: "#808080", noise },
    })
      .webp({ lossless: true, effort: 0 })
      .toBuffer();
    const { requests } = await run(content, { format: "WEBP", width: 2600, height: 2600 });
    expect(sent(requests[0]).byteLength).toBeGreaterThan(100_000);
    expect(sent(requests[0]).byteLength).toBeLessThanOrEqual(limits.requestBytes);
  });

  test.each(["InvalidImageFormatException", "InvalidS3ObjectException", "ImageTooLargeException"])(
    "is converted after an %s, once",
    async (name) => {
      const { output, requests } = await run(await jpeg(), {}, [refusal(name), labelled]);
      expect(await output).toEqual({ tags: [{ name: "Beach", confidence: 97.5 }] });
      expect(requests).toHaveLength(2);
      expect(requests[1]?.Image.Bytes).toBeDefined();
    },
  );

  test("and not converted either is an ImageIdentifyError", async () => {
    const twice = [refusal("InvalidImageFormatException"), refusal("InvalidImageFormatException")];
    const { output } = await run(await jpeg(), {}, twice);
    await expect(output).rejects.toMatchObject({ name: "ImageIdentifyError" });
  });

  test("and would take too much memory is refused before any decoding", async () => {
    const bomb = await picture(4, 3).png({ progressive: true }).toBuffer();
    bomb.writeUInt32BE(12_000, 16);
    bomb.writeUInt32BE(12_000, 20);
    bomb.writeUInt32BE(crc32(bomb.subarray(12, 29)), 29);
    const { output, requests } = await run(bomb, { format: "PNG", width: 12_000, height: 12_000 });
    await expect(output).rejects.toMatchObject({
      name: "ImageIdentifyError",
      message: expect.stringContaining("too many for an interlaced PNG"),
    });
    expect(requests).toEqual([]);
  });

  test("and doesn't decode is an ImageIdentifyError for people", async () => {
    const { output } = await run(Buffer.from("no picture"), { format: "WEBP" });
    await expect(output).rejects.toMatchObject({
      name: "ImageIdentifyError",
      message: "the file is no picture that can be read",
    });
  });
});

test.each([
  "ThrottlingException",
  "ProvisionedThroughputExceededException",
  "AccessDeniedException",
])("%s keeps the name that the machine knows", async (name) => {
  const { output, requests } = await run(await jpeg(), {}, [refusal(name)]);
  await expect(output).rejects.toMatchObject({ name });
  expect(requests).toHaveLength(1);
});
