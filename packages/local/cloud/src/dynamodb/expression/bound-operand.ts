import {
  type Attributes,
  type AttributeType,
  type AttributeValue,
  setMembers,
  typeOf,
} from "../attribute-value.ts";
import type { ExpressionKind, OperandNode } from "./ast.ts";
import { type DocumentPath, formatPath, samePath, valueAt } from "./document-path.ts";
import type { Placeholders } from "./placeholders.ts";
import { expressionError } from "./token-reader.ts";

/** An operand with its placeholders filled in. */
export type BoundOperand =
  | { readonly kind: "path"; readonly path: DocumentPath }
  | { readonly kind: "value"; readonly value: AttributeValue }
  | { readonly kind: "call"; readonly name: string; readonly operands: readonly BoundOperand[] };

const operandCounts: Readonly<Record<string, number>> = {
  attribute_exists: 1,
  attribute_not_exists: 1,
  attribute_type: 2,
  begins_with: 2,
  contains: 2,
  size: 1,
  if_not_exists: 2,
  list_append: 2,
};

const measurable: readonly AttributeType[] = ["S", "B", "SS", "NS", "BS", "L", "M"];

export function bindOperand(
  kind: ExpressionKind,
  operand: OperandNode,
  placeholders: Placeholders,
): BoundOperand {
  switch (operand.kind) {
    case "path":
      return { kind: "path", path: placeholders.path(kind, operand.path) };
    case "value":
      return { kind: "value", value: placeholders.value(kind, operand.name) };
    case "call":
      return {
        kind: "call",
        name: operand.name,
        operands: operand.operands.map((one) => bindOperand(kind, one, placeholders)),
      };
  }
}

/** Checks the number of a call's operands and of the calls in it. */
export function checkOperandCount(kind: ExpressionKind, operand: BoundOperand): void {
  if (operand.kind !== "call") return;
  for (const inner of operand.operands) checkOperandCount(kind, inner);
  if (operand.operands.length === operandCounts[operand.name]) return;
  throw expressionError(
    kind,
    `Incorrect number of operands for operator or function; operator or function: ${operand.name}, number of operands: ${operand.operands.length}`,
  );
}

/** Checks the calls among the operands of a comparison: only `size` can be there. */
export function checkNestedCalls(kind: ExpressionKind, operands: readonly BoundOperand[]): void {
  for (const operand of operands) {
    if (operand.kind !== "call") continue;
    checkOperandCount(kind, operand);
    const [measured] = operand.operands;
    if (measured !== undefined) checkStaticType(kind, operand.name, measured, measurable);
  }
}

export function requirePath(kind: ExpressionKind, name: string, operand: BoundOperand): void {
  if (operand.kind === "path") return;
  throw expressionError(
    kind,
    `Operator or function requires a document path; operator or function: ${name}`,
  );
}

/** Nothing is compared with itself. */
export function checkDistinct(
  kind: ExpressionKind,
  operator: string,
  first: BoundOperand,
  others: readonly BoundOperand[],
): void {
  if (first.kind !== "path") return;
  if (!others.some((other) => other.kind === "path" && samePath(first.path, other.path))) return;
  throw expressionError(
    kind,
    `The first operand must be distinct from the remaining operands for this operator or function; operator: ${operator}, first operand: ${formatPath(first.path)}`,
  );
}

/** The type that is known without an item: a value's own, or what a function gives. */
export function staticType(operand: BoundOperand): AttributeType | undefined {
  if (operand.kind === "value") return typeOf(operand.value);
  if (operand.kind === "path") return undefined;
  return operand.name === "size" ? "N" : undefined;
}

/** @throws ValidationException when an operand can never be of one of the types that `operator` takes. */
export function checkStaticType(
  kind: ExpressionKind,
  operator: string,
  operand: BoundOperand,
  allowed: readonly AttributeType[],
): void {
  const type = staticType(operand);
  if (type !== undefined && !allowed.includes(type)) throw operandTypeError(kind, operator, type);
}

export const operandTypeError = (kind: ExpressionKind, operator: string, type: string) =>
  expressionError(
    kind,
    `Incorrect operand type for operator or function; operator or function: ${operator}, operand type: ${type}`,
  );

/** What a condition's operand is for an item; undefined when the item has no such attribute. */
export function evaluateOperand(
  operand: BoundOperand,
  item: Attributes,
): AttributeValue | undefined {
  if (operand.kind === "value") return operand.value;
  if (operand.kind === "path") return valueAt(item, operand.path);
  const [measured] = operand.operands;
  const value = measured === undefined ? undefined : evaluateOperand(measured, item);
  const size = value === undefined ? undefined : sizeOf(value);
  return size === undefined ? undefined : { N: String(size) };
}

/** The function `size`; numbers, booleans and null have none. */
function sizeOf(value: AttributeValue): number | undefined {
  if ("S" in value) return value.S.length;
  if ("B" in value) return Buffer.byteLength(value.B, "base64");
  if ("L" in value) return value.L.length;
  if ("M" in value) return Object.keys(value.M).length;
  return setMembers(value)?.length;
}
