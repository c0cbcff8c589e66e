import type { AwsError } from "../../aws-error.ts";
import type { AttributeValue } from "../attribute-value.ts";
import { validationError } from "../validation-error.ts";
import type { Comparator, ConditionNode, ExpressionKind, OperandNode } from "./ast.ts";
import { bindCondition } from "./bind-condition.ts";
import { type BoundOperand, bindOperand } from "./bound-operand.ts";
import type { Placeholders } from "./placeholders.ts";
import { expressionError } from "./token-reader.ts";

const kind: ExpressionKind = "KeyConditionExpression";

type KeyOperator = "=" | "<" | "<=" | ">" | ">=" | "BETWEEN" | "begins_with";

/** A condition on one key attribute, the attribute on its left. */
export interface KeyCondition {
  readonly operator: KeyOperator;
  readonly values: readonly AttributeValue[];
}

const turned: Record<Exclude<Comparator, "<>">, KeyOperator> = {
  "=": "=",
  "<": ">",
  "<=": ">=",
  ">": "<",
  ">=": "<=",
};

/**
 * The conditions of a Query by attribute. Whether the attributes are the keys is for the table to say.
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Query.KeyConditionExpressions.html
 */
export function bindKeyCondition(
  tree: ConditionNode,
  placeholders: Placeholders,
): ReadonlyMap<string, KeyCondition> {
  bindCondition(kind, tree, placeholders);
  const conditions = new Map<string, KeyCondition>();
  collect(tree, placeholders, conditions);
  return conditions;
}

function collect(
  node: ConditionNode,
  placeholders: Placeholders,
  conditions: Map<string, KeyCondition>,
): void {
  const operand = (one: OperandNode) => bindOperand(kind, one, placeholders);
  const add = (operator: KeyOperator, key: BoundOperand, others: readonly BoundOperand[]) => {
    const name = keyName(operator, key, others);
    if (conditions.has(name)) {
      throw expressionError(
        kind,
        "KeyConditionExpressions must only contain one condition per key",
      );
    }
    conditions.set(name, { operator, values: others.map(valueOfOperand) });
  };
  const addFirst = (operator: KeyOperator, [key, ...others]: readonly BoundOperand[]) => {
    if (key !== undefined) add(operator, key, others);
  };
  switch (node.kind) {
    case "and":
      collect(node.left, placeholders, conditions);
      collect(node.right, placeholders, conditions);
      return;
    case "comparison": {
      if (node.comparator === "<>") throw invalidOperator("<>");
      const left = operand(node.left);
      const right = operand(node.right);
      if (left.kind === "path") add(node.comparator, left, [right]);
      else add(turned[node.comparator], right, [left]);
      return;
    }
    case "between":
      addFirst("BETWEEN", [node.operand, node.lower, node.upper].map(operand));
      return;
    case "call":
      if (node.name !== "begins_with") throw invalidOperator(node.name);
      addFirst("begins_with", node.operands.map(operand));
      return;
    default:
      throw invalidOperator(node.kind.toUpperCase());
  }
}

function keyName(
  operator: KeyOperator,
  key: BoundOperand,
  others: readonly BoundOperand[],
): string {
  if ([key, ...others].some((one) => one.kind === "call")) {
    throw expressionError(kind, "KeyConditionExpressions cannot contain nested operations");
  }
  const paths = [key, ...others].filter((one) => one.kind === "path");
  if (paths.length === 0) throw invalidCondition("No key attribute specified");
  if (paths.length > 1) {
    throw invalidCondition("Multiple attribute names used in one condition");
  }
  if (key.kind !== "path") {
    throw invalidCondition(`${operator} operator must have the key attribute as its first operand`);
  }
  if (key.path.length > 1) {
    throw expressionError(
      kind,
      "KeyConditionExpressions cannot have conditions on nested attributes",
    );
  }
  return key.path[0];
}

function valueOfOperand(operand: BoundOperand): AttributeValue {
  if (operand.kind === "value") return operand.value;
  throw new Error("a key condition has one path, and no calls");
}

const invalidOperator = (operator: string): AwsError =>
  validationError(`Invalid operator used in KeyConditionExpression: ${operator}`);

const invalidCondition = (detail: string): AwsError =>
  validationError(`Invalid condition in KeyConditionExpression: ${detail}`);
