import { RekognitionClient } from "@aws-sdk/client-rekognition";
import { answering, memoryObjects, samplePhoto } from "@darkroom/lambda/testing";
import {
  type ExtractedMetadata,
  moderation,
  parseModerationPolicy,
  policyVersionOf,
} from "@darkroom/workflow";
import sharp from "sharp";
import { describe, expect, test } from "vitest";
import { detectModeration } from "./detect-moderation.ts";
import { moderationDetector } from "./moderation-detector.ts";

interface RekognitionRequest {
  Image: { S3Object?: { Bucket: string; Name: string; Version?: string }; Bytes?: string };
  MinConfidence: number;
}

/** As deployed: 1,536 MB. */
const memory = 1536 * 1024 * 1024;

const policy = parseModerationPolicy({
  version: "3",
  categories: { Explicit: { reject: 80, review: 50 }, Violence: { review: 40 } },
});

const answerOf = (...labels: object[]) => ({
  ModerationLabels: labels,
  ModerationModelVersion: "7.0",
  ContentTypes: [],
});
const explicit = [
  { Name: "Explicit", ParentName: "", TaxonomyLevel: 1, Confidence: 99 },
  { Name: "Explicit Nudity", ParentName: "Explicit", TaxonomyLevel: 2, Confidence: 99 },
];
const weapons = [
  { Name: "Weapons", ParentName: "Violence", TaxonomyLevel: 2, Confidence: 41.5 },
  { Name: "Violence", ParentName: "", TaxonomyLevel: 1, Confidence: 41.5 },
];
const refusal = (name: string) => ({ __type: name, message: `${name}!` });

/** Runs the task against a Rekognition that gives these answers in turn. */
async function run(answers: object[], metadata: Partial<ExtractedMetadata> = {}) {
  const format = metadata.format === "WEBP" ? "webp" : "jpeg";
  const content = await sharp({
    create: { width: 400, height: 300, channels: 3, background: "#336699" },
  })
    .toFormat(format)
    .toBuffer();
  const objects = memoryObjects();
  objects.put(samplePhoto.s3key, samplePhoto.versionId, content);
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
  const output = detectModeration(
    { photo: samplePhoto, extractedMetadata },
    objects,
    moderationDetector(rekognition),
    policy,
    memory,
  );
  await output.catch(() => {});
  return { output, requests, reads: objects.reads.length };
}

describe("a photo", () => {
  test("is judged in its object, from the policy's lowest threshold on", async () => {
    const { requests, reads } = await run([answerOf()]);
    expect(requests).toEqual([
      {
        Image: { S3Object: { Bucket: "landing", Name: samplePhoto.s3key, Version: "v1" } },
        MinConfidence: 40,
      },
    ]);
    expect(reads).toBe(0);
  });

  test("in which nothing was found is clean", async () => {
    const { output } = await run([answerOf()]);
    expect(await output).toEqual({
      verdict: "clean",
      policyVersion: policyVersionOf(policy),
      modelVersion: "7.0",
      labels: [],
    });
  });

  test("is judged by the policy; the labels are told with the surest first", async () => {
    const { output } = await run([answerOf(...weapons, ...explicit)]);
    expect(await output).toEqual({
      verdict: "inappropriate",
      reason: "Explicit Nudity 99 %, rejected from 80 %",
      policyVersion: policyVersionOf(policy),
      modelVersion: "7.0",
      labels: [
        { name: "Explicit", confidence: 99, taxonomyLevel: 1 },
        { name: "Explicit Nudity", parentName: "Explicit", confidence: 99, taxonomyLevel: 2 },
        { name: "Weapons", parentName: "Violence", confidence: 41.5, taxonomyLevel: 2 },
        { name: "Violence", confidence: 41.5, taxonomyLevel: 1 },
      ],
    });
  });

  test("gets the answer that the contract describes, of 60 labels at most", async () => {
    const many = Array.from({ length: 300 }, (_, index) => ({
      Name: `Label ${index}`,
      ParentName: "Violence",
      TaxonomyLevel: 2,
      Confidence: 50 + index / 10,
    }));
    const answer = await (await run([answerOf(...many)])).output;
    expect(moderation.parse(answer)).toEqual(answer);
    expect(answer.labels).toHaveLength(60);
    expect(answer.labels[0]?.name).toBe("Label 299");
  });
});

describe("a photo that Rekognition doesn't take", () => {
  test("is converted, and judged like any other", async () => {
    const { output, requests } = await run([answerOf(...explicit)], { format: "WEBP" });
    expect((await output).verdict).toBe("inappropriate");
    expect(requests).toMatchObject([{ Image: { Bytes: expect.any(String) }, MinConfidence: 40 }]);
  });

  test("although nothing spoke against it is converted after the refusal", async () => {
    const { output, requests } = await run([
      refusal("InvalidImageFormatException"),
      answerOf(...weapons),
    ]);
    expect((await output).verdict).toBe("suspect");
    expect(requests).toMatchObject([
      { Image: { S3Object: {} } },
      { Image: { Bytes: expect.any(String) } },
    ]);
  });

  test("converted either is an ImageIdentifyError, and not clean", async () => {
    const refused = refusal("InvalidImageFormatException");
    const { output } = await run([refused, refused]);
    await expect(output).rejects.toMatchObject({ name: "ImageIdentifyError" });
  });
});

test.each([
  ["without labels", { ModerationModelVersion: "7.0" }],
  ["without a version", { ModerationLabels: [] }],
  ["with a label without confidence", answerOf({ Name: "Explicit", TaxonomyLevel: 1 })],
  ["with a label without name", answerOf({ Confidence: 99, TaxonomyLevel: 1 })],
])("an answer %s is an error, and not clean", async (_, answer) => {
  const { output } = await run([answer]);
  await expect(output).rejects.toThrow("Rekognition answered");
});

test.each([
  "ThrottlingException",
  "ProvisionedThroughputExceededException",
  "AccessDeniedException",
])("%s keeps the name that the machine knows", async (name) => {
  const { output, requests } = await run([refusal(name)]);
  await expect(output).rejects.toMatchObject({ name });
  expect(requests).toHaveLength(1);
});
