import { BatchGetCommand, type DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import { type ImageItem, imageItem } from "@darkroom/workflow";

/** The rows of ImageMetadata, many at once and as they were a moment ago. */
export interface ImageRows {
  /** Those that are there, of any number of images. */
  read(imageIDs: readonly string[], signal: AbortSignal): Promise<Map<string, ImageItem>>;
}

/** https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchGetItem.html */
const keysPerCall = 100;

export function dynamodbImageRows(client: DynamoDBDocumentClient, tableName: string): ImageRows {
  return {
    async read(imageIDs, signal) {
      const rows = new Map<string, ImageItem>();
      let left = [...imageIDs];
      while (left.length > 0) {
        const Keys = left.slice(0, keysPerCall).map((imageID) => ({ imageID }));
        const answer = await client.send(
          new BatchGetCommand({ RequestItems: { [tableName]: { Keys } } }),
          { abortSignal: signal },
        );
        const items = answer.Responses?.[tableName] ?? [];
        for (const item of items) {
          const row = imageItem.parse(item);
          rows.set(row.imageID, row);
        }
        const unread = answer.UnprocessedKeys?.[tableName]?.Keys ?? [];
        // A throttled table reads none at all: the next poll comes back for these.
        if (items.length === 0 && unread.length === Keys.length) break;
        left = [...unread.map(({ imageID }) => String(imageID)), ...left.slice(keysPerCall)];
      }
      return rows;
    },
  };
}
