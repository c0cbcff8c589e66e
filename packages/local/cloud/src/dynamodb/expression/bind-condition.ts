import type { Attributes } from "../attribute-value.ts";
import type { ConditionNode, ExpressionKind, OperandNode } from "./ast.ts";
import { type BoundOperand, bindOperand } from "./bound-operand.ts";
import { bindBetween, bindComparison, bindIn, type Predicate } from "./comparisons.ts";
import { bindFunction } from "./condition-functions.ts";
import type { DocumentPath } from "./document-path.ts";
import type { Placeholders } from "./placeholders.ts";

/** A condition with its names and values, ready for any number of items. */
export interface BoundCondition {
  readonly holds: (item: Attributes) => boolean;
  /** Every path that it looks at. */
  readonly paths: readonly DocumentPath[];
}

/** @throws ValidationException for the first comparison, in the order of the text, that can't be right. */
export function bindCondition(
  kind: ExpressionKind,
  tree: ConditionNode,
  placeholders: Placeholders,
): BoundCondition {
  const paths: DocumentPath[] = [];

  function bind(operand: OperandNode): BoundOperand {
    const bound = bindOperand(kind, operand, placeholders);
    collectPaths(bound, paths);
    return bound;
  }

  function build(node: ConditionNode): Predicate {
    switch (node.kind) {
      case "and": {
        const left = build(node.left);
        const right = build(node.right);
        return (item) => left(item) && right(item);
      }
      case "or": {
        const left = build(node.left);
        const right = build(node.right);
        return (item) => left(item) || right(item);
      }
      case "not": {
        const condition = build(node.condition);
        return (item) => !condition(item);
      }
      case "comparison":
        return bindComparison(kind, node.comparator, bind(node.left), bind(node.right));
      case "between":
        return bindBetween(kind, bind(node.operand), bind(node.lower), bind(node.upper));
      case "in":
        return bindIn(kind, bind(node.operand), node.list.map(bind));
      case "call":
        return bindFunction(kind, node.name, node.operands.map(bind));
    }
  }

  return { holds: build(tree), paths };
}

function collectPaths(operand: BoundOperand, paths: DocumentPath[]): void {
  if (operand.kind === "path") paths.push(operand.path);
  if (operand.kind === "call") for (const inner of operand.operands) collectPaths(inner, paths);
}
