import { z } from "zod";
import { indexName } from "../request-members.ts";
import type { IndexDefinition, KeySchema, Projection, Throughput } from "../table-definition.ts";
import { invalidParameters, validationError } from "../validation-error.ts";

/** What the requests that make or change tables say about keys, indexes and throughput. */

/** https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html#limits-attributes */
const keyName = z.string().min(1).max(255);

export const keySchema = z
  .array(z.strictObject({ AttributeName: keyName, KeyType: z.enum(["HASH", "RANGE"]) }))
  .min(1)
  .max(2);
export const throughput = z.strictObject({
  ReadCapacityUnits: z.int().min(1),
  WriteCapacityUnits: z.int().min(1),
});

export const indexRequest = z.strictObject({
  IndexName: indexName,
  KeySchema: keySchema,
  Projection: z.strictObject({
    ProjectionType: z.enum(["ALL", "INCLUDE", "KEYS_ONLY"]).optional(),
    NonKeyAttributes: z.array(keyName).min(1).max(20).optional(),
  }),
  ProvisionedThroughput: throughput.optional(),
});

export const attributeDefinitions = z.array(
  z.strictObject({ AttributeName: keyName, AttributeType: z.enum(["S", "N", "B"]) }),
);

type AttributeTypes = ReadonlyMap<string, "S" | "N" | "B">;

export const attributeTypes = (
  definitions: z.output<typeof attributeDefinitions>,
): AttributeTypes =>
  new Map(definitions.map(({ AttributeName, AttributeType }) => [AttributeName, AttributeType]));

/** The types of the attributes are those of the request, or of the table that gets the index. */
export const defineIndex = (
  index: z.output<typeof indexRequest>,
  types: AttributeTypes,
): IndexDefinition => ({
  name: index.IndexName,
  ...resolveKeys(index.KeySchema, types),
  projection: resolveProjection(index.Projection),
  ...provisioned(index.ProvisionedThroughput),
});

export function resolveKeys(schema: z.output<typeof keySchema>, types: AttributeTypes): KeySchema {
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

export const provisioned = (
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
