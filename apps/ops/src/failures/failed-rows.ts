import { BatchGetCommand, type DynamoDBDocumentClient, paginateQuery } from "@aws-sdk/lib-dynamodb";
import { type ImageItem, imageItem, type PhotoStatus } from "@darkroom/workflow";
import type { Pause } from "../watch/pause.ts";

/** Of ImageMetadata: keys alone, in the order of the last change of status. */
const statusIndex = "status-updatedTime-index";

/** https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchGetItem.html */
const keysPerCall = 100;
const throttledPauseMs = 500;

/** The imageIDs of all photos of a status, those first that have been so for the longest. */
export async function* idsOfStatus(
  client: DynamoDBDocumentClient,
  TableName: string,
  status: PhotoStatus,
): AsyncGenerator<string[]> {
  for await (const { Items = [] } of paginateQuery(
    { client, pageSize: keysPerCall },
    {
      TableName,
      IndexName: statusIndex,
      KeyConditionExpression: "#status = :status",
      ProjectionExpression: "imageID",
      ExpressionAttributeNames: { "#status": "status" },
      ExpressionAttributeValues: { ":status": status },
    },
  )) {
    if (Items.length > 0) yield Items.map(({ imageID }) => String(imageID));
  }
}

/** The rows of a status, page by page; a photo whose status changed meanwhile is left out. */
export async function* rowsOfStatus(
  client: DynamoDBDocumentClient,
  tableName: string,
  status: PhotoStatus,
  pause: Pause,
): AsyncGenerator<ImageItem[]> {
  for await (const ids of idsOfStatus(client, tableName, status)) {
    const rows = await readRows(client, tableName, ids, pause);
    yield ids.flatMap((id) => rows.get(id) ?? []).filter((row) => row.status === status);
  }
}

/** @param ids at most a page of them */
async function readRows(
  client: DynamoDBDocumentClient,
  tableName: string,
  ids: readonly string[],
  pause: Pause,
): Promise<Map<string, ImageItem>> {
  const rows = new Map<string, ImageItem>();
  let Keys: Record<string, unknown>[] = ids.map((imageID) => ({ imageID }));
  for (;;) {
    const { Responses, UnprocessedKeys } = await client.send(
      new BatchGetCommand({ RequestItems: { [tableName]: { Keys } } }),
    );
    for (const item of Responses?.[tableName] ?? []) {
      const row = imageItem.parse(item);
      rows.set(row.imageID, row);
    }
    const left = UnprocessedKeys?.[tableName]?.Keys ?? [];
    if (left.length === 0) return rows;
    // A throttled table reads none at all.
    if (left.length === Keys.length) await pause(throttledPauseMs, new AbortController().signal);
    Keys = left;
  }
}
