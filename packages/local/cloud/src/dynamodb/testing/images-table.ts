import {
  type AttributeValue,
  type DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  type PutItemCommandInput,
  type PutItemCommandOutput,
  UpdateItemCommand,
  type UpdateItemCommandInput,
  type UpdateItemCommandOutput,
} from "@aws-sdk/client-dynamodb";
import { type DynamoDbEndpoint, startDynamoDbEndpoint } from "./dynamodb-endpoint.ts";

type Item = Record<string, AttributeValue>;

/** A table `images` with an index of its keys by album, and `pairs` with a binary and a number key. */
export interface ImagesTable {
  readonly endpoint: DynamoDbEndpoint;
  readonly client: DynamoDBClient;
  put(item: Item, more?: Partial<PutItemCommandInput>): Promise<PutItemCommandOutput>;
  get(id: string): Promise<Item | undefined>;
  update(
    id: string,
    expression: string,
    more?: Partial<UpdateItemCommandInput>,
  ): Promise<UpdateItemCommandOutput>;
  close(): Promise<void>;
}

export const TableName = "images";
export const S = (text: string) => ({ S: text });
export const N = (number: string) => ({ N: number });

export async function startImagesTable(): Promise<ImagesTable> {
  const endpoint = await startDynamoDbEndpoint();
  const { client } = endpoint;
  endpoint.dynamodb.putTable({
    name: TableName,
    hashKey: { name: "id", type: "S" },
    globalSecondaryIndexes: [
      {
        name: "byAlbum",
        hashKey: { name: "album", type: "S" },
        rangeKey: { name: "taken", type: "N" },
        projection: "KEYS_ONLY",
      },
    ],
  });
  endpoint.dynamodb.putTable({
    name: "pairs",
    hashKey: { name: "hash", type: "B" },
    rangeKey: { name: "range", type: "N" },
    globalSecondaryIndexes: [],
  });
  return {
    endpoint,
    client,
    put: (item, more) => client.send(new PutItemCommand({ TableName, Item: item, ...more })),
    async get(id) {
      const { Item } = await client.send(new GetItemCommand({ TableName, Key: { id: S(id) } }));
      return Item;
    },
    update: (id, expression, more) =>
      client.send(
        new UpdateItemCommand({
          TableName,
          Key: { id: S(id) },
          UpdateExpression: expression,
          ...more,
        }),
      ),
    async close() {
      await endpoint.close();
      if (endpoint.faults.length > 0) throw endpoint.faults[0];
    },
  };
}
