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
  DECISION_TABLE: "ReviewDecisions",
});
afterAll(() => task.close());

const about = {
  photo,
  executionArn: "arn:aws:states:eu-west-1:111111111111:execution:m:e",
  moderation: { verdict: "suspect", policyVersion: "1", modelVersion: "7.0", labels: [] },
};

describe.each([
  ["MarkPendingReview", { ...about, review: "asked" }, "UpdateItem"],
  ["RecordApproval", { ...about, review: "approved", answer: {} }, "PutItem"],
  ["RecordDenial", { ...about, review: "denied", answer: {} }, "PutItem"],
  ["RecordPolicyRejection", { ...about, review: "rejected by policy" }, "PutItem"],
])("%s", (state, event, operation) => {
  test.each(dynamodbOutages)(
    "%s of DynamoDB reaches the machine after one attempt, and is retried by its name",
    async (name, answer) => {
      const { error, requests } = await task.run(event, () => answer);

      expect(error).toBe(name);
      expect(requests).toEqual([`POST DynamoDB_20120810.${operation}`]);
      expect(retrierOf(definition, state, name)).toMatchObject({
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
    expect(retrierOf(definition, state, name)).toMatchObject({
      ErrorEquals: expect.arrayContaining([name]),
      MaxAttempts: 0,
    });
  });
});
