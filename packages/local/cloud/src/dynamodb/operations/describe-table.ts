import { z } from "zod";
import type { Operation } from "../../service.ts";
import { projectItem } from "../consumed-capacity.ts";
import { itemSize } from "../item-size.ts";
import { attributesOf } from "../item-store.ts";
import { slotPrefix, slots } from "../key-encoding.ts";
import { parseRequest } from "../parse-request.ts";
import { tableName } from "../request-members.ts";
import { tableNotFound } from "../table-catalog.ts";
import {
  type Index,
  indexArn,
  type KeySchema,
  keyAttributes,
  type Table,
  type Throughput,
} from "../table-definition.ts";
import { type DynamoContext, resolveTable } from "./dynamo-context.ts";

const request = z.strictObject({ TableName: tableName });

/** https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_DescribeTable.html */
export const describeTable =
  (context: DynamoContext): Operation =>
  (raw, call) => {
    const { arn, name } = resolveTable(context, parseRequest(request, raw).TableName);
    call.authorize("dynamodb:DescribeTable", arn);
    return { Table: describe(context, requireNamed(context, name), "ACTIVE") };
  };

/** Time to live can't be switched on here, so every table has it off. */
export const describeTimeToLive =
  (context: DynamoContext): Operation =>
  (raw, call) => {
    const { arn, name } = resolveTable(context, parseRequest(request, raw).TableName);
    call.authorize("dynamodb:DescribeTimeToLive", arn);
    requireNamed(context, name);
    return { TimeToLiveDescription: { TimeToLiveStatus: "DISABLED" } };
  };

/** The calls about tables, unlike those about items, say which table they didn't find. */
export function requireNamed({ catalog }: DynamoContext, name: string): Table {
  const table = catalog.find(name);
  if (table === undefined) throw tableNotFound(name);
  return table;
}

/** @param newIndex that an update has just added */
export function describe(
  context: DynamoContext,
  table: Table,
  status: "ACTIVE" | "CREATING" | "DELETING" | "UPDATING",
  newIndex?: string,
): Record<string, unknown> {
  const { count, bytes } = context.reader.countItems(table);
  const attributes = new Map(
    [table, ...table.indexes].flatMap(keyAttributes).map(({ name, type }) => [name, type]),
  );
  return {
    AttributeDefinitions: [...attributes].map(([name, type]) => ({
      AttributeName: name,
      AttributeType: type,
    })),
    TableName: table.name,
    KeySchema: describeKeys(table),
    TableStatus: status,
    CreationDateTime: table.createdAt / 1000,
    ProvisionedThroughput: describeThroughput(table.throughput),
    TableSizeBytes: bytes,
    ItemCount: count,
    TableArn: table.arn,
    TableId: table.tableId,
    ...(table.throughput === undefined
      ? {
          BillingModeSummary: {
            BillingMode: "PAY_PER_REQUEST",
            LastUpdateToPayPerRequestDateTime: table.createdAt / 1000,
          },
        }
      : {}),
    ...(table.indexes.length === 0
      ? {}
      : {
          GlobalSecondaryIndexes: table.indexes.map((index) =>
            describeIndex(context, table, index, indexStatus(status, index.name === newIndex)),
          ),
        }),
    DeletionProtectionEnabled: table.deletionProtection === true,
  };
}

const indexStatus = (status: string, isNew: boolean): string =>
  status !== "UPDATING" ? status : isNew ? "CREATING" : "ACTIVE";

function describeIndex(
  context: DynamoContext,
  table: Table,
  index: Index,
  status: string,
): Record<string, unknown> {
  const { projection } = index;
  return {
    IndexName: index.name,
    KeySchema: describeKeys(index),
    Projection: {
      ProjectionType: projection.type,
      ...(projection.type === "INCLUDE" ? { NonKeyAttributes: projection.nonKeyAttributes } : {}),
    },
    IndexStatus: status,
    ProvisionedThroughput: describeThroughput(index.throughput),
    IndexSizeBytes: indexBytes(context, table, index),
    ItemCount: context.reader.countEntries(index),
    IndexArn: indexArn(table.arn, index.name),
  };
}

function indexBytes({ reader }: DynamoContext, table: Table, index: Index): number {
  let bytes = 0;
  for (const stored of reader.scanIndex(index, { from: slotPrefix(0), to: slotPrefix(slots) })) {
    const item = attributesOf(stored);
    bytes += itemSize(projectItem(table, index, item) ?? item);
  }
  return bytes;
}

const describeKeys = (schema: KeySchema) =>
  keyAttributes(schema).map(({ name }, position) => ({
    AttributeName: name,
    KeyType: position === 0 ? "HASH" : "RANGE",
  }));

const describeThroughput = (throughput: Throughput | undefined) => ({
  NumberOfDecreasesToday: 0,
  ReadCapacityUnits: throughput?.readCapacityUnits ?? 0,
  WriteCapacityUnits: throughput?.writeCapacityUnits ?? 0,
});
