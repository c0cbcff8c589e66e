import type { AwsError } from "../aws-error.ts";
import { type Attributes, type AttributeValue, attributeOf, typeOf } from "./attribute-value.ts";
import { type EncodedKey, emptyKey, encodeKeyValue, encodePartition } from "./key-encoding.ts";
import {
  type Index,
  type KeyAttribute,
  type KeySchema,
  keyAttributes,
  type Table,
} from "./table-definition.ts";
import { invalidParameters, validationError } from "./validation-error.ts";

/** https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html#limits-partition-sort-keys */
const maximumHashKeyBytes = 2_048;
const maximumRangeKeyBytes = 1_024;

export const keyMismatch = (): AwsError =>
  validationError("The provided key element does not match the schema");

/** The place of an item that is addressed by its key alone. @throws unless it is exactly the key of the schema. */
export function encodeKey(schema: KeySchema, key: Attributes): EncodedKey {
  if (Object.keys(key).length !== keyAttributes(schema).length) throw keyMismatch();
  return encodeItemKey(schema, key, keyMismatch);
}

/** The place of a whole item, which has its key among its attributes. */
export function encodeKeyOfItem(table: Table, item: Attributes): EncodedKey {
  return encodeItemKey(table, item, ({ name, type }, value) =>
    invalidParameters(
      value === undefined
        ? `Missing the key ${name} in the item`
        : `Type mismatch for key ${name} expected: ${type} actual: ${typeOf(value)}`,
    ),
  );
}

/** The place of an item in an index; undefined when the item has not all of the index's keys: it isn't in it. */
export function encodeIndexKey(index: Index, item: Attributes): EncodedKey | undefined {
  const { hashKey, rangeKey } = index;
  const partition = keyBytes(hashKey, attributeOf(item, hashKey.name));
  if (partition === undefined) return undefined;
  if (rangeKey === undefined) return { partition: encodePartition(partition), sort: emptyKey };
  const sort = keyBytes(rangeKey, attributeOf(item, rangeKey.name));
  return sort === undefined ? undefined : { partition: encodePartition(partition), sort };
}

/** @throws when an attribute that keys an index is there, but can't be a key of it. */
export function checkIndexKeys(table: Table, item: Attributes): void {
  for (const index of table.indexes) {
    for (const [position, attribute] of keyAttributes(index).entries()) {
      const value = attributeOf(item, attribute.name);
      if (value === undefined) continue;
      const bytes = keyBytes(attribute, value);
      if (bytes === undefined) throw indexTypeMismatch(index, attribute, typeOf(value));
      if (bytes.length === 0) {
        throw validationError(
          `One or more parameter values are not valid. A value specified for a secondary index key is not supported. The AttributeValue for a key attribute cannot contain an empty ${emptyWord(attribute)} value. IndexName: ${index.name}, IndexKey: ${attribute.name}`,
        );
      }
      checkKeyBytes(bytes, position === 0);
    }
  }
}

export const indexTypeMismatch = (index: Index, key: KeyAttribute, actual: string): AwsError =>
  invalidParameters(
    `Type mismatch for Index Key ${key.name} Expected: ${key.type} Actual: ${actual} IndexName: ${index.name}`,
  );

/** The attributes of `item` that key `schemas`. */
export function keyOf(item: Attributes, ...schemas: readonly KeySchema[]): Attributes {
  return Object.fromEntries(
    schemas.flatMap(keyAttributes).flatMap(({ name }) => {
      const value = attributeOf(item, name);
      return value === undefined ? [] : [[name, value]];
    }),
  );
}

/** The bytes of a key's value; undefined when it is missing or of another type. */
function keyBytes({ type }: KeyAttribute, value: AttributeValue | undefined): Buffer | undefined {
  if (value === undefined || !Object.hasOwn(value, type)) return undefined;
  return encodeKeyValue(type, (value as Record<string, string>)[type] ?? "");
}

function encodeItemKey(
  schema: KeySchema,
  attributes: Attributes,
  mismatch: (key: KeyAttribute, value: AttributeValue | undefined) => AwsError,
): EncodedKey {
  const required = (key: KeyAttribute, isHash: boolean): Buffer => {
    const value = attributeOf(attributes, key.name);
    const bytes = keyBytes(key, value);
    if (bytes === undefined) throw mismatch(key, value);
    if (bytes.length === 0) {
      throw validationError(
        `One or more parameter values are not valid. The AttributeValue for a key attribute cannot contain an empty ${emptyWord(key)} value. Key: ${key.name}`,
      );
    }
    checkKeyBytes(bytes, isHash);
    return bytes;
  };
  return {
    partition: encodePartition(required(schema.hashKey, true)),
    sort: schema.rangeKey === undefined ? emptyKey : required(schema.rangeKey, false),
  };
}

/** Numbers are always short enough. */
function checkKeyBytes(bytes: Buffer, isHash: boolean): void {
  if (isHash && bytes.length > maximumHashKeyBytes) {
    throw invalidParameters("Size of hashkey has exceeded the maximum size limit of2048 bytes");
  }
  if (!isHash && bytes.length > maximumRangeKeyBytes) {
    throw invalidParameters(
      "Aggregated size of all range keys has exceeded the size limit of 1024 bytes",
    );
  }
}

const emptyWord = ({ type }: KeyAttribute): string => (type === "B" ? "binary" : "string");
