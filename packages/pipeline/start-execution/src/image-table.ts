import { type DynamoDBDocumentClient, PutCommand } from "@aws-sdk/lib-dynamodb";
import { conditionalWrite, parse } from "@darkroom/lambda";
import { type ImageItem, imageItem, noExecution } from "@darkroom/workflow";

/** `by` is the row that was there and stays. */
export type Claim = { claimed: true } | { claimed: false; by: ImageItem | undefined };

/** The rows of ImageMetadata, as far as starting an execution needs them. */
export interface ImageTable {
  /**
   * Puts the row of a version that arrived, unless the row there is of the same event or of a newer one.
   * The whole row is replaced, so that tags and thumbnails of an older version don't linger.
   */
  claim(row: ImageItem): Promise<Claim>;
  /** Replaces the row that was claimed for an execution which then couldn't be started. */
  replaceStarted(executionArn: string, row: ImageItem): Promise<void>;
}

export function imageTable(client: DynamoDBDocumentClient, tableName: string): ImageTable {
  return {
    async claim(row) {
      const write = await conditionalWrite(() =>
        client.send(
          new PutCommand({
            TableName: tableName,
            Item: row,
            // No row; an older version's; or this event's, whose start failed for good: a second go.
            ConditionExpression:
              "attribute_not_exists(sequencer) OR sequencer < :sequencer OR (sequencer = :sequencer AND executionArn = :none)",
            ExpressionAttributeValues: { ":sequencer": row.sequencer, ":none": noExecution },
            ReturnValuesOnConditionCheckFailure: "ALL_OLD",
          }),
        ),
      );
      return write.written
        ? { claimed: true }
        : {
            claimed: false,
            by: write.item === undefined ? undefined : parse(imageItem, write.item),
          };
    },

    async replaceStarted(executionArn, row) {
      await conditionalWrite(() =>
        client.send(
          new PutCommand({
            TableName: tableName,
            Item: row,
            ConditionExpression: "executionArn = :started AND #status = :processing",
            ExpressionAttributeNames: { "#status": "status" },
            ExpressionAttributeValues: { ":started": executionArn, ":processing": "PROCESSING" },
          }),
        ),
      );
    },
  };
}
