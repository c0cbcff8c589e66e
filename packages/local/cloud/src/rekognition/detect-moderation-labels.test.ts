import {
  DetectModerationLabelsCommand,
  type DetectModerationLabelsCommandInput,
  RekognitionClient,
} from "@aws-sdk/client-rekognition";
import { afterAll, beforeAll, expect, test } from "vitest";
import { AwsError } from "../aws-error.ts";
import type { Authorize } from "../service.ts";
import { serve, type TestEndpoint } from "../testing/test-endpoint.ts";
import { createRekognition, type ModerationDetector } from "./rekognition.ts";

const objects = new Map<string, { body: string; metadata: Record<string, string> }>([
  ["plain.jpg", { body: "plain", metadata: { camera: "x" } }],
  ["plain.jpg v1", { body: "plain, before", metadata: { "darkroom-moderation": "clean" } }],
  ["suspect.jpg", { body: "suspect", metadata: { "darkroom-moderation": "suspect" } }],
  ["typo.jpg", { body: "typo", metadata: { "darkroom-moderation": "Clean" } }],
  ["empty.jpg", { body: "empty", metadata: { "darkroom-moderation": "" } }],
]);

function find(
  { bucket, key, versionId }: { bucket: string; key: string; versionId?: string },
  authorize: Authorize,
) {
  authorize("s3:GetObject", `arn:aws:s3:::${bucket}/${key}`);
  const object = objects.get(versionId === undefined ? key : `${key} ${versionId}`);
  if (object === undefined) throw new AwsError("NoSuchKey", "not there", { status: 404 });
  return object;
}

const answered = {
  ModerationLabels: [
    { Name: "Explicit", ParentName: "", TaxonomyLevel: 1, Confidence: 91.5 },
    { Name: "Explicit Nudity", ParentName: "Explicit", TaxonomyLevel: 2, Confidence: 91.5 },
  ],
  ModerationModelVersion: "local",
  ContentTypes: [],
};

const seen: { image: string; options: unknown }[] = [];
let detect: () => Promise<unknown> = async () => answered;
const detector: ModerationDetector = {
  async detectModerationLabels(image, options) {
    seen.push({ image: Buffer.from(image).toString(), options });
    return detect();
  },
};

const { service } = createRekognition({
  detector: { detectLabels: () => Promise.reject(new Error("no labels here")) },
  readObject: async (object, authorize) => Buffer.from(find(object, authorize).body),
  moderation: { detector, readMetadata: (object, authorize) => find(object, authorize).metadata },
});

let endpoint: TestEndpoint;
let client: RekognitionClient;

beforeAll(async () => {
  endpoint = await serve([service]);
  client = new RekognitionClient(endpoint.client);
});
afterAll(() => endpoint.close());

const ask = (input: DetectModerationLabelsCommandInput, by = client) =>
  by.send(new DetectModerationLabelsCommand(input));
const inS3 = (Name: string, Version?: string) => ({
  S3Object: { Bucket: "landing", Name, ...(Version === undefined ? {} : { Version }) },
});
const bytes = { Bytes: Buffer.from("the bytes") };

/** A client of a role that may do this and nothing else. */
function allowed(Action: string): RekognitionClient {
  const credentials = endpoint.roleKey(Action, { Effect: "Allow", Action, Resource: "*" });
  return new RekognitionClient({ ...endpoint.client, credentials });
}

test("answers with the detector's labels of the bytes in the request", async () => {
  expect(await ask({ Image: bytes, MinConfidence: 30 })).toMatchObject(answered);
  expect(seen.at(-1)).toEqual({ image: "the bytes", options: { minConfidence: 30 } });
});

test("reads an object in S3, and takes Rekognition's own default for the confidence", async () => {
  await ask({ Image: inS3("plain.jpg") });
  expect(seen.at(-1)).toEqual({ image: "plain", options: { minConfidence: 50 } });
});

test("takes the verdict that the object's metadata pins", async () => {
  await ask({ Image: inS3("suspect.jpg") });
  expect(seen.at(-1)).toEqual({
    image: "suspect",
    options: { minConfidence: 50, pinned: "suspect" },
  });
});

test("reads bytes and pin of the version that is named", async () => {
  await ask({ Image: inS3("plain.jpg", "v1") });
  expect(seen.at(-1)).toEqual({
    image: "plain, before",
    options: { minConfidence: 50, pinned: "clean" },
  });
});

test.each([
  ["typo.jpg", '"Clean"'],
  ["empty.jpg", '""'],
])("refuses the pin of %s by its value", async (name, value) => {
  await expect(ask({ Image: inS3(name) })).rejects.toMatchObject({
    name: "InvalidParameterException",
    message: `The object's metadata darkroom-moderation is ${value}; it can be clean, suspect, inappropriate.`,
  });
});

test("needs the permission to detect moderation labels", async () => {
  await expect(ask({ Image: bytes }, allowed("rekognition:DetectLabels"))).rejects.toMatchObject({
    name: "AccessDeniedException",
    message: expect.stringContaining("rekognition:DetectModerationLabels"),
  });
});

test("an object that is not there, or not the caller's to read, is no object", async () => {
  const name = "InvalidS3ObjectException";
  await expect(ask({ Image: inS3("nothing.jpg") })).rejects.toMatchObject({ name });
  const moderator = allowed("rekognition:DetectModerationLabels");
  await expect(ask({ Image: inS3("plain.jpg") }, moderator)).rejects.toMatchObject({ name });
  await expect(ask({ Image: bytes }, moderator)).resolves.toMatchObject(answered);
});

test("refuses more than 5 MB of bytes", async () => {
  const Image = { Bytes: Buffer.alloc(5 * 1024 * 1024 + 1) };
  await expect(ask({ Image })).rejects.toMatchObject({ name: "ImageTooLargeException" });
});

test.each([
  ["ImageTooLargeException", 400],
  ["InvalidImageFormatException", 400],
  ["ThrottlingException", 400],
  ["InternalServerError", 500],
])("gives the detector's %s on under its name", async (name, status) => {
  detect = () => Promise.reject(Object.assign(new Error("no"), { name }));
  await expect(ask({ Image: bytes })).rejects.toMatchObject({
    name,
    $metadata: { httpStatusCode: status },
  });
  detect = async () => answered;
});

test.each([
  ["HumanLoopConfig", { HumanLoopConfig: { HumanLoopName: "loop", FlowDefinitionArn: "arn" } }],
  ["ProjectVersion", { ProjectVersion: "arn" }],
  ["MinConfidence", { MinConfidence: 100.5 }],
])("refuses %s by its name", async (member, input) => {
  await expect(ask({ Image: bytes, ...input })).rejects.toMatchObject({
    name: "ValidationException",
    message: expect.stringContaining(member),
  });
});

test("without a model for it, is refused by its name", async () => {
  const { service: withoutModeration } = createRekognition({
    detector: { detectLabels: async () => ({}) },
    readObject: async () => Buffer.alloc(0),
  });
  const plain = await serve([withoutModeration]);
  try {
    await expect(ask({ Image: bytes }, new RekognitionClient(plain.client))).rejects.toThrow(
      "rekognition:DetectModerationLabels",
    );
  } finally {
    await plain.close();
  }
});
