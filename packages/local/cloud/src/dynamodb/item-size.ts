import { type Attributes, type AttributeValue, setMembers } from "./attribute-value.ts";

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
 * One byte, one for each two significant digits on either side of the point, one for a minus. The guide counts the
 * digits as one row; measured item limits show that a number across the point costs a byte more.
 */
function numberSize(number: string): number {
  if (number === "0") return 1;
  const negative = number.startsWith("-");
  const [whole = "", fraction = ""] = (negative ? number.slice(1) : number).split(".");
  const significant = fraction === "" ? whole.replace(/0+$/, "") : whole;
  const wholeDigits = whole === "0" ? 0 : significant.length;
  const fractionDigits = wholeDigits === 0 ? fraction.replace(/^0+/, "").length : fraction.length;
  return 1 + Math.ceil(wholeDigits / 2) + Math.ceil(fractionDigits / 2) + (negative ? 1 : 0);
}
