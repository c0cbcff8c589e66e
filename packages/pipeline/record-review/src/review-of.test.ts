import { samplePhoto as photo } from "@darkroom/lambda/testing";
import { type Moderation, type RecordReviewInput, review } from "@darkroom/workflow";
import { describe, expect, test } from "vitest";
import { reviewOf } from "./review-of.ts";

const now = new Date("2026-05-01T10:00:05Z");
const moderation: Moderation = {
  verdict: "suspect",
  policyVersion: "p1",
  modelVersion: "7.0",
  labels: [],
};
const asked = { photo, executionArn: "arn", moderation };

type Answer = Extract<RecordReviewInput, { review: "approved" }>["answer"];
const approval = (answer: Answer) => reviewOf({ ...asked, review: "approved", answer }, now);
const denial = (Cause?: string | null) =>
  reviewOf({ ...asked, review: "denied", answer: { Error: "InappropriateError", Cause } }, now);

describe("an approval", () => {
  test("by our tools says who and why", () => {
    expect(approval({ by: "ann", reason: "a statue" })).toEqual({
      by: "ann",
      at: "2026-05-01T10:00:05.000Z",
      decision: "approved",
      reason: "a statue",
    });
  });

  test.each<[Answer]>([
    [{}],
    ["ok"],
    [""],
    [null],
    [5],
    [true],
    [["ann"]],
    [{ by: 7 }],
    [{ by: "  " }],
    [{ by: null, reason: {} }],
  ])("may be %j, by nobody known", (answer) => {
    expect(approval(answer)).toMatchObject({ by: "unknown", decision: "approved", reason: "" });
  });

  test("may say more than is asked", () => {
    expect(approval({ by: "ann", seconds: 3 })).toMatchObject({ by: "ann", reason: "" });
  });
});

describe("a denial", () => {
  test("by our tools says who and why", () => {
    expect(denial('{"by":"ann","reason":"not for children"}')).toEqual({
      by: "ann",
      at: "2026-05-01T10:00:05.000Z",
      decision: "denied",
      reason: "not for children",
    });
  });

  test.each([
    [undefined, "unknown", "no reason was given"],
    [null, "unknown", "no reason was given"],
    ["", "unknown", "no reason was given"],
    [" ", "unknown", "no reason was given"],
    ['{"by":"ann"}', "ann", "no reason was given"],
    ['{"reason":"nude"}', "unknown", "nude"],
    ["not for children", "unknown", "not for children"],
    ["{broken", "unknown", "{broken"],
    ["null", "unknown", "null"],
    ["5", "unknown", "5"],
    ['{"code":7}', "unknown", '{"code":7}'],
  ])("with the Cause %j", (cause, by, reason) => {
    expect(denial(cause)).toMatchObject({ by, reason });
  });
});

test("a rejection by policy is the policy's, for the reason that it gave", () => {
  const input = { ...asked, moderation: { ...moderation, reason: "Explicit 99.1 (reject at 80)" } };
  expect(reviewOf({ ...input, review: "rejected by policy" }, now)).toMatchObject({
    by: "policy p1",
    decision: "rejected by policy",
    reason: "Explicit 99.1 (reject at 80)",
  });
});

test("what is too long is cut, and never within a character", () => {
  const { by, reason } = approval({ by: `${"b".repeat(255)}🌅`, reason: "r".repeat(200_000) });
  expect(by).toBe("b".repeat(255));
  expect(reason).toBe("r".repeat(1000));
});

test("what is no text in UTF-8 is made such", () => {
  const made = approval({ by: "ann\ud83c!" });
  expect(made.by).toBe("ann\ufffd!");
  expect(review.parse(made)).toEqual(made);
});
