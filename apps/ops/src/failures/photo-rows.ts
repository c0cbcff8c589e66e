import { type DynamoDBDocumentClient, UpdateCommand } from "@aws-sdk/lib-dynamodb";
import { readPhotoRow } from "@darkroom/reconcile-photos";
import type { ImageItem } from "@darkroom/workflow";

/** The rows of ImageMetadata, as far as a retry needs them. */
export interface PhotoRows {
  /** As it stands now: a consistent read. Undefined where there is none. */
  read(imageID: string): Promise<ImageItem | undefined>;
  /**
   * Gives a row another state, if it still is as it was read: no newer version, no other retry and no
   * end of its execution came between.
   * @returns the row as it is now; undefined when it was changed meanwhile
   */
  replace(seen: ImageItem, state: RowState, now: Date): Promise<ImageItem | undefined>;
}

/** What there is to say of a photo only after its execution came so far. */
const optionalNames = ["errReason", "redriveCount", "moderation", "review", "quarantine"] as const;

/** What a retry changes; what isn't there is removed. */
export type RowState = Pick<ImageItem, "executionArn" | "status" | (typeof optionalNames)[number]>;

/** The state that a row has now. */
export function stateOf(row: ImageItem): RowState {
  const { executionArn, status } = row;
  return { executionArn, status, ...optionalOf(row) };
}

function optionalOf(state: RowState): Partial<RowState> {
  const given = optionalNames.filter((name) => state[name] !== undefined);
  return Object.fromEntries(given.map((name) => [name, state[name]]));
}

/** A row in another state. */
export function withState(row: ImageItem, state: RowState, updatedTime: string): ImageItem {
  const { errReason, redriveCount, moderation, review, quarantine, ...kept } = row;
  return { ...kept, ...stateOf({ ...kept, ...state }), updatedTime };
}

export function photoRows(client: DynamoDBDocumentClient, TableName: string): PhotoRows {
  return {
    read: (imageID) => readPhotoRow(client, TableName, imageID),

    async replace(seen, state, now) {
      const given = Object.entries(optionalOf(state));
      const gone = optionalNames.filter((name) => state[name] === undefined);
      const updatedTime = now.toISOString();
      const unchanged = ["executionArn = :seenArn", "#status = :seenStatus"];
      unchanged.push(
        seen.updatedTime === undefined
          ? "attribute_not_exists(updatedTime)"
          : "updatedTime = :seenTime",
      );
      const set = ["executionArn = :arn", "#status = :status", "updatedTime = :now"];
      set.push(...given.map(([name]) => `${name} = :${name}`));
      try {
        await client.send(
          new UpdateCommand({
            TableName,
            Key: { imageID: seen.imageID },
            UpdateExpression: `SET ${set.join(", ")}${gone.length > 0 ? ` REMOVE ${gone.join(", ")}` : ""}`,
            ConditionExpression: unchanged.join(" AND "),
            ExpressionAttributeNames: { "#status": "status" },
            ExpressionAttributeValues: {
              ":arn": state.executionArn,
              ":status": state.status,
              ":now": updatedTime,
              ":seenArn": seen.executionArn,
              ":seenStatus": seen.status,
              ...(seen.updatedTime === undefined ? {} : { ":seenTime": seen.updatedTime }),
              ...Object.fromEntries(given.map(([name, value]) => [`:${name}`, value])),
            },
          }),
        );
      } catch (error) {
        if (error instanceof Error && error.name === "ConditionalCheckFailedException") {
          return undefined;
        }
        throw error;
      }
      return withState(seen, state, updatedTime);
    },
  };
}
