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
  const add = (operator: KeyOperator, ...nodes: readonly OperandNode[]) => {
    const operands = nodes.map((one) => bindOperand(kind, one, placeholders));
    const key = keyAmong(operator, operands);
    const name = key.path[0];
    if (conditions.has(name)) {
      throw expressionError(
        kind,
        "KeyConditionExpressions must only contain one condition per key",
      );
    }
    conditions.set(name, {
      operator: operands[0] === key ? operator : turned[operator as keyof typeof turned],
      values: operands.flatMap((one) => (one.kind === "value" ? [one.value] : [])),
    });
  };
  switch (node.kind) {
    case "and":
      collect(node.left, placeholders, conditions);
      collect(node.right, placeholders, conditions);
      return;
    case "comparison":
      if (node.comparator === "<>") throw invalidOperator("<>");
      add(node.comparator, node.left, node.right);
      return;
    case "between":
      add("BETWEEN", node.operand, node.lower, node.upper);
      return;
    case "call":
      if (node.name !== "begins_with") throw invalidOperator(node.name);
      add("begins_with", ...node.operands);
      return;
    default:
      throw invalidOperator(node.kind.toUpperCase());
  }
}

/** The one attribute that a condition is about. @throws for the first operand that can't be there */
function keyAmong(
  operator: KeyOperator,
  operands: readonly BoundOperand[],
): BoundOperand & { readonly kind: "path" } {
  if ((operator === "BETWEEN" || operator === "begins_with") && operands[0]?.kind !== "path") {
    throw invalidCondition(`${operator} operator must have the key attribute as its first operand`);
  }
  let key: (BoundOperand & { readonly kind: "path" }) | undefined;
  for (const operand of operands) {
    if (operand.kind === "call") {
      throw expressionError(kind, "KeyConditionExpressions cannot contain nested operations");
    }
    if (operand.kind === "value") continue;
    if (key !== undefined) {
      throw invalidCondition("Multiple attribute names used in one condition");
    }
    if (operand.path.length > 1) {
      throw expressionError(
        kind,
        "KeyConditionExpressions cannot have conditions on nested attributes",
      );
    }
    key = operand;
  }
  if (key === undefined) throw invalidCondition("No key attribute specified");
  return key;
}

const invalidOperator = (operator: string): AwsError =>
  validationError(`Invalid operator used in KeyConditionExpression: ${operator}`);

const invalidCondition = (detail: string): AwsError =>
  validationError(`Invalid condition in KeyConditionExpression: ${detail}`);
