import {
  type Attributes,
  type AttributeValue,
  attributeOf,
  setMembers,
  typeOf,
} from "../attribute-value.ts";
import { addNumbers } from "../decimal.ts";
import { validationError } from "../validation-error.ts";
import type { PathTree } from "./document-path.ts";

export type UpdateStep =
  | { readonly kind: "SET"; readonly evaluate: (item: Attributes) => AttributeValue }
  | { readonly kind: "REMOVE" }
  | { readonly kind: "ADD" | "DELETE"; readonly value: AttributeValue };

/**
 * Carries out all steps of an update at once: each sees the item as it was, and indexes into a list mean the list
 * before the update, whatever is removed from it. What doesn't change is shared with `item`.
 */
export function applyUpdate(tree: PathTree<UpdateStep>, item: Attributes): Attributes {
  return updateAttributes(tree, item, item);
}

/** @returns undefined for an attribute that is gone. */
function updateValue(
  node: PathTree<UpdateStep>,
  value: AttributeValue | undefined,
  item: Attributes,
): AttributeValue | undefined {
  if (node.leaf !== undefined) return runStep(node.leaf, value, item);
  const [element] = node.children.keys();
  if (value !== undefined && typeof element === "number" && "L" in value) {
    return { L: updateList(node, value.L, item) };
  }
  if (value !== undefined && typeof element === "string" && "M" in value) {
    return { M: updateAttributes(node, value.M, item) };
  }
  throw validationError(
    "The document path provided in the update expression is invalid for update",
  );
}

function updateAttributes(
  node: PathTree<UpdateStep>,
  attributes: Attributes,
  item: Attributes,
): Attributes {
  const updated: Record<string, AttributeValue> = { ...attributes };
  for (const [element, child] of node.children) {
    const name = String(element);
    const value = updateValue(child, attributeOf(attributes, name), item);
    if (value === undefined) delete updated[name];
    else if (name === "__proto__") Object.defineProperty(updated, name, { ...asOwn, value });
    else updated[name] = value;
  }
  return updated;
}

/** As an assignment makes it, which for this one name would mean the prototype. */
const asOwn = { configurable: true, enumerable: true, writable: true };

/** An index past the end appends, in the order of the indexes. */
function updateList(
  node: PathTree<UpdateStep>,
  list: readonly AttributeValue[],
  item: Attributes,
): AttributeValue[] {
  const kept: (AttributeValue | undefined)[] = [...list];
  const appended: [number, AttributeValue | undefined][] = [];
  for (const [element, child] of node.children) {
    const index = Number(element);
    const value = updateValue(child, list[index], item);
    if (index < list.length) kept[index] = value;
    else appended.push([index, value]);
  }
  appended.sort(([left], [right]) => left - right);
  return [...kept, ...appended.map(([, value]) => value)].filter((value) => value !== undefined);
}

function runStep(
  step: UpdateStep,
  value: AttributeValue | undefined,
  item: Attributes,
): AttributeValue | undefined {
  if (step.kind === "SET") return step.evaluate(item);
  if (step.kind === "REMOVE") return undefined;
  if (value !== undefined && typeOf(value) !== typeOf(step.value)) {
    throw validationError("An operand in the update expression has an incorrect data type");
  }
  return step.kind === "ADD" ? add(value, step.value) : without(value, step.value);
}

function add(value: AttributeValue | undefined, operand: AttributeValue): AttributeValue {
  if (value === undefined) return operand;
  if ("N" in value && "N" in operand) return { N: addNumbers(value.N, operand.N) };
  const members = new Set([...(setMembers(value) ?? []), ...(setMembers(operand) ?? [])]);
  return setOf(typeOf(value), [...members]);
}

/** A set that loses its last member is gone: there are no empty sets. */
function without(
  value: AttributeValue | undefined,
  operand: AttributeValue,
): AttributeValue | undefined {
  if (value === undefined) return undefined;
  const removed = new Set(setMembers(operand));
  const members = (setMembers(value) ?? []).filter((member) => !removed.has(member));
  return members.length === 0 ? undefined : setOf(typeOf(value), members);
}

const setOf = (type: string, members: readonly string[]): AttributeValue =>
  ({ [type]: members }) as unknown as AttributeValue;
