import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { addNumbers, compareNumbers, normalizeNumber, subtractNumbers } from "./decimal.ts";

describe("a number", () => {
  test.each([
    ["0", "0"],
    ["-0", "0"],
    ["+3", "3"],
    [".5", "0.5"],
    ["5.", "5"],
    ["0042.1200", "42.12"],
    ["-17.4E2", "-1740"],
    ["1e-3", "0.001"],
    ["0e125", "0"],
    ["1E125", `1${"0".repeat(125)}`],
    ["1e-130", `0.${"0".repeat(129)}1`],
    ["12345678901234567890123456789012345678", "12345678901234567890123456789012345678"],
  ])("%s is kept as %s", (text, normalized) => {
    expect(normalizeNumber(text)).toBe(normalized);
  });

  test.each([
    ["abc", "The parameter cannot be converted to a numeric value: abc"],
    ["", "The parameter cannot be converted to a numeric value"],
    [".", "The parameter cannot be converted to a numeric value: ."],
    [" 1", "The parameter cannot be converted to a numeric value:  1"],
    ["NaN", "The parameter cannot be converted to a numeric value: NaN"],
    ["0x10", "The parameter cannot be converted to a numeric value: 0x10"],
    [
      "1e99999999999999999999",
      "The parameter cannot be converted to a numeric value: 1e99999999999999999999",
    ],
    ["1e126", /^Number overflow/],
    ["0e126", /^Number overflow/],
    ["-1e99999999999", /^Number overflow/],
    ["1e-131", /^Number underflow/],
    ["0.9e-130", /^Number underflow/],
    ["123456789012345678901234567890123456789", /more than 38 significant digits/],
  ])("%s is refused", (text, message) => {
    expect(() => normalizeNumber(text)).toThrow(message);
  });

  test("keeps every digit of a sum that a float would lose", () => {
    expect(addNumbers("10000000000000000000000", "1")).toBe("10000000000000000000001");
    expect(subtractNumbers("10000000000000000000000", "1")).toBe("9999999999999999999999");
    expect(addNumbers("0.1", "0.2")).toBe("0.3");
    expect(subtractNumbers("0.3", "0.3")).toBe("0");
  });

  test.each([
    ["9e125", "9e125"],
    ["1e50", "1"],
  ])("the sum of %s and %s needs more than a number has", (left, right) => {
    expect(() => addNumbers(normalizeNumber(left), normalizeNumber(right))).toThrow(
      /^Number overflow/,
    );
  });
});

/** A number of few enough digits that sums stay exact: an integer and how far its point is moved. */
const scaled = fc.record({
  units: fc.bigInt({ min: -(10n ** 17n), max: 10n ** 17n }),
  scale: fc.integer({ min: 0, max: 15 }),
});
type Scaled = { units: bigint; scale: number };
const textOf = ({ units, scale }: Scaled) => normalizeNumber(`${units}e-${scale}`);
const inUnits = ({ units, scale }: Scaled) => units * 10n ** BigInt(15 - scale);

describe("for all numbers", () => {
  test("addition and subtraction agree with integers", () => {
    fc.assert(
      fc.property(scaled, scaled, (left, right) => {
        const sum = { units: inUnits(left) + inUnits(right), scale: 15 };
        const difference = { units: inUnits(left) - inUnits(right), scale: 15 };
        expect(addNumbers(textOf(left), textOf(right))).toBe(textOf(sum));
        expect(subtractNumbers(textOf(left), textOf(right))).toBe(textOf(difference));
      }),
    );
  });

  test("comparison agrees with integers", () => {
    fc.assert(
      fc.property(scaled, scaled, (left, right) => {
        const difference = inUnits(left) - inUnits(right);
        const expected = difference < 0n ? -1 : Number(difference > 0n);
        expect(Math.sign(compareNumbers(textOf(left), textOf(right)))).toBe(expected);
      }),
    );
  });

  test("what was normalized once stays as it is", () => {
    fc.assert(
      fc.property(scaled, (number) => {
        expect(normalizeNumber(textOf(number))).toBe(textOf(number));
      }),
    );
  });
});
