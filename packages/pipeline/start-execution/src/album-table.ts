import { type DynamoDBDocumentClient, PutCommand } from "@aws-sdk/lib-dynamodb";
import { conditionalWrite } from "@darkroom/lambda";
import type { AlbumItem, PhotoReference } from "@darkroom/workflow";

/** The rows of AlbumMetadata. */
export interface AlbumTable {
  /** Makes the album that a photo is in, unless it is there: its name is what the key says. */
  ensure(photo: Pick<PhotoReference, "albumID" | "userID">, creationTime: string): Promise<void>;
}

/** In ms: so long after it was seen an album is taken to be there. A bulk copy brings thousands into one. */
const trustedMs = 60_000;
/** An album's ID has up to 1,024 bytes. */
const mostRemembered = 5000;

export function albumTable(
  client: DynamoDBDocumentClient,
  TableName: string,
  now: () => number,
): AlbumTable {
  const seen = new Map<string, number>();
  return {
    async ensure({ albumID, userID }, creationTime) {
      if (now() - (seen.get(albumID) ?? Number.NEGATIVE_INFINITY) < trustedMs) return;
      const Item: AlbumItem = {
        albumID,
        userID,
        name: albumID.slice(userID.length + 1),
        creationTime,
      };
      await conditionalWrite(() =>
        client.send(
          new PutCommand({
            TableName,
            Item,
            ConditionExpression: "attribute_not_exists(albumID)",
          }),
        ),
      );
      if (seen.size >= mostRemembered) seen.clear();
      seen.set(albumID, now());
    },
  };
}
