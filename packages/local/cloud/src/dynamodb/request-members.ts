import { z } from "zod";

/** Members that the requests of several operations have. */

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** The values are read by parseAttributeValue: a schema would lose an attribute called `__proto__`. */
export const attributeMap = z.custom<Readonly<Record<string, unknown>>>(isObject, "expected a map");

export const attributeNames = z
  .custom<Readonly<Record<string, string>>>(
    (value) => isObject(value) && Object.values(value).every((name) => typeof name === "string"),
    "expected a map of strings",
  )
  .optional();

/** A name or the table's ARN, which has the name at its end. */
export const tableName = z
  .string()
  .min(1)
  .max(1024)
  .regex(/^(?:arn:[a-zA-Z0-9-]+:dynamodb:[a-zA-Z0-9-]+:[0-9]{12}:table\/)?[a-zA-Z0-9_.-]+$/);

export const indexName = z
  .string()
  .min(3)
  .max(255)
  .regex(/^[a-zA-Z0-9_.-]+$/);

export const returnConsumedCapacity = z.enum(["INDEXES", "TOTAL", "NONE"]).optional();

/** Only local secondary indexes have item collections, so there is never anything to return. */
export const returnItemCollectionMetrics = z.enum(["SIZE", "NONE"]).optional();

const returnValuesOnConditionCheckFailure = z.enum(["ALL_OLD", "NONE"]).optional();

export const returnValues = z
  .enum(["ALL_NEW", "UPDATED_OLD", "ALL_OLD", "NONE", "UPDATED_NEW"])
  .optional();

export const expression = z.string().optional();

const select = z
  .enum(["SPECIFIC_ATTRIBUTES", "COUNT", "ALL_ATTRIBUTES", "ALL_PROJECTED_ATTRIBUTES"])
  .optional();

const limit = z.int().min(1).optional();

/** What Put, Update, Delete and ConditionCheck have, alone and in a transaction. */
export const conditionMembers = {
  TableName: tableName,
  ConditionExpression: expression,
  ExpressionAttributeNames: attributeNames,
  ExpressionAttributeValues: attributeMap.optional(),
  ReturnValuesOnConditionCheckFailure: returnValuesOnConditionCheckFailure,
};

/** What Query and Scan have in common. */
export const readMembers = {
  TableName: tableName,
  IndexName: indexName.optional(),
  Limit: limit,
  Select: select,
  ConsistentRead: z.boolean().optional(),
  FilterExpression: expression,
  ProjectionExpression: expression,
  ExpressionAttributeNames: attributeNames,
  ExpressionAttributeValues: attributeMap.optional(),
  ExclusiveStartKey: attributeMap.optional(),
  ReturnConsumedCapacity: returnConsumedCapacity,
};
