import { samplePhoto } from "@darkroom/lambda/testing";
import { describe, expect, test } from "vitest";
import { failureEventOf } from "./failure-event.ts";

const statusChange = {
  version: "0",
  "detail-type": "Step Functions Execution Status Change",
  source: "aws.states",
  detail: { executionArn: "arn", status: "ABORTED", input: "{}", error: null, cause: null },
};

describe("who calls is told by the event", () => {
  test("a state of the machine", () => {
    const event = {
      photo: samplePhoto,
      executionArn: "arn",
      status: "FAILED",
      failure: { Error: "E", Cause: "because" },
    };
    expect(failureEventOf(event)).toEqual({ from: "machine", failure: event });
  });

  test("a state of the machine that rejects", () => {
    const event = {
      photo: samplePhoto,
      executionArn: "arn",
      status: "REJECTED",
      moderation: { verdict: "suspect", policyVersion: "p1", modelVersion: "7.0", labels: [] },
      review: { by: "ann", at: "2026-05-01T10:00:00.000Z", decision: "denied", reason: "no" },
      quarantine: {},
    };
    expect(failureEventOf(event)).toEqual({ from: "machine", failure: event });
  });

  test("EventBridge's rule", () => {
    expect(failureEventOf(statusChange)).toEqual({ from: "rule", execution: statusChange.detail });
  });

  test("the dead-letter queue", () => {
    const event = { Records: [{ messageId: "m", body: "{}", eventSource: "aws:sqs" }] };
    expect(failureEventOf(event)).toEqual({ from: "dead-letter queue", event });
  });
});

test.each([
  [{ ...statusChange, detail: { ...statusChange.detail, status: "SUCCEEDED" } }, /^detail\.status/],
  [{ photo: samplePhoto, executionArn: "arn", status: "READY", failure: {} }, /^status/],
  [undefined, /^input/],
])("an event that is none of the three is refused by path", (event, message) => {
  expect(() => failureEventOf(event)).toThrow(
    expect.objectContaining({ name: "InvalidInputError", message: expect.stringMatching(message) }),
  );
});
