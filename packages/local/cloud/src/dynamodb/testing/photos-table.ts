import {
  BatchWriteItemCommand,
  QueryCommand,
  type QueryCommandInput,
  type QueryCommandOutput,
  ScanCommand,
  type ScanCommandInput,
  type ScanCommandOutput,
} from "@aws-sdk/client-dynamodb";
import { type DynamoDbEndpoint, startDynamoDbEndpoint } from "./dynamodb-endpoint.ts";

export const S = (text: string) => ({ S: text });
export const N = (number: number) => ({ N: String(number) });

/** Two albums of 20 photos, taken at -20 to 19 in turn, of four owners; every fifth has stars. */
export const photos = Array.from({ length: 40 }, (_, index) => ({
  album: S(`album-${index % 2}`),
  taken: N(index - 20),
  owner: S(`user-${index % 4}`),
  ...(index % 5 === 0 ? { stars: N(index) } : {}),
  size: N(index * 100),
}));

export interface PhotosTable {
  readonly endpoint: DynamoDbEndpoint;
  query(input: Partial<QueryCommandInput>): Promise<QueryCommandOutput>;
  scan(input?: Partial<ScanCommandInput>): Promise<ScanCommandOutput>;
  close(): Promise<void>;
}

/** The table `photos` with these photos, by album and time; indexes `byOwner` (all) and `byStars` (keys). */
export async function startPhotosTable(): Promise<PhotosTable> {
  const endpoint = await startDynamoDbEndpoint();
  const { client } = endpoint;
  const taken = { name: "taken", type: "N" } as const;
  const owner = { name: "owner", type: "S" } as const;
  endpoint.dynamodb.putTable({
    name: "photos",
    hashKey: { name: "album", type: "S" },
    rangeKey: taken,
    globalSecondaryIndexes: [
      { name: "byOwner", hashKey: owner, rangeKey: taken, projection: "ALL" },
      {
        name: "byStars",
        hashKey: owner,
        rangeKey: { name: "stars", type: "N" },
        projection: "KEYS_ONLY",
      },
    ],
  });
  for (const batch of [photos.slice(0, 20), photos.slice(20)]) {
    const requests = batch.map((Item) => ({ PutRequest: { Item } }));
    await client.send(new BatchWriteItemCommand({ RequestItems: { photos: requests } }));
  }
  return {
    endpoint,
    query: (input) => client.send(new QueryCommand({ TableName: "photos", ...input })),
    scan: (input) => client.send(new ScanCommand({ TableName: "photos", ...input })),
    async close() {
      await endpoint.close();
      if (endpoint.faults.length > 0) throw endpoint.faults[0];
    },
  };
}

/** A Query of one album, with a condition on the time. */
export const inAlbum = (condition = "", values: Record<string, { N: string }> = {}) => ({
  KeyConditionExpression: `album = :album${condition === "" ? "" : ` AND ${condition}`}`,
  ExpressionAttributeValues: { ":album": S("album-0"), ...values },
});

/** A Query of an index for one owner. */
export const ofOwner = {
  KeyConditionExpression: "#o = :owner",
  ExpressionAttributeNames: { "#o": "owner" },
  ExpressionAttributeValues: { ":owner": S("user-0") },
};

export const timesOf = (answer: QueryCommandOutput | ScanCommandOutput): number[] =>
  (answer.Items ?? []).map(({ taken }) => Number(taken?.N));
