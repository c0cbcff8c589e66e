import {
  samplePhoto as photo,
  retrierOf,
  s3Failure,
  s3Outages,
  startBundledTask,
} from "@darkroom/lambda/testing";
import definition from "@darkroom/workflow/image-processing.asl.json" with { type: "json" };
import { afterAll, expect, test } from "vitest";

const task = await startBundledTask(new URL("../dist/index.cjs", import.meta.url), {
  AWS_LAMBDA_FUNCTION_MEMORY_SIZE: "1769",
});
afterAll(() => task.close());

const event = {
  photo,
  executionArn: "arn:aws:states:eu-west-1:111111111111:execution:m:e",
  extractedMetadata: { format: "JPEG", width: 400, height: 300, fileSize: 1000 },
};

test.each(s3Outages)(
  "%s of S3 reaches the machine after one attempt, and is retried by its name",
  async (name, answer) => {
    const { error, requests } = await task.run(event, () => answer);

    expect(error).toBe(name);
    expect(requests).toHaveLength(1);
    expect(retrierOf(definition, "GenerateThumbnails", name)).toMatchObject({
      ErrorEquals: expect.arrayContaining([name]),
      MaxAttempts: expect.toSatisfy((attempts: number) => attempts >= 10),
    });
  },
);

test.each([
  ["ObjectNotFoundError", event, s3Failure(404, "NoSuchKey")],
  ["AccessDeniedException", event, s3Failure(403, "AccessDenied")],
  ["ImageIdentifyError", event, { body: "no photo at all" }],
  ["InvalidInputError", {}, "broken" as const],
])("%s is not retried", async (name, input, answer) => {
  expect((await task.run(input, () => answer)).error).toBe(name);
  expect(retrierOf(definition, "GenerateThumbnails", name)).toMatchObject({
    ErrorEquals: expect.arrayContaining([name]),
    MaxAttempts: 0,
  });
});
