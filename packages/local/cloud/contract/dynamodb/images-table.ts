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
import { openTables } from "./tables.ts";

type Item = Record<string, AttributeValue>;

/** A table of images with an index `byAlbum` of their keys, and one of pairs with a binary and a number key. */
export interface ImagesTable {
  readonly client: DynamoDBClient;
  readonly TableName: string;
  readonly pairs: string;
  put(item: Item, more?: Partial<PutItemCommandInput>): Promise<PutItemCommandOutput>;
  /** Reads consistently. */
  get(id: string): Promise<Item | undefined>;
  update(
    id: string,
    expression: string,
    more?: Partial<UpdateItemCommandInput>,
  ): Promise<UpdateItemCommandOutput>;
  close(): Promise<void>;
}

export const S = (text: string) => ({ S: text });
export const N = (number: string) => ({ N: number });

export async function startImagesTable(): Promise<ImagesTable> {
  const tables = await openTables();
  const { client } = tables;
  const [TableName, pairs] = await Promise.all([
    tables.create("images", {
      keys: [["id", "S"]],
      indexes: {
        byAlbum: {
          keys: [
            ["album", "S"],
            ["taken", "N"],
          ],
          projection: { ProjectionType: "KEYS_ONLY" },
        },
      },
    }),
    tables.create("pairs", {
      keys: [
        ["hash", "B"],
        ["range", "N"],
      ],
    }),
  ]);
  return {
    client,
    TableName,
    pairs,
    put: (item, more) => client.send(new PutItemCommand({ TableName, Item: item, ...more })),
    async get(id) {
      const { Item } = await client.send(
        new GetItemCommand({ TableName, Key: { id: S(id) }, ConsistentRead: true }),
      );
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
    close: () => tables.close(),
  };
}
