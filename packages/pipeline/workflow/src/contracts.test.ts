import { samplePhoto as photo } from "@darkroom/lambda/testing";
import { describe, expect, test } from "vitest";
import {
  approvalTask,
  moderation,
  persistMetadataInput,
  recordFailureInput,
  recordReviewInput,
  reviewDecision,
} from "./contracts.ts";
import { jpeg, moderated } from "./run-image-processing.ts";

const executionArn = "arn:aws:states:us-east-1:111111111111:execution:test:run";
const base = { photo, executionArn };
const suspect = moderated("suspect");
const denied = { by: "ann", at: "2026-01-02T03:04:05.000Z", decision: "denied", reason: "no" };

/** The paths of what is wrong. */
const faultsOf = ({ error }: { error?: { issues: { path: PropertyKey[] }[] } | undefined }) =>
  error?.issues.map(({ path }) => path.join(".")) ?? [];

describe("what detect-moderation answers", () => {
  test.each(["clean", "suspect", "inappropriate"] as const)("may be %s", (verdict) => {
    expect(moderation.parse(moderated(verdict))).toEqual(moderated(verdict));
  });

  test.each([
    ["another verdict", { ...suspect, verdict: "unsure" }, "verdict"],
    ["no policy", { ...suspect, policyVersion: undefined }, "policyVersion"],
    [
      "a fourth level",
      { ...suspect, labels: [label({ taxonomyLevel: 4 })] },
      "labels.0.taxonomyLevel",
    ],
    [
      "no confidence",
      { ...suspect, labels: [label({ confidence: "high" })] },
      "labels.0.confidence",
    ],
  ])("may not have %s", (_, answer, path) => {
    expect(faultsOf(moderation.safeParse(answer))).toEqual([path]);
  });
});

function label(fields: object) {
  return { name: "Explicit", confidence: 71.5, taxonomyLevel: 1, ...fields };
}

describe("what record-review is given", () => {
  const asked = { ...base, moderation: suspect, review: "asked" };

  test.each([{}, { by: "ann" }, "yes", "", 0, false, null, [1, { a: null }]])(
    "may be an approval by whatever a reviewer sent: %j",
    (answer) => {
      const input = { ...asked, review: "approved", answer };
      expect(recordReviewInput.parse(input)).toEqual(input);
    },
  );

  test.each([
    { Error: "InappropriateError", Cause: "not for children" },
    { Error: "InappropriateError", Cause: null },
    { Error: "InappropriateError" },
  ])("may be a denial by %j", (answer) => {
    const input = { ...asked, review: "denied", answer };
    expect(recordReviewInput.parse(input)).toEqual(input);
  });

  test.each([
    ["a question with an answer", { ...asked, answer: {} }, ""],
    ["an approval without one", { ...asked, review: "approved" }, "answer"],
    ["a denial by something else", { ...asked, review: "denied", answer: "no" }, "answer"],
    ["another kind", { ...asked, review: "maybe" }, "review"],
    ["nothing that was shown", { ...asked, moderation: undefined }, "moderation"],
  ])("may not be %s", (_, input, path) => {
    expect(faultsOf(recordReviewInput.safeParse(input))).toEqual([path]);
  });
});

describe("what record-failure is given", () => {
  const failure = { Error: "SlowDown", Cause: "QuarantinePhoto: {}" };
  const rejected = {
    ...base,
    status: "REJECTED",
    moderation: suspect,
    review: denied,
    quarantine: { s3key: "Quarantine/a", versionId: "q" },
  };

  test.each([
    ["a failure", { ...base, status: "FAILED", failure }],
    ["an unsupported file", { ...base, status: "UNSUPPORTED", failure }],
    ["a rejection", rejected],
    ["a rejection of what was deleted before", { ...rejected, quarantine: {} }],
  ])("may be %s", (_, input) => {
    expect(recordFailureInput.parse(input)).toEqual(input);
  });

  test.each([
    ["a rejection that tells no reason", { ...rejected, review: undefined }, "review"],
    ["a rejection that is a failure", { ...rejected, failure }, ""],
    [
      "a failure without a name",
      { ...base, status: "FAILED", failure: { ...failure, Error: null } },
      "failure.Error",
    ],
    ["another end", { ...base, status: "EXPIRED", failure }, "status"],
  ])("may not be %s", (_, input, path) => {
    expect(faultsOf(recordFailureInput.safeParse(input))).toEqual([path]);
  });
});

test("a reviewer is told what was seen in the photo", () => {
  const task = { ...base, extractedMetadata: jpeg, moderation: suspect };
  expect(approvalTask.parse(JSON.parse(JSON.stringify(task)))).toEqual(task);
  expect(faultsOf(approvalTask.safeParse({ ...task, moderation: undefined }))).toEqual([
    "moderation",
  ]);
});

test("a row isn't written without what was seen in the photo", () => {
  const picture = { s3key: "Thumbnail/a.jpg", width: 40, height: 30 };
  const parallelResults = [{ tags: [] }, { thumbnail: picture, preview: picture }];
  const input = { ...base, extractedMetadata: jpeg, parallelResults };
  expect(faultsOf(persistMetadataInput.safeParse(input))).toEqual(["moderation"]);
});

test("a decision is kept with who, when, why and what was shown", () => {
  const { sequencer, ...identity } = photo;
  const decision = { ...denied, ...identity, executionArn, moderation: suspect };
  expect(reviewDecision.parse(decision)).toEqual(decision);
  expect(faultsOf(reviewDecision.safeParse({ ...decision, by: undefined }))).toEqual(["by"]);
  expect(faultsOf(reviewDecision.safeParse({ ...decision, sequencer }))).toEqual([""]);
});
