import type { Attributes } from "../attribute-value.ts";
import { consumedCapacity, onlyNamed, readUnits } from "../consumed-capacity.ts";
import { keyOf } from "../item-keys.ts";
import { itemSize } from "../item-size.ts";
import { attributesOf, type StoredItem } from "../item-store.ts";
import { type Index, projectedNames, type Table } from "../table-definition.ts";
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
  const names = index === undefined ? undefined : projectedNames(table, index);
  const isCount = input.Select === "COUNT";
  // A count of whole items without a filter needs none of them.
  const needsItems = !isCount || filter !== undefined || names !== undefined;
  const items: Attributes[] = [];
  let matched = 0;
  let scanned = 0;
  let bytes = 0;
  let lastKey: Attributes | undefined;
  for (const row of rows) {
    const item = needsItems ? entryOf(row, names) : undefined;
    scanned++;
    bytes += names === undefined || item === undefined ? row.size : itemSize(item);
    if (item === undefined) {
      matched++;
    } else if (filter?.holds(item) ?? true) {
      matched++;
      if (!isCount) items.push(projection?.cut(item) ?? item);
    }
    if (scanned === input.Limit || bytes >= maximumPageBytes) {
      const last = item ?? attributesOf(row);
      lastKey = index === undefined ? keyOf(last, table) : keyOf(last, table, index);
      break;
    }
  }
  const units = readUnits(bytes, input.ConsistentRead);
  return {
    ...(isCount ? {} : { Items: items }),
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

/** What is read of a stored item: of an index, the attributes that it holds. */
function entryOf(row: StoredItem, names: ReadonlySet<string> | undefined): Attributes {
  const item = attributesOf(row);
  return names === undefined ? item : onlyNamed(item, names);
}
