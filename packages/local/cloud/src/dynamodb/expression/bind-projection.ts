import { type Attributes, type AttributeValue, attributeOf } from "../attribute-value.ts";
import type { ExpressionKind, PathNode } from "./ast.ts";
import { buildPathTree, checkPaths, type DocumentPath, type PathTree } from "./document-path.ts";
import type { Placeholders } from "./placeholders.ts";

const kind: ExpressionKind = "ProjectionExpression";

export interface BoundProjection {
  readonly paths: readonly DocumentPath[];
  /** The part of an item that the paths lead to. */
  readonly cut: (item: Attributes) => Attributes;
}

export function bindProjection(
  nodes: readonly PathNode[],
  placeholders: Placeholders,
): BoundProjection {
  const paths = nodes.map((node) => placeholders.path(kind, node));
  checkPaths(kind, paths);
  return { paths, cut: cutPaths(paths) };
}

/** @param paths that don't overlap */
export function cutPaths(paths: readonly DocumentPath[]): (item: Attributes) => Attributes {
  const tree = buildPathTree(paths.map((path) => ({ path, leaf: true as const })));
  return (item) => cutAttributes(tree, item);
}

function cutAttributes(node: PathTree<true>, attributes: Attributes): Attributes {
  const entries: [string, AttributeValue][] = [];
  for (const [element, child] of node.children) {
    const name = String(element);
    const value = cutValue(child, attributeOf(attributes, name));
    if (value !== undefined) entries.push([name, value]);
  }
  return Object.fromEntries(entries);
}

/** @returns undefined where none of the paths leads to anything. */
function cutValue(
  node: PathTree<true>,
  value: AttributeValue | undefined,
): AttributeValue | undefined {
  if (value === undefined || node.leaf !== undefined) return value;
  if ("M" in value) {
    const cut = cutAttributes(node, value.M);
    return Object.keys(cut).length === 0 ? undefined : { M: cut };
  }
  if (!("L" in value)) return undefined;
  const list = value.L;
  // Elements keep their order, not their distance.
  const elements = [...node.children]
    .sort(([left], [right]) => Number(left) - Number(right))
    .map(([index, child]) => cutValue(child, list[Number(index)]))
    .filter((element) => element !== undefined);
  return elements.length === 0 ? undefined : { L: elements };
}
