import { memoryDocumentClient, samplePhoto } from "@darkroom/lambda/testing";
import { imageItem, type RecordReviewInput, reviewDecision } from "@darkroom/workflow";
import { describe, expect, test } from "vitest";
import { decisionTable } from "./decision-table.ts";
import { imageTable } from "./image-table.ts";
import { recordReview } from "./record-review.ts";

const own = "arn:aws:states:eu-west-1:123456789012:execution:images:own-r1";
const now = new Date("2026-05-01T10:00:05Z");
const later = new Date("2026-05-02T10:00:00Z");

const about = {
  photo: samplePhoto,
  executionArn: own,
  moderation: {
    verdict: "suspect" as const,
    policyVersion: "1-aabbccdd",
    modelVersion: "7.0",
    labels: [{ name: "Explicit", confidence: 60, taxonomyLevel: 1 }],
    reason: "Explicit 60 %, reviewed from 50 %",
  },
};
const asked: RecordReviewInput = { ...about, review: "asked" };
const approved = (
  answer: Extract<RecordReviewInput, { review: "approved" }>["answer"],
): RecordReviewInput => ({
  ...about,
  review: "approved",
  answer,
});
const denied = (Cause?: string): RecordReviewInput => ({
  ...about,
  review: "denied",
  answer: { Error: "InappropriateError", ...(Cause === undefined ? {} : { Cause }) },
});

/** Both tables, with the row that start-execution wrote, changed by `changes`; or without a row. */
function place(changes: object | "deleted" = {}) {
  const rows = memoryDocumentClient("imageID");
  const made = memoryDocumentClient("executionArn");
  if (changes !== "deleted") {
    rows.items.set(samplePhoto.imageID, {
      ...samplePhoto,
      uploadTime: "2026-05-01T10:00:00.000Z",
      executionArn: own,
      status: "PROCESSING",
      ...changes,
    });
  }
  return {
    tables: {
      images: imageTable(rows.client, "images"),
      decisions: decisionTable(made.client, "decisions"),
    },
    row: () => rows.items.get(samplePhoto.imageID),
    decision: () => made.items.get(own),
  };
}

describe("a photo that a person is asked about", () => {
  test.each(["PROCESSING", "FAILED", "EXPIRED"])("is PENDING_REVIEW, from %s", async (status) => {
    const { tables, row, decision } = place({ status, errReason: "before" });

    expect(await recordReview(asked, tables, now)).toEqual({ recorded: true });

    expect(row()).toMatchObject({
      status: "PENDING_REVIEW",
      moderation: about.moderation,
      updatedTime: "2026-05-01T10:00:05.000Z",
    });
    expect(row()).not.toHaveProperty("errReason");
    expect(imageItem.parse(row())).toEqual(row());
    expect(decision()).toBeUndefined();
  });

  test("waits since it was first asked about", async () => {
    const { tables, row } = place();
    await recordReview(asked, tables, now);
    expect(await recordReview(asked, tables, later)).toEqual({ recorded: true });
    expect(row()).toMatchObject({ updatedTime: "2026-05-01T10:00:05.000Z" });
  });

  test.each([
    ["its row is a newer version's", { executionArn: "newer" }],
    ["it is READY", { status: "READY" }],
    ["it was deleted", "deleted" as const],
  ])("is not, when %s", async (_, changes) => {
    const { tables, row } = place(changes);
    const before = row();
    expect(await recordReview(asked, tables, now)).toEqual({ recorded: false });
    expect(row()).toEqual(before);
  });
});

describe("an approval", () => {
  test.each([
    ["{}", {}],
    ["a text", "yes"],
    ["null", null],
    ["a list", [1]],
    ["a name that is none", { by: 7, reason: "  " }],
  ])("may be %s: nobody is known to have given it", async (_, answer) => {
    const { tables } = place({ status: "PENDING_REVIEW" });
    expect(await recordReview(approved(answer), tables, now)).toEqual({
      by: "unknown",
      at: "2026-05-01T10:00:05.000Z",
      decision: "approved",
      reason: "",
    });
  });

  test("sends the photo on its way, with who it was in its row and in the decision", async () => {
    const { tables, row, decision } = place({ status: "PENDING_REVIEW" });

    const review = await recordReview(approved({ by: "ann", reason: "art" }), tables, now);

    expect(review).toMatchObject({ by: "ann", reason: "art", decision: "approved" });
    expect(row()).toMatchObject({ status: "PROCESSING", review, moderation: about.moderation });
    expect(decision()).toMatchObject({ imageID: samplePhoto.imageID, ...review });
    expect(reviewDecision.parse(decision())).toEqual(decision());
  });

  test("keeps no more of a text than a row should hold", async () => {
    const { tables } = place();
    const answer = { by: "b".repeat(5000), reason: "r".repeat(5000) };
    expect(await recordReview(approved(answer), tables, now)).toMatchObject({
      by: "b".repeat(256),
      reason: "r".repeat(1000),
    });
  });
});

describe("a denial", () => {
  test.each([
    ["of our tools names who and why", '{"by":"ann","reason":"nude"}', "ann", "nude"],
    ["without a name has its reason", '{"reason":"nude"}', "unknown", "nude"],
    ["in plain text has that as its reason", "not for us", "unknown", "not for us"],
    ["without a cause says so", undefined, "unknown", "no reason was given"],
    ["with an empty cause says so", " ", "unknown", "no reason was given"],
    ["with a name alone says so", '{"by":"ann"}', "ann", "no reason was given"],
    ["in JSON that is no object has that as its reason", "[1]", "unknown", "[1]"],
  ])("%s", async (_, cause, by, reason) => {
    const { tables, row } = place({ status: "PENDING_REVIEW" });
    expect(await recordReview(denied(cause), tables, now)).toMatchObject({ by, reason });
    // Until the photo is in quarantine.
    expect(row()).toMatchObject({ status: "PENDING_REVIEW", review: { decision: "denied" } });
  });
});

test("what the policy rejects is a decision as well, by that version of the policy", async () => {
  const { tables, decision } = place();
  const input: RecordReviewInput = { ...about, review: "rejected by policy" };

  expect(await recordReview(input, tables, now)).toMatchObject({
    by: "policy 1-aabbccdd",
    decision: "rejected by policy",
    reason: "Explicit 60 %, reviewed from 50 %",
  });
  expect(decision()).toMatchObject({ moderation: about.moderation });
});

describe("a decision", () => {
  test("stands: a second run of the execution answers with it and changes nothing", async () => {
    const { tables, row, decision } = place({ status: "PENDING_REVIEW" });
    const first = await recordReview(approved({ by: "ann" }), tables, now);
    const before = decision();

    expect(await recordReview(denied("no"), tables, later)).toEqual(first);

    expect(decision()).toEqual(before);
    expect(row()).toMatchObject({ review: first });
  });

  test.each([
    ["a newer version's row", { executionArn: "newer" }],
    ["a row that says READY", { status: "READY" }],
    ["no row", "deleted" as const],
  ])("is kept, and never touches %s", async (_, changes) => {
    const { tables, row, decision } = place(changes);
    const before = row();
    await recordReview(approved({}), tables, now);
    expect(row()).toEqual(before);
    expect(decision()).toBeDefined();
  });
});
