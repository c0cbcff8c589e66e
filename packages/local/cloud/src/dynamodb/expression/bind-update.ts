import type { AwsError } from "../../aws-error.ts";
import {
  type Attributes,
  type AttributeType,
  type AttributeValue,
  typeOf,
} from "../attribute-value.ts";
import { applyUpdate, type UpdateStep } from "./apply-update.ts";
import type { ExpressionKind, UpdateAction } from "./ast.ts";
import { buildPathTree, checkPaths, type DocumentPath } from "./document-path.ts";
import type { Placeholders } from "./placeholders.ts";
import { bindSetValue } from "./set-value.ts";
import { expressionError } from "./token-reader.ts";

const kind: ExpressionKind = "UpdateExpression";

/** An update with its names and values. */
export interface BoundUpdate {
  /** Every path that it writes, with the type it will have there as far as that is known without the item. */
  readonly targets: readonly { readonly path: DocumentPath; readonly type?: AttributeType }[];
  /** @throws ValidationException when the item has no place for it, or an operand of another type. */
  readonly apply: (item: Attributes) => Attributes;
}

/** What ADD and DELETE take, and how DynamoDB calls all types when it refuses one of them. */
const operandTypes: Record<"ADD" | "DELETE", readonly AttributeType[]> = {
  ADD: ["N", "SS", "NS", "BS"],
  DELETE: ["SS", "NS", "BS"],
};
const typeWords: Record<AttributeType, string> = {
  S: "STRING",
  N: "NUMBER",
  B: "BINARY",
  BOOL: "BOOLEAN",
  NULL: "NULL",
  L: "LIST",
  M: "MAP",
  SS: "STRING_SET",
  NS: "NUMBER_SET",
  BS: "BINARY_SET",
};

export function bindUpdate(
  actions: readonly UpdateAction[],
  placeholders: Placeholders,
): BoundUpdate {
  const paths = actions.map(({ path }) => placeholders.path(kind, path));
  checkPaths(kind, paths);
  const steps = actions.map((action) => bindAction(action, placeholders));
  const tree = buildPathTree(
    steps.map(({ step }, index) => ({ path: paths[index] as DocumentPath, leaf: step })),
  );
  return {
    targets: steps.map(({ type }, index) => ({
      path: paths[index] as DocumentPath,
      ...(type === undefined ? {} : { type }),
    })),
    apply: (item) => applyUpdate(tree, item),
  };
}

function bindAction(
  action: UpdateAction,
  placeholders: Placeholders,
): { step: UpdateStep; type?: AttributeType | undefined } {
  if (action.kind === "REMOVE") return { step: { kind: "REMOVE" } };
  if (action.kind === "SET") {
    const { evaluate, type } = bindSetValue(action.value, placeholders);
    return { step: { kind: "SET", evaluate }, type };
  }
  if (action.value.kind !== "value") throw new Error("the grammar gives ADD and DELETE a value");
  const value = placeholders.value(kind, action.value.name);
  const type = typeOf(value);
  if (!operandTypes[action.kind].includes(type)) throw wrongOperand(action.kind, value);
  return { step: { kind: action.kind, value }, type };
}

const wrongOperand = (section: "ADD" | "DELETE", value: AttributeValue): AwsError =>
  expressionError(
    kind,
    `Incorrect operand type for operator or function; operator: ${section}, operand type: ${typeWords[typeOf(value)]}, typeSet: ALLOWED_FOR_${section}_OPERAND`,
  );
