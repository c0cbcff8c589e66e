import { z } from "zod";
import { AwsError } from "../../aws-error.ts";
import type { Operation } from "../../service.ts";
import { parseRequest } from "../parse-request.ts";
import { indexName, tableName } from "../request-members.ts";
import { tableNotFound } from "../table-catalog.ts";
import {
  type IndexDefinition,
  keyAttributes,
  type Table,
  type TableDefinition,
  type Throughput,
} from "../table-definition.ts";
import { invalidParameters, validationError } from "../validation-error.ts";
import { describe, requireNamed } from "./describe-table.ts";
import { type DynamoContext, resolveTable } from "./dynamo-context.ts";
import {
  attributeDefinitions,
  attributeTypes,
  defineIndex,
  indexRequest,
  provisioned,
  throughput,
} from "./table-members.ts";

const indexUpdate = z.strictObject({
  Create: indexRequest.optional(),
  Update: z.strictObject({ IndexName: indexName, ProvisionedThroughput: throughput }).optional(),
  Delete: z.strictObject({ IndexName: indexName }).optional(),
});

const request = z.strictObject({
  TableName: tableName,
  AttributeDefinitions: attributeDefinitions.optional(),
  BillingMode: z.enum(["PROVISIONED", "PAY_PER_REQUEST"]).optional(),
  ProvisionedThroughput: throughput.optional(),
  GlobalSecondaryIndexUpdates: z.array(indexUpdate).optional(),
  DeletionProtectionEnabled: z.boolean().optional(),
});

type UpdateTable = z.output<typeof request>;

/**
 * https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_UpdateTable.html. It answers UPDATING as AWS does;
 * whoever asks next finds the table active and a new index filled. A table of the stack is brought back to what the
 * stack says at the next start.
 */
export const updateTable =
  (context: DynamoContext): Operation =>
  (raw, call) => {
    const input = parseRequest(request, raw);
    const { arn, name } = resolveTable(context, input.TableName);
    call.authorize("dynamodb:UpdateTable", arn);
    const table = requireNamed(context, name);
    const changed = context.catalog.change(table, changeTable(table, input));
    context.sweepDropped();
    const created = input.GlobalSecondaryIndexUpdates?.find(({ Create }) => Create !== undefined);
    return {
      TableDescription: describe(context, changed, "UPDATING", created?.Create?.IndexName),
    };
  };

function changeTable(table: Table, input: UpdateTable): TableDefinition {
  const { BillingMode, ProvisionedThroughput, GlobalSecondaryIndexUpdates = [] } = input;
  const { DeletionProtectionEnabled: deletionProtection } = input;
  if (
    BillingMode === undefined &&
    ProvisionedThroughput === undefined &&
    deletionProtection === undefined &&
    GlobalSecondaryIndexUpdates.length === 0
  ) {
    throw validationError(
      "At least one of ProvisionedThroughput, BillingMode, UpdateStreamEnabled, GlobalSecondaryIndexUpdates or SSESpecification or ReplicaUpdates is required",
    );
  }
  const units = changeThroughput(table, input);
  const indexes = changeIndexes(table, input);
  const { name, hashKey, rangeKey } = table;
  return {
    name,
    hashKey,
    ...(rangeKey === undefined ? {} : { rangeKey }),
    ...(units === undefined ? {} : { throughput: units }),
    deletionProtection: deletionProtection ?? table.deletionProtection === true,
    indexes: indexes.map((index) => billed(index, units !== undefined)),
  };
}

/** @returns undefined for a table that is billed by request. */
function changeThroughput(table: Table, input: UpdateTable): Throughput | undefined {
  const isProvisioned =
    input.BillingMode === undefined
      ? table.throughput !== undefined
      : input.BillingMode === "PROVISIONED";
  const wanted = provisioned(input.ProvisionedThroughput).throughput;
  if (!isProvisioned) {
    if (wanted === undefined) return undefined;
    throw invalidParameters(
      "Neither ReadCapacityUnits nor WriteCapacityUnits can be specified when BillingMode is PAY_PER_REQUEST",
    );
  }
  if (wanted === undefined) {
    if (table.throughput !== undefined) return table.throughput;
    throw invalidParameters(
      "ReadCapacityUnits and WriteCapacityUnits must both be specified when BillingMode is PROVISIONED",
    );
  }
  const { throughput: now } = table;
  if (
    now?.readCapacityUnits === wanted.readCapacityUnits &&
    now.writeCapacityUnits === wanted.writeCapacityUnits
  ) {
    throw validationError(
      `The provisioned throughput for the table will not change. The requested value equals the current value. Current ReadCapacityUnits provisioned for the table: ${now.readCapacityUnits}. Requested ReadCapacityUnits: ${wanted.readCapacityUnits}. Current WriteCapacityUnits provisioned for the table: ${now.writeCapacityUnits}. Requested WriteCapacityUnits: ${wanted.writeCapacityUnits}. Refer to the Amazon DynamoDB Developer Guide for current limits and how to request higher limits.`,
    );
  }
  return wanted;
}

function changeIndexes(table: Table, input: UpdateTable): IndexDefinition[] {
  const types = new Map([
    ...[table, ...table.indexes]
      .flatMap(keyAttributes)
      .map(({ name, type }) => [name, type] as const),
    ...attributeTypes(input.AttributeDefinitions ?? []),
  ]);
  const indexes = new Map<string, IndexDefinition>(
    table.indexes.map(({ id: _, ...index }) => [index.name, index]),
  );
  const updates = input.GlobalSecondaryIndexUpdates ?? [];
  if (updates.filter(({ Update }) => Update === undefined).length > 1) {
    throw new AwsError(
      "LimitExceededException",
      "Subscriber limit exceeded: Only 1 online index can be created or deleted simultaneously per table",
    );
  }
  for (const { Create, Update, Delete } of updates) {
    if ([Create, Update, Delete].filter((action) => action !== undefined).length !== 1) {
      throw invalidParameters(
        "One of GlobalSecondaryIndexUpdate.Create, Update or Delete must be specified",
      );
    }
    if (Create !== undefined) {
      if (indexes.has(Create.IndexName)) {
        throw validationError("Attempting to create an index which already exists");
      }
      indexes.set(Create.IndexName, defineIndex(Create, types));
      continue;
    }
    const { IndexName } = (Update ?? Delete) as { IndexName: string };
    const index = indexes.get(IndexName);
    if (index === undefined) throw tableNotFound();
    if (Update === undefined) indexes.delete(IndexName);
    else indexes.set(IndexName, { ...index, ...provisioned(Update.ProvisionedThroughput) });
  }
  return [...indexes.values()];
}

/** An index is billed as its table is. */
function billed(index: IndexDefinition, isProvisioned: boolean): IndexDefinition {
  if (isProvisioned && index.throughput === undefined) {
    throw invalidParameters(`ProvisionedThroughput must be specified for index: ${index.name}`);
  }
  const { throughput: _, ...unbilled } = index;
  return isProvisioned ? index : unbilled;
}
