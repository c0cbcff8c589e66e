import { z } from "zod";
import { AwsError } from "../../aws-error.ts";
import type { Operation } from "../../service.ts";
import { parseRequest } from "../parse-request.ts";
import { indexName } from "../request-members.ts";
import { type TableDefinition, tableArn } from "../table-definition.ts";
import { invalidParameters } from "../validation-error.ts";
import { describe } from "./describe-table.ts";
import type { DynamoContext } from "./dynamo-context.ts";
import {
  attributeDefinitions,
  attributeTypes,
  defineIndex,
  indexRequest,
  keySchema,
  provisioned,
  resolveKeys,
  throughput,
} from "./table-members.ts";
import { readTags, tagList } from "./table-tags.ts";

/** https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html#limits-secondary-indexes */
const maximumIndexes = 20;
const request = z.strictObject({
  TableName: indexName,
  AttributeDefinitions: attributeDefinitions,
  KeySchema: keySchema,
  BillingMode: z.enum(["PROVISIONED", "PAY_PER_REQUEST"]).optional(),
  ProvisionedThroughput: throughput.optional(),
  GlobalSecondaryIndexes: z.array(indexRequest).optional(),
  DeletionProtectionEnabled: z.boolean().optional(),
  Tags: tagList.optional(),
});

type CreateTable = z.output<typeof request>;

/** https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_CreateTable.html. It answers CREATING as AWS does; whoever asks next finds the table active. */
export const createTable =
  (context: DynamoContext): Operation =>
  (raw, call) => {
    const input = parseRequest(request, raw);
    call.authorize("dynamodb:CreateTable", tableArn(context.place, input.TableName));
    const definition = defineTable(input);
    if (context.catalog.find(input.TableName) !== undefined) {
      throw new AwsError("ResourceInUseException", `Table already exists: ${input.TableName}`);
    }
    const tags = readTags(input.Tags ?? []);
    const table = context.catalog.create(definition, tags);
    return { TableDescription: describe(context, table, "CREATING") };
  };

function defineTable(input: CreateTable): TableDefinition {
  const isProvisioned = input.BillingMode !== "PAY_PER_REQUEST";
  checkThroughput(input, isProvisioned);
  const types = attributeTypes(input.AttributeDefinitions);
  const keys = resolveKeys(input.KeySchema, types);
  const indexes = (input.GlobalSecondaryIndexes ?? []).map((index) => defineIndex(index, types));
  checkIndexes(input, isProvisioned);
  checkAllUsed(input, types);
  return {
    name: input.TableName,
    ...keys,
    indexes,
    ...provisioned(input.ProvisionedThroughput),
    deletionProtection: input.DeletionProtectionEnabled === true,
  };
}

function checkThroughput(input: CreateTable, isProvisioned: boolean): void {
  if (!isProvisioned && input.ProvisionedThroughput !== undefined) {
    throw invalidParameters(
      "Neither ReadCapacityUnits nor WriteCapacityUnits can be specified when BillingMode is PAY_PER_REQUEST",
    );
  }
  if (isProvisioned && input.ProvisionedThroughput === undefined) {
    throw invalidParameters(
      "ReadCapacityUnits and WriteCapacityUnits must both be specified when BillingMode is PROVISIONED",
    );
  }
}

function checkIndexes({ GlobalSecondaryIndexes }: CreateTable, isProvisioned: boolean): void {
  if (GlobalSecondaryIndexes === undefined) return;
  if (GlobalSecondaryIndexes.length === 0) {
    throw invalidParameters("List of GlobalSecondaryIndexes is empty");
  }
  if (GlobalSecondaryIndexes.length > maximumIndexes) {
    throw invalidParameters(
      `GlobalSecondaryIndex count exceeds the per-table limit of ${maximumIndexes}`,
    );
  }
  const names = new Set<string>();
  for (const { IndexName, ProvisionedThroughput } of GlobalSecondaryIndexes) {
    if (names.has(IndexName)) throw invalidParameters(`Duplicate index name: ${IndexName}`);
    names.add(IndexName);
    if (isProvisioned === (ProvisionedThroughput === undefined)) {
      throw invalidParameters(
        isProvisioned
          ? `ProvisionedThroughput must be specified for index: ${IndexName}`
          : `ProvisionedThroughput should not be specified for index: ${IndexName} when BillingMode is PAY_PER_REQUEST`,
      );
    }
  }
}

function checkAllUsed(input: CreateTable, types: ReadonlyMap<string, unknown>): void {
  const schemas = [
    input.KeySchema,
    ...(input.GlobalSecondaryIndexes ?? []).map(({ KeySchema }) => KeySchema),
  ];
  const used = new Set(schemas.flat().map(({ AttributeName }) => AttributeName));
  if (used.size === types.size) return;
  throw invalidParameters(
    input.GlobalSecondaryIndexes === undefined
      ? "Number of attributes in KeySchema does not exactly match number of attributes defined in AttributeDefinitions"
      : `Some AttributeDefinitions are not used. AttributeDefinitions: [${[...types.keys()].join(", ")}], keys used: [${[...used].join(", ")}]`,
  );
}
