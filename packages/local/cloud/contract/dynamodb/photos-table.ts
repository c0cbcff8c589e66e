import {
  BatchWriteItemCommand,
  QueryCommand,
  type QueryCommandInput,
  type QueryCommandOutput,
  ScanCommand,
  type ScanCommandInput,
  type ScanCommandOutput,
} from "@aws-sdk/client-dynamodb";
import { expect, vi } from "vitest";
import { type ContractTables, openTables } from "./tables.ts";

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
  readonly tables: ContractTables;
  readonly TableName: string;
  /** Reads consistently, but not from an index. */
  query(input: Partial<QueryCommandInput>): Promise<QueryCommandOutput>;
  scan(input?: Partial<ScanCommandInput>): Promise<ScanCommandOutput>;
  close(): Promise<void>;
}

/** A table of these photos, by album and time; indexes `byOwner` (all), `byStars` (keys) and `bySize` (stars too). */
export async function startPhotosTable(): Promise<PhotosTable> {
  const tables = await openTables();
  const { client } = tables;
  const TableName = await tables.create("photos", {
    keys: [
      ["album", "S"],
      ["taken", "N"],
    ],
    indexes: {
      byOwner: {
        keys: [
          ["owner", "S"],
          ["taken", "N"],
        ],
        projection: { ProjectionType: "ALL" },
      },
      byStars: {
        keys: [
          ["owner", "S"],
          ["stars", "N"],
        ],
        projection: { ProjectionType: "KEYS_ONLY" },
      },
      bySize: {
        keys: [["size", "N"]],
        projection: { ProjectionType: "INCLUDE", NonKeyAttributes: ["stars"] },
      },
    },
  });
  for (const batch of [photos.slice(0, 20), photos.slice(20)]) {
    const requests = batch.map((Item) => ({ PutRequest: { Item } }));
    await client.send(new BatchWriteItemCommand({ RequestItems: { [TableName]: requests } }));
  }
  const consistently = ({ IndexName }: { IndexName?: string | undefined }) =>
    IndexName === undefined ? { ConsistentRead: true } : {};
  const scan: PhotosTable["scan"] = (input = {}) =>
    client.send(new ScanCommand({ TableName, ...consistently(input), ...input }));
  await vi.waitFor(
    async () => {
      for (const [IndexName, count] of [
        ["byOwner", 40],
        ["byStars", 8],
        ["bySize", 40],
      ] as const) {
        expect((await scan({ IndexName })).Count).toBe(count);
      }
    },
    { timeout: 30_000, interval: 200 },
  );
  return {
    tables,
    TableName,
    query: (input) =>
      client.send(new QueryCommand({ TableName, ...consistently(input), ...input })),
    scan,
    close: () => tables.close(),
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
