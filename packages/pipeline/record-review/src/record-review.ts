import type { RecordReviewInput, Review } from "@darkroom/workflow";
import type { DecisionTable } from "./decision-table.ts";
import type { ImageTable } from "./image-table.ts";
import { reviewOf } from "./review-of.ts";

export interface ReviewTables {
  readonly images: ImageTable;
  readonly decisions: DecisionTable;
}

/**
 * Marks a photo that a person is asked about, or records what was decided: first as a decision that
 * nothing changes any more, then in the photo's row. A second run of the same execution finds its
 * decision there and answers with that.
 *
 * @returns of a question whether the photo's row says so, which it doesn't when a newer version came or
 *   the photo was deleted; else the decision that stands
 */
export async function recordReview(
  input: RecordReviewInput,
  { images, decisions }: ReviewTables,
  now: Date,
): Promise<{ recorded: boolean } | Review> {
  const { photo, executionArn, moderation } = input;
  const at = now.toISOString();
  if (input.review === "asked") {
    return { recorded: await images.askAbout(photo.imageID, executionArn, moderation, at) };
  }
  const { imageID, albumID, userID, s3bucket, s3key, versionId } = photo;
  const standing = await decisions.addOnce({
    imageID,
    executionArn,
    albumID,
    userID,
    s3bucket,
    s3key,
    versionId,
    moderation,
    ...reviewOf(input, now),
  });
  const { by, reason, decision } = standing;
  const review: Review = { by, at: standing.at, decision, reason };
  await images.decide(imageID, executionArn, { moderation, review }, at);
  return review;
}
