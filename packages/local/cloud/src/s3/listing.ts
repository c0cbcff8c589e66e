import { commonPrefix, firstBehind, laterKey, nextKey } from "./key-order.ts";

/** What a listing hands out: a row, or what rows are rolled up into. */
export type ListingEntry<Row> = { readonly row: Row } | { readonly commonPrefix: string };

export interface ListingPage<Row> {
  readonly rows: readonly Row[];
  readonly commonPrefixes: readonly string[];
  /** The last entry when there are more behind it. */
  readonly next?: ListingEntry<Row>;
}

export interface ListingOptions<Row> {
  readonly prefix: string;
  /** Empty: nothing is rolled up. */
  readonly delimiter: string;
  readonly limit: number;
  /** Rows in order of their keys, all beginning with the prefix, from the first one that is wanted. */
  readonly start: Iterable<Row>;
  /** The same from a key on. */
  readonly seek: (from: string) => Iterable<Row>;
}

/** One page of a listing. What is rolled up is not read: it is skipped by a seek behind it. */
export function listPage<Row extends { readonly key: string }>(
  options: ListingOptions<Row>,
): ListingPage<Row> {
  const rows: Row[] = [];
  const commonPrefixes: string[] = [];
  let last: ListingEntry<Row> | undefined;
  if (options.limit === 0) return { rows, commonPrefixes };
  for (const entry of entries(options)) {
    if (last !== undefined && rows.length + commonPrefixes.length === options.limit) {
      return { rows, commonPrefixes, next: last };
    }
    if ("row" in entry) rows.push(entry.row);
    else commonPrefixes.push(entry.commonPrefix);
    last = entry;
  }
  return { rows, commonPrefixes };
}

function* entries<Row extends { readonly key: string }>({
  prefix,
  delimiter,
  start,
  seek,
}: ListingOptions<Row>): Generator<ListingEntry<Row>> {
  for (let rows: Iterable<Row> | undefined = start; rows !== undefined; ) {
    let group: string | undefined;
    for (const row of rows) {
      group = commonPrefix(row.key, prefix, delimiter);
      if (group !== undefined) break;
      yield { row };
    }
    if (group === undefined) return;
    yield { commonPrefix: group };
    const from = firstBehind(group);
    rows = from === undefined ? undefined : seek(from);
  }
}

/**
 * The key that a listing starts with when it goes on behind `marker` ("" for none).
 * A marker that is itself something rolled up stands for all of that.
 * @returns undefined when there can be nothing
 */
export function startBehind(marker: string, prefix: string, delimiter: string): string | undefined {
  if (marker === "") return prefix;
  const isGroup = marker.startsWith(prefix) && commonPrefix(marker, prefix, delimiter) === marker;
  const from = isGroup ? firstBehind(marker) : nextKey(marker);
  return from === undefined ? undefined : laterKey(from, prefix);
}
