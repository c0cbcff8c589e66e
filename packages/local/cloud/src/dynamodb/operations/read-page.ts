import type { Attributes } from "../attribute-value.ts";
import { consumedCapacity, projectItem, readUnits } from "../consumed-capacity.ts";
import { keyOf } from "../item-keys.ts";
import { itemSize } from "../item-size.ts";
import { attributesOf, type StoredItem } from "../item-store.ts";
import type { Index, Table } from "../table-definition.ts";
import type { ReadInput, ReadRequest } from "./read-request.ts";

/** A page ends with the item that brings it here (https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html#limits-api). */
const maximumPageBytes = 1_048_576;

/**
 * Reads one page: Limit and the page's size count what is read, before the filter. Whoever ends a page doesn't look
 * whether there is another item, so the last page can be an empty one, as on AWS.
 */
export function readPage(
  table: Table,
  index: Index | undefined,
  input: ReadInput,
  { filter, projection }: ReadRequest,
  rows: Iterable<StoredItem>,
): Record<string, unknown> {
  const items: Attributes[] = [];
  let matched = 0;
  let scanned = 0;
  let bytes = 0;
  let lastKey: Attributes | undefined;
  for (const row of rows) {
    const stored = attributesOf(row);
    const item = index === undefined ? stored : (projectItem(table, index, stored) ?? stored);
    scanned++;
    bytes += item === stored ? row.size : itemSize(item);
    if (filter?.holds(item) ?? true) {
      matched++;
      if (input.Select !== "COUNT") items.push(projection?.cut(item) ?? item);
    }
    if (scanned === input.Limit || bytes >= maximumPageBytes) {
      lastKey = index === undefined ? keyOf(item, table) : keyOf(item, table, index);
      break;
    }
  }
  const units = readUnits(bytes, input.ConsistentRead);
  return {
    ...(input.Select === "COUNT" ? {} : { Items: items }),
    Count: matched,
    ScannedCount: scanned,
    ...(lastKey === undefined ? {} : { LastEvaluatedKey: lastKey }),
    ...consumedCapacity(
      table.name,
      index === undefined
        ? { table: units, indexes: new Map() }
        : { table: 0, indexes: new Map([[index.name, units]]) },
      input.ReturnConsumedCapacity,
    ),
  };
}
