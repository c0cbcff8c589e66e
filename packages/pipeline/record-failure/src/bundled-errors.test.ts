import {
  dynamodbOutages,
  jsonFailure,
  samplePhoto as photo,
  retrierOf,
  startBundledTask,
} from "@darkroom/lambda/testing";
import definition from "@darkroom/workflow/image-processing.asl.json" with { type: "json" };
import { afterAll, describe, expect, test } from "vitest";

const task = await startBundledTask(new URL("../dist/index.cjs", import.meta.url), {
  IMAGE_TABLE: "ImageMetadata",
});
afterAll(() => task.close());

const event = {
  photo,
  executionArn: "arn:aws:states:eu-west-1:111111111111:execution:m:e",
  status: "FAILED",
  failure: { Error: "TypeError", Cause: "DetectLabels: broken" },
};

const rejection = {
  photo,
  executionArn: event.executionArn,
  status: "REJECTED",
  moderation: { verdict: "suspect", policyVersion: "p1", modelVersion: "7.0", labels: [] },
  review: { by: "ann", at: "2026-05-01T10:00:00.000Z", decision: "denied", reason: "no" },
  quarantine: {},
};

describe.each([
  ["RecordFailure", event],
  ["NotSupportedImageType", { ...event, status: "UNSUPPORTED" }],
  ["RecordRejection", rejection],
])("in %s", (state, input) => {
  test.each(dynamodbOutages)(
    "%s of DynamoDB reaches the machine after one attempt, and is retried by its name",
    async (name, answer) => {
      const { error, requests } = await task.run(input, () => answer);

      expect(error).toBe(name);
      expect(requests).toEqual(["POST DynamoDB_20120810.UpdateItem"]);
      expect(retrierOf(definition, state, name)).toMatchObject({
        ErrorEquals: expect.arrayContaining([name]),
        MaxAttempts: expect.toSatisfy((attempts: number) => attempts >= 10),
      });
    },
  );

  test.each([
    ["AccessDeniedException", input, jsonFailure(400, "AccessDeniedException")],
    ["ResourceNotFoundException", input, jsonFailure(400, "ResourceNotFoundException")],
    ["ValidationException", input, jsonFailure(400, "ValidationException")],
    ["InvalidInputError", {}, "broken" as const],
  ])("%s is not retried", async (name, asked, answer) => {
    expect((await task.run(asked, () => answer)).error).toBe(name);
    expect(retrierOf(definition, state, name)).toMatchObject({
      ErrorEquals: expect.arrayContaining([name]),
      MaxAttempts: 0,
    });
  });
});

test("what EventBridge's rule asks for is tried again by the SDK: no machine does", async () => {
  const detail = {
    executionArn: event.executionArn,
    status: "ABORTED",
    input: JSON.stringify({ photo }),
  };
  const { error, requests } = await task.run(
    { source: "aws.states", "detail-type": "Step Functions Execution Status Change", detail },
    () => jsonFailure(500, "InternalServerError"),
  );

  expect(error).toBe("InternalServerError");
  expect(requests.length).toBeGreaterThan(1);
});
