import {
  dynamodbOutages,
  jsonFailure,
  samplePhoto as photo,
  retrierOf,
  startBundledTask,
} from "@darkroom/lambda/testing";
import definition from "@darkroom/workflow/image-processing.asl.json" with { type: "json" };
import { afterAll, expect, test } from "vitest";

const task = await startBundledTask(new URL("../dist/index.cjs", import.meta.url), {
  IMAGE_TABLE: "ImageMetadata",
});
afterAll(() => task.close());

const picture = (s3key: string) => ({ s3key, width: 40, height: 30 });
const event = {
  photo,
  executionArn: "arn:aws:states:eu-west-1:111111111111:execution:m:e",
  extractedMetadata: { format: "JPEG", width: 400, height: 300, fileSize: 1000 },
  moderation: { verdict: "clean", policyVersion: "p1", modelVersion: "7.0", labels: [] },
  parallelResults: [
    { tags: [] },
    { thumbnail: picture("Thumbnail/a.jpg"), preview: picture("Preview/a.jpg") },
  ],
};

test.each(dynamodbOutages)(
  "%s of DynamoDB reaches the machine after one attempt, and is retried by its name",
  async (name, answer) => {
    const { error, requests } = await task.run(event, () => answer);

    expect(error).toBe(name);
    expect(requests).toEqual(["POST DynamoDB_20120810.UpdateItem"]);
    expect(retrierOf(definition, "PersistMetadata", name)).toMatchObject({
      ErrorEquals: expect.arrayContaining([name]),
      MaxAttempts: expect.toSatisfy((attempts: number) => attempts >= 10),
    });
  },
);

test.each([
  ["AccessDeniedException", event, jsonFailure(400, "AccessDeniedException")],
  ["ResourceNotFoundException", event, jsonFailure(400, "ResourceNotFoundException")],
  ["ValidationException", event, jsonFailure(400, "ValidationException")],
  ["InvalidInputError", {}, "broken" as const],
])("%s is not retried", async (name, input, answer) => {
  expect((await task.run(input, () => answer)).error).toBe(name);
  expect(retrierOf(definition, "PersistMetadata", name)).toMatchObject({
    ErrorEquals: expect.arrayContaining([name]),
    MaxAttempts: 0,
  });
});
