import { type Attributes, type AttributeValue, attributeOf } from "../attribute-value.ts";
import type { ExpressionKind } from "./ast.ts";
import { expressionError } from "./token-reader.ts";

/** A path without placeholders: the attribute's name, then names in maps and indexes in lists. */
export type DocumentPath = readonly [string, ...(string | number)[]];

export function valueAt(attributes: Attributes, path: DocumentPath): AttributeValue | undefined {
  let value = attributeOf(attributes, path[0]);
  for (let level = 1; level < path.length && value !== undefined; level++) {
    value = childOf(value, path[level] as string | number);
  }
  return value;
}

function childOf(value: AttributeValue, element: string | number): AttributeValue | undefined {
  if (typeof element === "number") return "L" in value ? value.L[element] : undefined;
  return "M" in value ? attributeOf(value.M, element) : undefined;
}

export const formatPath = (path: DocumentPath): string =>
  `[${path.map((element) => (typeof element === "number" ? `[${element}]` : element)).join(", ")}]`;

export const samePath = (left: DocumentPath, right: DocumentPath): boolean =>
  left.length === right.length && left.every((element, level) => element === right[level]);

/** A tree of paths: each place that an expression touches, by its way from the top. */
export interface PathTree<Leaf> {
  readonly children: Map<string | number, PathTree<Leaf>>;
  leaf?: Leaf;
}

/** Brings paths that `checkPaths` has let pass into a tree. */
export function buildPathTree<Leaf>(
  entries: readonly { readonly path: DocumentPath; readonly leaf: Leaf }[],
): PathTree<Leaf> {
  const root: PathTree<Leaf> = { children: new Map() };
  for (const { path, leaf } of entries) {
    let node = root;
    for (const element of path) {
      const child: PathTree<Leaf> = node.children.get(element) ?? { children: new Map() };
      node.children.set(element, child);
      node = child;
    }
    node.leaf = leaf;
  }
  return root;
}

/**
 * @throws ValidationException when one path is another or leads through it, or when one goes into a list where another
 * goes into a map.
 */
export function checkPaths(kind: ExpressionKind, paths: readonly DocumentPath[]): void {
  let conflict: [DocumentPath, DocumentPath] | undefined;
  for (const [position, path] of paths.entries()) {
    for (const [other, earlier] of paths.entries()) {
      if (other === position) break;
      const relation = relate(earlier, path);
      if (relation === "overlap") throw pathError(kind, "overlap with", earlier, path);
      if (relation === "conflict") conflict ??= [earlier, path];
    }
  }
  if (conflict !== undefined) throw pathError(kind, "conflict with", ...conflict);
}

function relate(one: DocumentPath, other: DocumentPath): "overlap" | "conflict" | undefined {
  const levels = Math.min(one.length, other.length);
  for (let level = 0; level < levels; level++) {
    if (typeof one[level] !== typeof other[level]) return "conflict";
    if (one[level] !== other[level]) return undefined;
  }
  return "overlap";
}

const pathError = (kind: ExpressionKind, relation: string, one: DocumentPath, two: DocumentPath) =>
  expressionError(
    kind,
    `Two document paths ${relation} each other; must remove or rewrite one of these paths; path one: ${formatPath(one)}, path two: ${formatPath(two)}`,
  );
