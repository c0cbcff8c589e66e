import { type DynamoDBDocumentClient, GetCommand } from "@aws-sdk/lib-dynamodb";
import { type ImageItem, imageItem } from "@darkroom/workflow";

/** @returns a row of ImageMetadata as it stands now: a consistent read. Undefined where there is none. */
export async function readPhotoRow(
  client: DynamoDBDocumentClient,
  TableName: string,
  imageID: string,
): Promise<ImageItem | undefined> {
  const { Item } = await client.send(
    new GetCommand({ TableName, Key: { imageID }, ConsistentRead: true }),
  );
  return Item === undefined ? undefined : imageItem.parse(Item);
}
