import { type DynamoDBDocumentClient, PutCommand } from "@aws-sdk/lib-dynamodb";
import { type ImageItem, imageItem } from "@darkroom/workflow";

/** Rows of versions whose event was lost. */
export interface FirstRows {
  /**
   * Puts a version's row, unless the row there has changed since it was seen: an event came after all.
   * @param seen undefined where there was none
   * @returns whether it was put
   */
  put(row: ImageItem, seen: ImageItem | undefined): Promise<boolean>;
}

export function firstRows(client: DynamoDBDocumentClient, TableName: string): FirstRows {
  return {
    async put(row, seen) {
      const names = ["executionArn", "status", "sequencer", "updatedTime"] as const;
      const same = names.map((name) =>
        seen?.[name] === undefined ? `attribute_not_exists(#${name})` : `#${name} = :${name}`,
      );
      const values = names.flatMap((name) =>
        seen?.[name] === undefined ? [] : [[`:${name}`, seen[name]] as const],
      );
      try {
        await client.send(
          new PutCommand({
            TableName,
            Item: imageItem.parse(row),
            ConditionExpression: same.join(" AND "),
            ExpressionAttributeNames: Object.fromEntries(names.map((name) => [`#${name}`, name])),
            ...(values.length === 0
              ? {}
              : { ExpressionAttributeValues: Object.fromEntries(values) }),
          }),
        );
        return true;
      } catch (error) {
        if (error instanceof Error && error.name === "ConditionalCheckFailedException") {
          return false;
        }
        throw error;
      }
    },
  };
}
