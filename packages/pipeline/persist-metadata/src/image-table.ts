import { type DynamoDBDocumentClient, UpdateCommand } from "@aws-sdk/lib-dynamodb";
import { conditionalWrite, parse } from "@darkroom/lambda";
import { type ImageItem, imageItem } from "@darkroom/workflow";

/** What makes a row READY. */
export type Result = Required<
  Pick<ImageItem, "extractedMetadata" | "moderation" | "tags" | "thumbnail" | "preview">
>;

/** The rows of ImageMetadata, as far as storing a result needs them. */
export interface ImageTable {
  /**
   * Makes a row READY if it belongs to this execution and isn't READY or decided against already; its
   * review stays. FAILED and EXPIRED may become READY: an execution that was ended can be redriven, and
   * one that gets here is alive whatever its row says.
   * @returns the row that was in the way; undefined where there is none
   */
  storeResult(
    imageID: string,
    executionArn: string,
    result: Result,
    updatedTime: string,
  ): Promise<{ stored: true } | { stored: false; row: ImageItem | undefined }>;
}

export function imageTable(client: DynamoDBDocumentClient, tableName: string): ImageTable {
  return {
    async storeResult(imageID, executionArn, result, updatedTime) {
      const write = await conditionalWrite(() =>
        client.send(
          new UpdateCommand({
            TableName: tableName,
            Key: { imageID },
            UpdateExpression:
              "SET #status = :ready, extractedMetadata = :metadata, moderation = :moderation, tags = :tags, thumbnail = :thumbnail, preview = :preview, updatedTime = :now REMOVE errReason",
            ConditionExpression:
              "executionArn = :own AND #status IN (:processing, :pendingReview, :failed, :expired)",
            ExpressionAttributeNames: { "#status": "status" },
            ExpressionAttributeValues: {
              ":ready": "READY",
              ":metadata": result.extractedMetadata,
              ":moderation": result.moderation,
              ":tags": result.tags,
              ":thumbnail": result.thumbnail,
              ":preview": result.preview,
              ":now": updatedTime,
              ":own": executionArn,
              ":processing": "PROCESSING",
              ":pendingReview": "PENDING_REVIEW",
              ":failed": "FAILED",
              ":expired": "EXPIRED",
            },
            ReturnValuesOnConditionCheckFailure: "ALL_OLD",
          }),
        ),
      );
      if (write.written) return { stored: true };
      return {
        stored: false,
        row: write.item === undefined ? undefined : parse(imageItem, write.item),
      };
    },
  };
}
