import fc from "fast-check";
import { expect, test } from "vitest";
import { commonPrefix } from "./key-order.ts";
import { listPage, startBehind } from "./listing.ts";

interface Row {
  readonly key: string;
}

const byBytes = (a: string, b: string) => Buffer.compare(Buffer.from(a), Buffer.from(b));

/** Keys as a store hands them out, and how many of them were read. */
function storeOf(keys: readonly string[]) {
  const sorted = [...new Set(keys)].sort(byBytes);
  const read: string[] = [];
  return {
    read,
    *from(start: string, prefix: string): Generator<Row> {
      for (const key of sorted) {
        if (byBytes(key, start) < 0 || !key.startsWith(prefix)) continue;
        read.push(key);
        yield { key };
      }
    },
  };
}

function page(
  store: ReturnType<typeof storeOf>,
  query: { prefix: string; delimiter: string; limit: number; after: string },
) {
  const { prefix, delimiter, limit, after } = query;
  const start = startBehind(after, prefix, delimiter);
  const seek = (from: string) => store.from(from, prefix);
  return listPage<Row>({
    prefix,
    delimiter,
    limit,
    start: start === undefined ? [] : seek(start),
    seek,
  });
}

const nameOf = (entry: { row: Row } | { commonPrefix: string }): string =>
  "row" in entry ? entry.row.key : entry.commonPrefix;

const keys = () =>
  fc.array(
    fc.string({
      unit: fc.constantFrom("a", "b", "/", "é", "😀", "\uffff"),
      minLength: 1,
      maxLength: 6,
    }),
  );

test("the pages of a listing are together what a look at all keys gives", () => {
  fc.assert(
    fc.property(
      keys(),
      fc.constantFrom("", "a", "a/", "é"),
      fc.constantFrom("", "/", "b"),
      fc.integer({ min: 1, max: 4 }),
      (all, prefix, delimiter, limit) => {
        const found: string[] = [];
        let after = "";
        for (;;) {
          const { rows, commonPrefixes, next } = page(storeOf(all), {
            prefix,
            delimiter,
            limit,
            after,
          });
          found.push(...rows.map(({ key }) => key), ...commonPrefixes);
          if (next === undefined) break;
          expect(rows.length + commonPrefixes.length).toBe(limit);
          after = nameOf(next);
        }
        const expected = new Set(
          all
            .filter((key) => key.startsWith(prefix))
            .map((key) => commonPrefix(key, prefix, delimiter) ?? key),
        );
        expect(found.sort(byBytes)).toEqual([...expected].sort(byBytes));
      },
    ),
  );
});

test("what is rolled up is skipped, not read", () => {
  const store = storeOf(Array.from({ length: 1000 }, (_, i) => `folder/${i}`).concat("z"));

  const { rows, commonPrefixes } = page(store, {
    prefix: "",
    delimiter: "/",
    limit: 10,
    after: "",
  });

  expect(rows).toEqual([{ key: "z" }]);
  expect(commonPrefixes).toEqual(["folder/"]);
  expect(store.read).toHaveLength(2);
});

test("a page of nothing is not truncated", () => {
  const { rows, next } = page(storeOf(["a"]), { prefix: "", delimiter: "", limit: 0, after: "" });

  expect(rows).toEqual([]);
  expect(next).toBeUndefined();
});

test("a marker that is a common prefix stands for all of it, another one only for the keys up to it", () => {
  const store = storeOf(["a/1", "a/2", "b"]);
  const list = (after: string) => page(store, { prefix: "", delimiter: "/", limit: 10, after });

  expect(list("a/").commonPrefixes).toEqual([]);
  expect(list("a/1").commonPrefixes).toEqual(["a/"]);
});
