import {
  type AttributeDefinition,
  CreateTableCommand,
  DeleteTableCommand,
  DynamoDBClient,
  type GlobalSecondaryIndex,
  type KeySchemaElement,
  type Projection,
  waitUntilTableExists,
} from "@aws-sdk/client-dynamodb";
import { openTarget, type Target } from "../target.ts";

type Key = readonly [name: string, type: "S" | "N" | "B"];

/** What a contract test needs of a table; keys are the partition key, then the sort key. */
interface TableShape {
  readonly keys: readonly [Key] | readonly [Key, Key];
  readonly indexes?: Readonly<
    Record<string, { readonly keys: TableShape["keys"]; readonly projection: Projection }>
  >;
}

/** Tables of one contract test: in the local cloud, or on AWS. */
export interface ContractTables {
  readonly target: Target;
  readonly client: DynamoDBClient;
  /** Makes a table and waits until it is there. @returns its name */
  create(purpose: string, shape: TableShape): Promise<string>;
  /** Removes every table that was made here. */
  close(): Promise<void>;
}

export async function openTables(): Promise<ContractTables> {
  const target = await openTarget();
  const client = new DynamoDBClient({ ...target.client, maxAttempts: target.aws ? 3 : 1 });
  const made: string[] = [];
  return {
    target,
    client,
    async create(purpose, shape) {
      const TableName = target.uniqueName(purpose);
      await client.send(new CreateTableCommand({ TableName, ...tableInput(shape) }));
      made.push(TableName);
      await waitUntilTableExists({ client, minDelay: 1, maxWaitTime: 600 }, { TableName });
      return TableName;
    },
    async close() {
      for (const TableName of made) await client.send(new DeleteTableCommand({ TableName }));
      client.destroy();
      await target.close();
    },
  };
}

/** A CreateTable request, but for the name. */
export function tableInput({ keys, indexes = {} }: TableShape) {
  const types = new Map([...keys, ...Object.values(indexes).flatMap((index) => [...index.keys])]);
  const entries = Object.entries(indexes).map(
    ([IndexName, index]): GlobalSecondaryIndex => ({
      IndexName,
      KeySchema: keySchema(index.keys),
      Projection: index.projection,
    }),
  );
  return {
    BillingMode: "PAY_PER_REQUEST" as const,
    AttributeDefinitions: [...types].map(
      ([AttributeName, AttributeType]): AttributeDefinition => ({ AttributeName, AttributeType }),
    ),
    KeySchema: keySchema(keys),
    ...(entries.length === 0 ? {} : { GlobalSecondaryIndexes: entries }),
  };
}

const keySchema = (keys: readonly Key[]): KeySchemaElement[] =>
  keys.map(([AttributeName], position) => ({
    AttributeName,
    KeyType: position === 0 ? "HASH" : "RANGE",
  }));
