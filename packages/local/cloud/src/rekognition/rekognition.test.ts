import {
  DetectFacesCommand,
  DetectLabelsCommand,
  RekognitionClient,
} from "@aws-sdk/client-rekognition";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { AwsError } from "../aws-error.ts";
import { serve, type TestEndpoint } from "../testing/test-endpoint.ts";
import { createRekognition, type LabelDetector } from "./rekognition.ts";

const objects = new Map([["landing/photo.jpg", Buffer.from("the object")]]);
const seen: { image: string; options: unknown }[] = [];
let answer: LabelDetector["detectLabels"];

const { service } = createRekognition({
  detector: {
    async detectLabels(image, options) {
      seen.push({ image: Buffer.from(image).toString(), options });
      return answer(image, options);
    },
  },
  async readObject({ bucket, key }, authorize) {
    authorize("s3:GetObject", `arn:aws:s3:::${bucket}/${key}`);
    const object = objects.get(`${bucket}/${key}`);
    if (object === undefined) throw new AwsError("NoSuchKey", "not there", { status: 404 });
    return object;
  },
});

let endpoint: TestEndpoint;
let client: RekognitionClient;

beforeAll(async () => {
  endpoint = await serve([service]);
  client = new RekognitionClient(endpoint.client);
});
afterAll(() => endpoint.close());

const labelled = { Labels: [{ Name: "Beach", Confidence: 97 }], LabelModelVersion: "local" };

describe("DetectLabels", () => {
  test("answers with the detector's labels of the bytes in the request", async () => {
    answer = async () => labelled;

    const found = await client.send(
      new DetectLabelsCommand({
        Image: { Bytes: Buffer.from("the bytes") },
        MaxLabels: 10,
        MinConfidence: 60,
      }),
    );

    expect(found.Labels).toMatchObject([{ Name: "Beach", Confidence: 97 }]);
    expect(found.LabelModelVersion).toBe("local");
    expect(seen.at(-1)).toEqual({
      image: "the bytes",
      options: { maxLabels: 10, minConfidence: 60 },
    });
  });

  test("reads an object in S3, and takes Rekognition's own defaults", async () => {
    answer = async () => labelled;

    const Image = { S3Object: { Bucket: "landing", Name: "photo.jpg" } };
    await client.send(new DetectLabelsCommand({ Image }));

    expect(seen.at(-1)).toEqual({
      image: "the object",
      options: { maxLabels: 1000, minConfidence: 55 },
    });
  });

  test("reads with the permissions of its caller: what that may not read is no object", async () => {
    const credentials = endpoint.roleKey("labeller", {
      Effect: "Allow",
      Action: "rekognition:DetectLabels",
      Resource: "*",
    });
    const labeller = new RekognitionClient({ ...endpoint.client, credentials });
    const Image = { S3Object: { Bucket: "landing", Name: "photo.jpg" } };

    await expect(labeller.send(new DetectLabelsCommand({ Image }))).rejects.toMatchObject({
      name: "InvalidS3ObjectException",
    });
  });

  test("needs the permission to detect labels", async () => {
    const credentials = endpoint.roleKey("reader", {
      Effect: "Allow",
      Action: "s3:GetObject",
      Resource: "*",
    });
    const reader = new RekognitionClient({ ...endpoint.client, credentials });
    const Image = { Bytes: Buffer.from("x") };

    await expect(reader.send(new DetectLabelsCommand({ Image }))).rejects.toMatchObject({
      name: "AccessDeniedException",
      message: expect.stringContaining("rekognition:DetectLabels"),
    });
  });

  test("refuses more than 5 MB of bytes", async () => {
    const Image = { Bytes: Buffer.alloc(5 * 1024 * 1024 + 1) };
    await expect(client.send(new DetectLabelsCommand({ Image }))).rejects.toMatchObject({
      name: "ImageTooLargeException",
    });
  });

  test.each([
    ["InvalidImageFormatException", 400],
    ["ThrottlingException", 400],
    ["InternalServerError", 500],
  ])("gives the detector's %s on under its name", async (name, status) => {
    answer = async () => {
      throw Object.assign(new Error("no"), { name });
    };
    const Image = { Bytes: Buffer.from("x") };
    await expect(client.send(new DetectLabelsCommand({ Image }))).rejects.toMatchObject({
      name,
      $metadata: { httpStatusCode: status },
    });
  });

  test("refuses a member that it doesn't have, by its name", async () => {
    const Image = { Bytes: Buffer.from("x") };
    await expect(
      client.send(new DetectLabelsCommand({ Image, Features: ["IMAGE_PROPERTIES"] })),
    ).rejects.toMatchObject({
      name: "ValidationException",
      message: expect.stringContaining("Features"),
    });
  });
});

test("another operation is refused by its name", async () => {
  const Image = { Bytes: Buffer.from("x") };
  await expect(client.send(new DetectFacesCommand({ Image }))).rejects.toThrow(
    "rekognition:DetectFaces",
  );
});
