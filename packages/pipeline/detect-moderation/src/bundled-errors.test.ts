import {
  jsonFailure,
  samplePhoto as photo,
  retrierOf,
  s3Failure,
  startBundledTask,
} from "@darkroom/lambda/testing";
import definition from "@darkroom/workflow/image-processing.asl.json" with { type: "json" };
import policy from "@darkroom/workflow/moderation-policy.json" with { type: "json" };
import { afterAll, expect, test } from "vitest";

const task = await startBundledTask(new URL("../dist/index.cjs", import.meta.url), {
  AWS_LAMBDA_FUNCTION_MEMORY_SIZE: "1536",
  MODERATION_POLICY: JSON.stringify(policy),
});
afterAll(() => task.close());

const event = {
  photo,
  executionArn: "arn:aws:states:eu-west-1:111111111111:execution:m:e",
  extractedMetadata: { format: "JPEG", width: 400, height: 300, fileSize: 1000 },
};

const large = { ...event, extractedMetadata: { ...event.extractedMetadata, width: 20_000 } };

test.each([
  ["ThrottlingException", event, jsonFailure(400, "ThrottlingException")],
  [
    "ProvisionedThroughputExceededException",
    event,
    jsonFailure(400, "ProvisionedThroughputExceededException"),
  ],
  ["InternalServerError", event, jsonFailure(500, "InternalServerError")],
  ["ConnectionError", event, "broken" as const],
  ["SlowDown", large, s3Failure(503, "SlowDown")],
])(
  "%s reaches the machine after one attempt, and is retried by its name",
  async (name, input, answer) => {
    const { error, requests } = await task.run(input, () => answer);

    expect(error).toBe(name);
    expect(requests).toHaveLength(1);
    expect(retrierOf(definition, "DetectInappropriate", name)).toMatchObject({
      ErrorEquals: expect.arrayContaining([name]),
      MaxAttempts: expect.toSatisfy((attempts: number) => attempts >= 10),
    });
  },
);

test.each([
  ["InvalidParameterException", event, jsonFailure(400, "InvalidParameterException")],
  ["AccessDeniedException", event, jsonFailure(400, "AccessDeniedException")],
  ["ObjectNotFoundError", large, s3Failure(404, "NoSuchKey")],
  ["InvalidInputError", {}, "broken" as const],
])("%s is not retried", async (name, input, answer) => {
  expect((await task.run(input, () => answer)).error).toBe(name);
  expectRefused(name);
});

test.each(["ImageTooLargeException", "InvalidImageFormatException", "InvalidS3ObjectException"])(
  "%s never gets to the machine: the picture is converted, or refused for the uploader",
  async (name) => {
    const { error, requests } = await task.run(event, (request) =>
      request.startsWith("POST") ? jsonFailure(400, name) : { body: "no photo at all" },
    );

    expect(error).toBe("ImageIdentifyError");
    expect(requests.map((request) => request.split(" ")[0])).toEqual(["POST", "GET"]);
    expectRefused("ImageIdentifyError");
  },
);

function expectRefused(name: string): void {
  expect(retrierOf(definition, "DetectInappropriate", name)).toMatchObject({
    ErrorEquals: expect.arrayContaining([name]),
    MaxAttempts: 0,
  });
}
