import { type DynamoDBDocumentClient, PutCommand, UpdateCommand } from "@aws-sdk/lib-dynamodb";
import { conditionalWrite, parse } from "@darkroom/lambda";
import { type ImageItem, imageItem, type PhotoStatus } from "@darkroom/workflow";

/** How an execution's row ends. */
export interface Ending {
  imageID: string;
  /** The execution that the row must belong to. */
  executionArn: string;
  status: PhotoStatus;
  errReason: string;
  /** What led to a rejection. */
  rejection?: Required<Pick<ImageItem, "moderation" | "review" | "quarantine">>;
  /** What the row is given as its executionArn; its own where this isn't there. */
  newExecutionArn?: string;
  /** As the execution's end says; a row that was given a later redrive since stays as it is. */
  redriveCount?: number;
}

/** The rows of ImageMetadata, as far as recording a failure needs them. */
export interface ImageTable {
  /**
   * Ends a row that belongs to this execution and whose status is one of `over`.
   * @returns whether that changed it: not when it was ended so before, or isn't this execution's
   */
  end(ending: Ending, over: readonly PhotoStatus[], updatedTime: string): Promise<boolean>;
  /**
   * Puts the whole row of a version that nothing was recorded of, unless the row there is of the same
   * event or of a newer one.
   * @returns the row that was in the way
   */
  putUnlessKnown(row: ImageItem): Promise<{ put: true } | { put: false; row: ImageItem }>;
}

export function imageTable(client: DynamoDBDocumentClient, tableName: string): ImageTable {
  return {
    async end(ending, over, updatedTime) {
      const overValues = over.map((status, index) => [`:over${index}`, status] as const);
      const { redriveCount, rejection = {} } = ending;
      const details = Object.entries(rejection);
      const redrives =
        redriveCount === undefined
          ? ""
          : " AND (attribute_not_exists(redriveCount) OR redriveCount < :laterRedrive)";
      const write = await conditionalWrite(() =>
        client.send(
          new UpdateCommand({
            TableName: tableName,
            Key: { imageID: ending.imageID },
            UpdateExpression: [
              "SET #status = :status, errReason = :reason, executionArn = :newArn, updatedTime = :now",
              ...details.map(([name]) => `${name} = :${name}`),
            ].join(", "),
            ConditionExpression: `executionArn = :own AND #status IN (${overValues.map(([name]) => name).join(", ")}) AND NOT (#status = :status AND errReason = :reason)${redrives}`,
            ExpressionAttributeNames: { "#status": "status" },
            ExpressionAttributeValues: {
              ":status": ending.status,
              ":reason": ending.errReason,
              ":newArn": ending.newExecutionArn ?? ending.executionArn,
              ":now": updatedTime,
              ":own": ending.executionArn,
              ...(redriveCount === undefined ? {} : { ":laterRedrive": redriveCount + 1 }),
              ...Object.fromEntries(details.map(([name, value]) => [`:${name}`, value])),
              ...Object.fromEntries(overValues),
            },
          }),
        ),
      );
      return write.written;
    },

    async putUnlessKnown(row) {
      const write = await conditionalWrite(() =>
        client.send(
          new PutCommand({
            TableName: tableName,
            Item: row,
            ConditionExpression: "attribute_not_exists(sequencer) OR sequencer < :sequencer",
            ExpressionAttributeValues: { ":sequencer": row.sequencer },
            ReturnValuesOnConditionCheckFailure: "ALL_OLD",
          }),
        ),
      );
      return write.written ? { put: true } : { put: false, row: parse(imageItem, write.item) };
    },
  };
}
