import { type Attributes, type AttributeValue, setMembers } from "./attribute-value.ts";

/** An item with its size, which is counted once. */
export interface SizedItem {
  readonly attributes: Attributes;
  readonly size: number;
}

/** 400 KB (https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html#limits-items). */
export const maximumItemBytes = 409_600;

/**
 * The bytes that DynamoDB counts for an item: its limit of 400 KB, the pages of 1 MB and the capacity units go by it.
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html
 */
export function itemSize(attributes: Attributes): number {
  let size = 0;
  for (const [name, value] of Object.entries(attributes)) {
    size += Buffer.byteLength(name) + valueSize(value);
  }
  return size;
}

/** Lists and maps cost 3 bytes, and 1 for each element. */
const containerBytes = 3;
const elementBytes = 1;

function valueSize(value: AttributeValue): number {
  if ("S" in value) return Buffer.byteLength(value.S);
  if ("N" in value) return numberSize(value.N);
  if ("B" in value) return Buffer.byteLength(value.B, "base64");
  if ("BOOL" in value || "NULL" in value) return 1;
  if ("L" in value) {
    return value.L.reduce(
      (size, element) => size + elementBytes + valueSize(element),
      containerBytes,
    );
  }
  if ("M" in value) {
    return containerBytes + Object.keys(value.M).length * elementBytes + itemSize(value.M);
  }
  const sizeOfMember =
    "NS" in value
      ? numberSize
      : (member: string) => Buffer.byteLength(member, "BS" in value ? "base64" : "utf8");
  return (setMembers(value) ?? []).reduce((size, member) => size + sizeOfMember(member), 0);
}

/**
 * One byte, one for a minus, and one for each pair of significant digits. The guide doesn't tell where pairs begin:
 * measured item limits show that they are counted from the point, so that 12340 has three of them and 1234 two.
 */
function numberSize(number: string): number {
  if (number === "0") return 1;
  const negative = number.startsWith("-") ? 1 : 0;
  const point = number.indexOf(".");
  const wholeEnd = point < 0 ? number.length : point;
  const isFraction = number[negative] === "0";
  let first = isFraction ? point + 1 : negative;
  let last = number.length - 1;
  while (number[first] === "0") first++;
  while (number[last] === "0") last--;
  /** The pair that a digit is in, the one before the point being -1. */
  const pairOf = (position: number): number =>
    Math.floor((position < wholeEnd ? position - wholeEnd : position - wholeEnd - 1) / 2);
  return 1 + pairOf(last) - pairOf(first) + 1 + negative;
}
