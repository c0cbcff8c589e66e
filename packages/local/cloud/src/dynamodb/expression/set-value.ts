import type { Attributes, AttributeType, AttributeValue } from "../attribute-value.ts";
import { addNumbers, subtractNumbers } from "../decimal.ts";
import { validationError } from "../validation-error.ts";
import type { ExpressionKind, SetValueNode } from "./ast.ts";
import {
  type BoundOperand,
  bindOperand,
  checkDistinct,
  checkOperandCount,
  checkStaticType,
  requirePath,
} from "./bound-operand.ts";
import { valueAt } from "./document-path.ts";
import type { Placeholders } from "./placeholders.ts";

const kind: ExpressionKind = "UpdateExpression";

type Evaluate = (item: Attributes) => AttributeValue;

/** What SET writes: it sees the item as it was before the update. */
export interface BoundSetValue {
  readonly evaluate: Evaluate;
  /** Known without the item. */
  readonly type?: AttributeType | undefined;
}

export function bindSetValue(node: SetValueNode, placeholders: Placeholders): BoundSetValue {
  if (node.kind !== "arithmetic") return bindValue(bindOperand(kind, node, placeholders));
  const left = bindOperand(kind, node.left, placeholders);
  const right = bindOperand(kind, node.right, placeholders);
  checkStaticType(kind, node.operator, left, ["N"]);
  checkStaticType(kind, node.operator, right, ["N"]);
  const first = bindValue(left).evaluate;
  const second = bindValue(right).evaluate;
  const calculate = node.operator === "+" ? addNumbers : subtractNumbers;
  return {
    evaluate: (item) => ({ N: calculate(numberOf(first(item)), numberOf(second(item))) }),
    type: "N",
  };
}

function bindValue(operand: BoundOperand): BoundSetValue {
  if (operand.kind === "value") {
    const { value } = operand;
    return { evaluate: () => value, type: Object.keys(value)[0] as AttributeType };
  }
  if (operand.kind === "path") {
    const { path } = operand;
    return { evaluate: (item) => valueAt(item, path) ?? missing() };
  }
  checkOperandCount(kind, operand);
  const [first, second] = operand.operands as [BoundOperand, BoundOperand];
  return operand.name === "if_not_exists"
    ? bindIfNotExists(first, second)
    : bindListAppend(first, second);
}

function bindIfNotExists(first: BoundOperand, second: BoundOperand): BoundSetValue {
  requirePath(kind, "if_not_exists", first);
  checkDistinct(kind, "if_not_exists", first, [second]);
  const { path } = first as BoundOperand & { kind: "path" };
  const otherwise = bindValue(second).evaluate;
  return { evaluate: (item) => valueAt(item, path) ?? otherwise(item) };
}

function bindListAppend(first: BoundOperand, second: BoundOperand): BoundSetValue {
  checkStaticType(kind, "list_append", first, ["L"]);
  checkStaticType(kind, "list_append", second, ["L"]);
  const head = bindValue(first).evaluate;
  const tail = bindValue(second).evaluate;
  return {
    evaluate: (item) => ({ L: [...elementsOf(head(item)), ...elementsOf(tail(item))] }),
    type: "L",
  };
}

function numberOf(value: AttributeValue): string {
  if ("N" in value) return value.N;
  throw wrongType();
}

function elementsOf(value: AttributeValue): readonly AttributeValue[] {
  if ("L" in value) return value.L;
  throw wrongType();
}

const wrongType = () =>
  validationError("An operand in the update expression has an incorrect data type");

function missing(): never {
  throw validationError(
    "The provided expression refers to an attribute that does not exist in the item",
  );
}
