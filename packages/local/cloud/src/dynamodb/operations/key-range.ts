import type { AttributeValue } from "../attribute-value.ts";
import type { KeyCondition } from "../expression/key-condition.ts";
import type { PartitionRange } from "../item-reader.ts";
import {
  aboveAllSortKeys,
  afterPrefix,
  emptyKey,
  encodeKeyValue,
  encodePartition,
  successor,
} from "../key-encoding.ts";
import { type KeyAttribute, type KeySchema, keyAttributes } from "../table-definition.ts";
import { invalidParameters, validationError } from "../validation-error.ts";

/** The range that the conditions of a Query select. @throws ValidationException unless they fit the keys. */
export function keyRange(
  schema: KeySchema,
  conditions: ReadonlyMap<string, KeyCondition>,
  forward: boolean,
): PartitionRange {
  checkConditions(schema, conditions);
  const { hashKey, rangeKey } = schema;
  const [hash] = boundsOf(hashKey, conditions.get(hashKey.name));
  if (hash === undefined) throw missedKey(hashKey);
  const sort = rangeKey === undefined ? undefined : conditions.get(rangeKey.name);
  const range =
    rangeKey === undefined || sort === undefined
      ? { from: emptyKey, to: aboveAllSortKeys }
      : sortRange(sort, boundsOf(rangeKey, sort));
  return { partition: encodePartition(hash), ...range, forward };
}

function checkConditions(schema: KeySchema, conditions: ReadonlyMap<string, KeyCondition>): void {
  const keys = keyAttributes(schema);
  if (conditions.size > 2) {
    throw validationError(
      `The number of query conditions (${conditions.size}) exceeds the number of key attributes defined in the schema (${keys.length})`,
    );
  }
  if (conditions.size > keys.length) throw validationError("Query key condition not supported");
  for (const [position, key] of keys.entries()) {
    const condition = conditions.get(key.name);
    if (condition === undefined) {
      if (position === 0 || conditions.size > 1) throw missedKey(key);
      continue;
    }
    if (condition.values.some((value) => !Object.hasOwn(value, key.type))) {
      throw invalidParameters("Condition parameter type does not match schema type");
    }
    if (position === 0 && condition.operator !== "=") {
      throw validationError("Query key condition not supported");
    }
  }
}

function sortRange(
  { operator }: KeyCondition,
  [first = emptyKey, second = first]: readonly Buffer[],
): { from: Buffer; to: Buffer } {
  switch (operator) {
    case "=":
      return { from: first, to: successor(first) };
    case "<":
      return { from: emptyKey, to: first };
    case "<=":
      return { from: emptyKey, to: successor(first) };
    case ">":
      return { from: successor(first), to: aboveAllSortKeys };
    case ">=":
      return { from: first, to: aboveAllSortKeys };
    case "BETWEEN":
      return { from: first, to: successor(second) };
    case "begins_with":
      return { from: first, to: afterPrefix(first) };
  }
}

function boundsOf(key: KeyAttribute, condition: KeyCondition | undefined): readonly Buffer[] {
  return (condition?.values ?? []).map((value) => {
    const bytes = encodeKeyValue(key.type, scalarOf(key, value));
    if (bytes.length > 0) return bytes;
    throw validationError(
      `One or more parameter values are not valid. The AttributeValue for a key attribute cannot contain an empty ${key.type === "B" ? "binary" : "string"} value. Key: ${key.name}`,
    );
  });
}

const scalarOf = ({ type }: KeyAttribute, value: AttributeValue): string =>
  (value as Partial<Record<string, string>>)[type] ?? "";

const missedKey = ({ name }: KeyAttribute) =>
  validationError(`Query condition missed key schema element: ${name}`);
