import { RekognitionClient } from "@aws-sdk/client-rekognition";
import { answering, memoryObjects, samplePhoto } from "@darkroom/lambda/testing";
import type { ExtractedMetadata } from "@darkroom/workflow";
import sharp from "sharp";
import { describe, expect, test } from "vitest";
import { detectLabels } from "./detect-labels.ts";
import { labelDetector } from "./label-detector.ts";

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

describe("a photo that Rekognition doesn't take as it is", () => {
  test("is converted and labelled all the same", async () => {
    const { output, requests } = await run(await picture(400, 300).webp().toBuffer(), {
      format: "WEBP",
    });
    expect((await output).tags).toHaveLength(1);
    expect(await sharp(sent(requests[0])).metadata()).toMatchObject({ format: "jpeg", width: 400 });
  });

  test("is converted after a refusal, and asked about with the same limits", async () => {
    const answers = [refusal("InvalidImageFormatException"), labelled];
    const { output, requests } = await run(await jpeg(), {}, answers);
    expect(await output).toEqual({ tags: [{ name: "Beach", confidence: 97.5 }] });
    expect(requests).toMatchObject([
      { MaxLabels: 10, MinConfidence: 60 },
      { MaxLabels: 10, MinConfidence: 60, Image: { Bytes: expect.any(String) } },
    ]);
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
