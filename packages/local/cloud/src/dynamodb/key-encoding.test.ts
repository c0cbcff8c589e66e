import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { compareNumbers, normalizeNumber } from "./decimal.ts";
import { afterPrefix, encodeKeyValue, encodePartition, successor } from "./key-encoding.ts";

const number = fc
  .tuple(fc.bigInt({ min: -(10n ** 20n), max: 10n ** 20n }), fc.integer({ min: -60, max: 60 }))
  .map(([digits, exponent]) => normalizeNumber(`${digits}e${exponent}`));

const bytes = fc.uint8Array({ maxLength: 6 }).map((array) => Buffer.from(array));

describe("the encoding of a key", () => {
  test("numbers sort by their value", () => {
    fc.assert(
      fc.property(number, number, (left, right) => {
        const order = encodeKeyValue("N", left).compare(encodeKeyValue("N", right));
        expect(order).toBe(Math.sign(compareNumbers(left, right)));
      }),
    );
  });

  test("numbers from one end of the range to the other are in order", () => {
    const ascending = [
      "-9.9e125",
      "-1e125",
      "-1.23",
      "-1.2",
      "-1",
      "-0.5",
      "-1e-130",
      "0",
      "1e-130",
      "0.5",
      "1",
      "1.2",
      "1.23",
      "10",
      "1e125",
    ].map(normalizeNumber);
    const sorted = ascending.toSorted((left, right) =>
      encodeKeyValue("N", left).compare(encodeKeyValue("N", right)),
    );
    expect(sorted).toEqual(ascending);
  });

  test("strings sort by UTF-8 bytes", () => {
    const order = encodeKeyValue("S", "\u{1f4f7}").compare(encodeKeyValue("S", "\uffee"));
    expect(order).toBe(1);
  });

  test("a prefix selects exactly the keys between itself and what comes after it", () => {
    fc.assert(
      fc.property(bytes, bytes, (prefix, key) => {
        const isBetween = key.compare(prefix) >= 0 && key.compare(afterPrefix(prefix)) < 0;
        expect(isBetween).toBe(key.subarray(0, prefix.length).equals(prefix));
      }),
    );
  });

  test("nothing stands between a key and its successor", () => {
    fc.assert(
      fc.property(bytes, bytes, (key, other) => {
        expect(other.compare(key) > 0).toBe(other.compare(successor(key)) >= 0);
      }),
    );
  });

  test("partitions are spread evenly over the slots", () => {
    const counts = [0, 0, 0, 0];
    for (let index = 0; index < 4_000; index++) {
      const quarter = (encodePartition(Buffer.from(`photo-${index}`))[0] ?? 0) >> 6;
      counts[quarter] = (counts[quarter] ?? 0) + 1;
    }
    for (const count of counts) expect(count).toBeGreaterThan(800);
  });
});
