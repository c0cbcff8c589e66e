import {
  type Attributes,
  type AttributeType,
  type AttributeValue,
  compareValues,
  equalValues,
  typeOf,
} from "../attribute-value.ts";
import type { Comparator, ExpressionKind } from "./ast.ts";
import {
  type BoundOperand,
  checkDistinct,
  checkNestedCalls,
  checkStaticType,
  evaluateOperand,
} from "./bound-operand.ts";
import { expressionError } from "./token-reader.ts";

export type Predicate = (item: Attributes) => boolean;

const orderedTypes: readonly AttributeType[] = ["S", "N", "B"];

/** https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html#limits-expression-parameters */
const maximumListOperands = 100;

const ordered: Partial<Record<Comparator, (order: number) => boolean>> = {
  "<": (order) => order < 0,
  "<=": (order) => order <= 0,
  ">": (order) => order > 0,
  ">=": (order) => order >= 0,
};

/** An attribute that isn't there equals nothing, not even another one that isn't there, and has no order. */
export function bindComparison(
  kind: ExpressionKind,
  comparator: Comparator,
  left: BoundOperand,
  right: BoundOperand,
): Predicate {
  checkNestedCalls(kind, [left, right]);
  checkDistinct(kind, comparator, left, [right]);
  const accepts = ordered[comparator];
  if (accepts === undefined) {
    const wanted = comparator === "=";
    return (item) => equal(evaluateOperand(left, item), evaluateOperand(right, item)) === wanted;
  }
  checkStaticType(kind, comparator, left, orderedTypes);
  checkStaticType(kind, comparator, right, orderedTypes);
  return (item) => {
    const order = compare(evaluateOperand(left, item), evaluateOperand(right, item));
    return order !== undefined && accepts(order);
  };
}

export function bindBetween(
  kind: ExpressionKind,
  operand: BoundOperand,
  lower: BoundOperand,
  upper: BoundOperand,
): Predicate {
  checkNestedCalls(kind, [operand, lower, upper]);
  checkDistinct(kind, "BETWEEN", operand, [lower, upper]);
  for (const one of [operand, lower, upper]) checkStaticType(kind, "BETWEEN", one, orderedTypes);
  if (lower.kind === "value" && upper.kind === "value") checkBounds(kind, lower.value, upper.value);
  return (item) => {
    const value = evaluateOperand(operand, item);
    const fromLower = compare(evaluateOperand(lower, item), value);
    const toUpper = compare(value, evaluateOperand(upper, item));
    return fromLower !== undefined && fromLower <= 0 && toUpper !== undefined && toUpper <= 0;
  };
}

export function bindIn(
  kind: ExpressionKind,
  operand: BoundOperand,
  list: readonly BoundOperand[],
): Predicate {
  if (list.length > maximumListOperands) {
    throw expressionError(
      kind,
      `The IN operator is provided with too many operands; number of operands: ${list.length}`,
    );
  }
  checkNestedCalls(kind, [operand, ...list]);
  checkDistinct(kind, "IN", operand, list);
  return (item) => {
    const value = evaluateOperand(operand, item);
    return list.some((one) => equal(value, evaluateOperand(one, item)));
  };
}

function equal(left: AttributeValue | undefined, right: AttributeValue | undefined): boolean {
  return left !== undefined && right !== undefined && equalValues(left, right);
}

function compare(
  left: AttributeValue | undefined,
  right: AttributeValue | undefined,
): number | undefined {
  return left === undefined || right === undefined ? undefined : compareValues(left, right);
}

function checkBounds(kind: ExpressionKind, lower: AttributeValue, upper: AttributeValue): void {
  const rule =
    typeOf(lower) !== typeOf(upper)
      ? "requires same data type for lower and upper bounds"
      : (compareValues(lower, upper) ?? 0) > 0
        ? "requires upper bound to be greater than or equal to lower bound"
        : undefined;
  if (rule === undefined) return;
  throw expressionError(
    kind,
    `The BETWEEN operator ${rule}; lower bound operand: ${formatBound(lower)}, upper bound operand: ${formatBound(upper)}`,
  );
}

/** A bound is of one of the types S, N and B. */
function formatBound(value: AttributeValue): string {
  const [[type, text] = []] = Object.entries(value);
  return `AttributeValue: {${type}:${text}}`;
}
