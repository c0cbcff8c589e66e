import { describe, expect, test } from "vitest";
import { failureReason, rejectionReason, unsupportedReason } from "./err-reason.ts";

const ofLambda = (errorMessage: string) =>
  JSON.stringify({ errorType: "Error", errorMessage, trace: ["Error", "at handler"] });

describe("failureReason", () => {
  test.each([
    [
      "names the task, the error and the message",
      { Error: "SlowDown", Cause: `DetectLabels: ${ofLambda("Please reduce your rate")}` },
      "DetectLabels: SlowDown: Please reduce your rate",
    ],
    [
      "leaves out what is not known",
      { Error: "States.Timeout", Cause: "PersistMetadata: " },
      "PersistMetadata: States.Timeout",
    ],
    [
      "keeps a service's plain text",
      { Error: "States.DataLimitExceeded", Cause: "The state's output is too large." },
      "States.DataLimitExceeded: The state's output is too large.",
    ],
    [
      "says of a Lambda that ran out of time what Lambda said, without its request id",
      {
        Error: "Sandbox.Timedout",
        Cause: `ExtractImageMetadata: ${ofLambda(
          "RequestId: 5f2a6cb9-0f0e-4a1e-8f0d-1f1d2d3d4d5d Error: Task timed out after 1.00 seconds",
        )}`,
      },
      "ExtractImageMetadata: Sandbox.Timedout: Task timed out after 1.00 seconds",
    ],
    [
      "does the same for the older form of that message",
      {
        Error: "Lambda.Unknown",
        Cause:
          "2026-01-01T00:00:00.000Z 5f2a6cb9-0f0e-4a1e-8f0d-1f1d2d3d4d5d Task timed out after 3.00 seconds",
      },
      "Lambda.Unknown: Task timed out after 3.00 seconds",
    ],
    ["keeps JSON that is no Lambda error as it is", { Error: "E", Cause: '["a"]' }, 'E: ["a"]'],
    ["is empty for an error that says nothing", { Error: "", Cause: "" }, ""],
  ])("%s", (_, failure, reason) => {
    expect(failureReason(failure)).toBe(reason);
  });

  test("is at most 1,000 characters", () => {
    expect(failureReason({ Error: "E", Cause: "x".repeat(32_768) })).toHaveLength(1000);
  });
});

describe("unsupportedReason", () => {
  test("is the message that was written for the uploader and nothing else", () => {
    const failure = {
      Error: "ImageIdentifyError",
      Cause: ofLambda("the file is text, not a photo"),
    };
    expect(unsupportedReason(failure)).toBe("the file is text, not a photo");
  });

  test("is the error's name where there is no message", () => {
    expect(unsupportedReason({ Error: "ImageIdentifyError", Cause: "" })).toBe(
      "ImageIdentifyError",
    );
  });
});

describe("rejectionReason", () => {
  const at = "2026-05-01T10:00:00.000Z";

  test("names the person who denied", () => {
    const review = { by: "ann", at, decision: "denied" as const, reason: "not for children" };
    expect(rejectionReason(review)).toBe("rejected by ann: not for children");
  });

  test("is the policy's own where no person was asked", () => {
    const decision = "rejected by policy" as const;
    const reason = "Explicit 99.1 (reject at 80)";
    expect(rejectionReason({ by: "policy p1", at, decision, reason })).toBe(reason);
  });
});
