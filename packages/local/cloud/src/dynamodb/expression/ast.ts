/** The five expressions of the API; each names its own in its errors. */
export type ExpressionKind =
  | "ConditionExpression"
  | "FilterExpression"
  | "KeyConditionExpression"
  | "ProjectionExpression"
  | "UpdateExpression";

/** A document path as written: attribute names, `#name` placeholders and list indexes. */
export type PathNode = readonly (string | number)[];

export type OperandNode =
  | { readonly kind: "path"; readonly path: PathNode }
  | { readonly kind: "value"; readonly name: string }
  | CallNode;

export interface CallNode {
  readonly kind: "call";
  readonly name: string;
  readonly operands: readonly OperandNode[];
}

export type Comparator = "=" | "<>" | "<" | "<=" | ">" | ">=";

export type ConditionNode =
  | { readonly kind: "and" | "or"; readonly left: ConditionNode; readonly right: ConditionNode }
  | { readonly kind: "not"; readonly condition: ConditionNode }
  | {
      readonly kind: "comparison";
      readonly comparator: Comparator;
      readonly left: OperandNode;
      readonly right: OperandNode;
    }
  | {
      readonly kind: "between";
      readonly operand: OperandNode;
      readonly lower: OperandNode;
      readonly upper: OperandNode;
    }
  | { readonly kind: "in"; readonly operand: OperandNode; readonly list: readonly OperandNode[] }
  | CallNode;

export type SetValueNode =
  | OperandNode
  | {
      readonly kind: "arithmetic";
      readonly operator: "+" | "-";
      readonly left: OperandNode;
      readonly right: OperandNode;
    };

export type UpdateAction =
  | { readonly kind: "SET"; readonly path: PathNode; readonly value: SetValueNode }
  | { readonly kind: "REMOVE"; readonly path: PathNode }
  | { readonly kind: "ADD" | "DELETE"; readonly path: PathNode; readonly value: OperandNode };
