import { AwsError } from "../../aws-error.ts";
import type { Attributes } from "../attribute-value.ts";
import { encodeIndexKey, encodeKey, keyOf } from "../item-keys.ts";
import type { Position } from "../item-reader.ts";
import { type Index, keyAttributes, type Table } from "../table-definition.ts";
import { validationError } from "../validation-error.ts";

export const invalidStartKey = (detail?: string): AwsError =>
  validationError(
    detail === undefined
      ? "The provided starting key is invalid"
      : `The provided starting key is invalid: ${detail}`,
  );

/** Where the page begins: behind the item whose keys, of the table and of the index, are in ExclusiveStartKey. */
export function startPosition(
  table: Table,
  index: Index | undefined,
  startKey: Attributes | undefined,
): Position | undefined {
  if (startKey === undefined) return undefined;
  const schemas = index === undefined ? [table] : [table, index];
  const names = new Set(schemas.flatMap(keyAttributes).map(({ name }) => name));
  const given = Object.keys(startKey);
  if (given.length !== names.size || !given.every((name) => names.has(name))) {
    throw invalidStartKey(
      index === undefined ? "The provided key element does not match the schema" : undefined,
    );
  }
  const base = baseKey(table, startKey);
  if (index === undefined) return { at: base, base };
  const at = encodeIndexKey(index, startKey);
  if (at === undefined) throw invalidStartKey();
  return { at, base };
}

function baseKey(table: Table, startKey: Attributes) {
  try {
    return encodeKey(table, keyOf(startKey, table));
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    throw invalidStartKey(error.message);
  }
}
