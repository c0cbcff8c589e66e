import { z } from "zod";
import { AwsError } from "../../aws-error.ts";
import type { Operation } from "../../service.ts";
import { parseRequest } from "../parse-request.ts";
import { indexName } from "../request-members.ts";
import {
  type KeySchema,
  type Projection,
  type TableDefinition,
  type Throughput,
  tableArn,
} from "../table-definition.ts";
import { invalidParameters, validationError } from "../validation-error.ts";
import { describe } from "./describe-table.ts";
import type { DynamoContext } from "./dynamo-context.ts";

/** https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html#limits-secondary-indexes */
const maximumIndexes = 20;
/** https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html#limits-attributes */
const keyName = z.string().min(1).max(255);

const keySchema = z
  .array(z.strictObject({ AttributeName: keyName, KeyType: z.enum(["HASH", "RANGE"]) }))
  .min(1)
  .max(2);
const throughput = z.strictObject({
  ReadCapacityUnits: z.int().min(1),
  WriteCapacityUnits: z.int().min(1),
});

const indexRequest = z.strictObject({
  IndexName: indexName,
  KeySchema: keySchema,
  Projection: z.strictObject({
    ProjectionType: z.enum(["ALL", "INCLUDE", "KEYS_ONLY"]).optional(),
    NonKeyAttributes: z.array(keyName).min(1).max(20).optional(),
  }),
  ProvisionedThroughput: throughput.optional(),
});

const request = z.strictObject({
  TableName: indexName,
  AttributeDefinitions: z.array(
    z.strictObject({ AttributeName: keyName, AttributeType: z.enum(["S", "N", "B"]) }),
  ),
  KeySchema: keySchema,
  BillingMode: z.enum(["PROVISIONED", "PAY_PER_REQUEST"]).optional(),
  ProvisionedThroughput: throughput.optional(),
  GlobalSecondaryIndexes: z.array(indexRequest).optional(),
});

type CreateTable = z.output<typeof request>;

/** https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_CreateTable.html; the table is active at once. */
export const createTable =
  (context: DynamoContext): Operation =>
  (raw, call) => {
    const input = parseRequest(request, raw);
    call.authorize("dynamodb:CreateTable", tableArn(context.place, input.TableName));
    const definition = defineTable(input);
    if (context.catalog.find(input.TableName) !== undefined) {
      throw new AwsError("ResourceInUseException", `Table already exists: ${input.TableName}`);
    }
    return { TableDescription: describe(context, context.catalog.create(definition), "ACTIVE") };
  };

function defineTable(input: CreateTable): TableDefinition {
  const isProvisioned = input.BillingMode !== "PAY_PER_REQUEST";
  checkThroughput(input, isProvisioned);
  const types = new Map(
    input.AttributeDefinitions.map(({ AttributeName, AttributeType }) => [
      AttributeName,
      AttributeType,
    ]),
  );
  const keys = resolveKeys(input.KeySchema, types);
  const indexes = (input.GlobalSecondaryIndexes ?? []).map((index) => ({
    name: index.IndexName,
    ...resolveKeys(index.KeySchema, types),
    projection: resolveProjection(index.Projection),
    ...provisioned(index.ProvisionedThroughput),
  }));
  checkIndexes(input, isProvisioned);
  checkAllUsed(input, types);
  return {
    name: input.TableName,
    ...keys,
    indexes,
    ...provisioned(input.ProvisionedThroughput),
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

function resolveKeys(
  schema: z.output<typeof keySchema>,
  types: ReadonlyMap<string, "S" | "N" | "B">,
): KeySchema {
  const names = schema.map(({ AttributeName }) => AttributeName);
  const [hash, range] = schema.map(({ AttributeName, KeyType }) => {
    const type = types.get(AttributeName);
    if (type === undefined) {
      throw invalidParameters(
        `Some index key attributes are not defined in AttributeDefinitions. Keys: [${names.join(", ")}], AttributeDefinitions: [${[...types.keys()].join(", ")}]`,
      );
    }
    return { name: AttributeName, type, kind: KeyType };
  });
  if (hash?.kind !== "HASH") {
    throw validationError("Invalid KeySchema: The first KeySchemaElement is not a HASH key type");
  }
  const hashKey = { name: hash.name, type: hash.type };
  if (range === undefined) return { hashKey };
  if (range.name === hash.name) {
    throw validationError(
      "Both the Hash Key and the Range Key element in the KeySchema have the same name",
    );
  }
  if (range.kind !== "RANGE") {
    throw validationError("Invalid KeySchema: The second KeySchemaElement is not a RANGE key type");
  }
  return { hashKey, rangeKey: { name: range.name, type: range.type } };
}

function resolveProjection({
  ProjectionType,
  NonKeyAttributes,
}: z.output<typeof indexRequest>["Projection"]): Projection {
  if (ProjectionType === undefined) throw invalidParameters("Unknown ProjectionType: null");
  if (ProjectionType === "INCLUDE") {
    if (NonKeyAttributes !== undefined) {
      return { type: ProjectionType, nonKeyAttributes: NonKeyAttributes };
    }
    throw invalidParameters("ProjectionType is INCLUDE, but NonKeyAttributes is not specified");
  }
  if (NonKeyAttributes === undefined) return { type: ProjectionType };
  throw invalidParameters(`ProjectionType is ${ProjectionType}, but NonKeyAttributes is specified`);
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

const provisioned = (
  units: z.output<typeof throughput> | undefined,
): { throughput?: Throughput } =>
  units === undefined
    ? {}
    : {
        throughput: {
          readCapacityUnits: units.ReadCapacityUnits,
          writeCapacityUnits: units.WriteCapacityUnits,
        },
      };
