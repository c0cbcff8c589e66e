import { type DynamoDBDocumentClient, UpdateCommand } from "@aws-sdk/lib-dynamodb";
import { conditionalWrite, parse } from "@darkroom/lambda";
import { imageItem, type Moderation, type Review } from "@darkroom/workflow";

/** The rows of ImageMetadata, as far as a review needs them. */
export interface ImageTable {
  /**
   * Says in a row that a person is asked. Only in that of this very execution, and only while nothing
   * final stands there; FAILED and EXPIRED aren't: the execution was redriven.
   * @returns whether the row says so now
   */
  askAbout(
    imageID: string,
    executionArn: string,
    moderation: Moderation,
    updatedTime: string,
  ): Promise<boolean>;
  /**
   * Puts a decision into the row of this very execution; an approved photo is PROCESSING again.
   * @returns whether that changed the row
   */
  decide(
    imageID: string,
    executionArn: string,
    decided: { moderation: Moderation; review: Review },
    updatedTime: string,
  ): Promise<boolean>;
}

/** What a row may be while its execution is under way; FAILED and EXPIRED after a redrive. */
const open = {
  ":processing": "PROCESSING",
  ":pendingReview": "PENDING_REVIEW",
  ":failed": "FAILED",
  ":expired": "EXPIRED",
};
const isOwnAndOpen = `executionArn = :own AND #status IN (${Object.keys(open).join(", ")})`;

export function imageTable(client: DynamoDBDocumentClient, TableName: string): ImageTable {
  const names = { ExpressionAttributeNames: { "#status": "status" } };
  return {
    async askAbout(imageID, executionArn, moderation, updatedTime) {
      const write = await conditionalWrite(() =>
        client.send(
          new UpdateCommand({
            TableName,
            Key: { imageID },
            UpdateExpression:
              "SET #status = :pendingReview, moderation = :moderation, updatedTime = :now REMOVE review, errReason",
            // Again for the same call is no change, and keeps since when the photo waits.
            ConditionExpression: `${isOwnAndOpen} AND NOT (#status = :pendingReview)`,
            ...names,
            ExpressionAttributeValues: {
              ...open,
              ":moderation": moderation,
              ":own": executionArn,
              ":now": updatedTime,
            },
            ReturnValuesOnConditionCheckFailure: "ALL_OLD",
          }),
        ),
      );
      if (write.written) return true;
      if (write.item === undefined) return false;
      const row = parse(imageItem, write.item);
      return row.executionArn === executionArn && row.status === "PENDING_REVIEW";
    },

    async decide(imageID, executionArn, { moderation, review }, updatedTime) {
      // A photo that was turned down stays as it is until it is in quarantine.
      const goesOn = review.decision === "approved";
      const write = await conditionalWrite(() =>
        client.send(
          new UpdateCommand({
            TableName,
            Key: { imageID },
            UpdateExpression: `SET moderation = :moderation, review = :review${goesOn ? ", #status = :processing, updatedTime = :now REMOVE errReason" : ""}`,
            ConditionExpression: isOwnAndOpen,
            ...names,
            ExpressionAttributeValues: {
              ...open,
              ":moderation": moderation,
              ":review": review,
              ":own": executionArn,
              ...(goesOn ? { ":now": updatedTime } : {}),
            },
          }),
        ),
      );
      return write.written;
    },
  };
}
