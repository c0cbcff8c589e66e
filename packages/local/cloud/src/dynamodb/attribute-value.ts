import { compareNumbers } from "./decimal.ts";

/** The attributes of an item or of a map. Names come from clients: read them with `attributeOf`. */
export type Attributes = Readonly<Record<string, AttributeValue>>;

/**
 * A value as the API writes it, after `parseAttributeValue`: exactly one member, numbers normalized, sets without
 * duplicates, binary values as canonical base64. It is never changed in place.
 * https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_AttributeValue.html
 */
export type AttributeValue =
  | { readonly S: string }
  | { readonly N: string }
  | { readonly B: string }
  | { readonly SS: readonly string[] }
  | { readonly NS: readonly string[] }
  | { readonly BS: readonly string[] }
  | { readonly M: Attributes }
  | { readonly L: readonly AttributeValue[] }
  | { readonly BOOL: boolean }
  | { readonly NULL: true };

export type AttributeType = "S" | "N" | "B" | "SS" | "NS" | "BS" | "M" | "L" | "BOOL" | "NULL";
export type ScalarType = "S" | "N" | "B";

export function typeOf(value: AttributeValue): AttributeType {
  for (const type in value) return type as AttributeType;
  throw new Error("an attribute value has one member");
}

/** Own members only: an attribute may be called `constructor` or `__proto__`. */
export function attributeOf(attributes: Attributes, name: string): AttributeValue | undefined {
  return Object.hasOwn(attributes, name) ? attributes[name] : undefined;
}

/** The members of a set, whatever its type. */
export function setMembers(value: AttributeValue): readonly string[] | undefined {
  if ("SS" in value) return value.SS;
  if ("NS" in value) return value.NS;
  return "BS" in value ? value.BS : undefined;
}

/** Deep equality; the order of a set's members and of a map's attributes says nothing. */
export function equalValues(left: AttributeValue, right: AttributeValue): boolean {
  const type = typeOf(left);
  if (type !== typeOf(right)) return false;
  if ("M" in left && "M" in right) return equalMaps(left.M, right.M);
  if ("L" in left && "L" in right) {
    const other = right.L;
    return (
      left.L.length === other.length &&
      left.L.every((value, index) => {
        const counterpart = other[index];
        return counterpart !== undefined && equalValues(value, counterpart);
      })
    );
  }
  const members = setMembers(left);
  if (members !== undefined) {
    const others = new Set(setMembers(right));
    return members.length === others.size && members.every((member) => others.has(member));
  }
  return scalarOf(left, type) === scalarOf(right, type);
}

/** The order of two values of one of the types S, N and B; undefined for everything else. */
export function compareValues(left: AttributeValue, right: AttributeValue): number | undefined {
  if ("S" in left && "S" in right) return compareStrings(left.S, right.S);
  if ("N" in left && "N" in right) return compareNumbers(left.N, right.N);
  if ("B" in left && "B" in right) {
    return Buffer.compare(Buffer.from(left.B, "base64"), Buffer.from(right.B, "base64"));
  }
  return undefined;
}

/** By UTF-8 bytes, as DynamoDB orders strings. JavaScript's own order differs: surrogates stand below U+E000. */
export function compareStrings(left: string, right: string): number {
  const length = Math.min(left.length, right.length);
  for (let index = 0; index < length; index++) {
    const a = left.charCodeAt(index);
    const b = right.charCodeAt(index);
    if (a !== b) return inUtf8Order(a) - inUtf8Order(b);
  }
  return left.length - right.length;
}

function inUtf8Order(codeUnit: number): number {
  if (codeUnit < 0xd800) return codeUnit;
  return codeUnit >= 0xe000 ? codeUnit - 0x800 : codeUnit + 0x2000;
}

function equalMaps(left: Attributes, right: Attributes): boolean {
  const names = Object.keys(left);
  return (
    names.length === Object.keys(right).length &&
    names.every((name) => {
      const a = attributeOf(left, name);
      const b = attributeOf(right, name);
      return a !== undefined && b !== undefined && equalValues(a, b);
    })
  );
}

const scalarOf = (value: AttributeValue, type: AttributeType): unknown =>
  (value as Partial<Record<AttributeType, unknown>>)[type];
