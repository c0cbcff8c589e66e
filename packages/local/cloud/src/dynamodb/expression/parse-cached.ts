import type { ConditionNode, ExpressionKind, PathNode, UpdateAction } from "./ast.ts";
import { parseCondition } from "./parse-condition.ts";
import { parseProjection } from "./parse-projection.ts";
import { parseUpdate } from "./parse-update.ts";

/** Programs have some dozens of expressions; whoever writes values into them instead of `:values` has no use of a cache. */
const maximumEntries = 1_000;

/** Keeps what was parsed by its text: a tree has placeholders only, so it serves every call. */
function cached<Tree>(parse: (expression: string) => Tree): (expression: string) => Tree {
  const trees = new Map<string, Tree>();
  return (expression) => {
    const known = trees.get(expression);
    if (known !== undefined) return known;
    const tree = parse(expression);
    if (trees.size >= maximumEntries) trees.clear();
    trees.set(expression, tree);
    return tree;
  };
}

type ConditionKind = Exclude<ExpressionKind, "ProjectionExpression" | "UpdateExpression">;

const conditions: Record<ConditionKind, (expression: string) => ConditionNode> = {
  ConditionExpression: cached((text) => parseCondition("ConditionExpression", text)),
  FilterExpression: cached((text) => parseCondition("FilterExpression", text)),
  KeyConditionExpression: cached((text) => parseCondition("KeyConditionExpression", text)),
};

export const conditionTree = (kind: ConditionKind, expression: string): ConditionNode =>
  conditions[kind](expression);

export const updateTree: (expression: string) => readonly UpdateAction[] = cached(parseUpdate);

export const projectionTree: (expression: string) => readonly PathNode[] = cached(parseProjection);
