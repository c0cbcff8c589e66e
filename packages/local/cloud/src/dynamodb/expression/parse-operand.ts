import type { CallNode, ExpressionKind, OperandNode, PathNode } from "./ast.ts";
import { expressionError, type TokenReader } from "./token-reader.ts";

const maximumListIndex = 2_147_483_647;
/** https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html#limits-attributes */
const maximumPathLevels = 32;

/** How each function may stand: as a condition, as a number in one, or as a value to set. */
const functions: Readonly<Record<string, "condition" | "operand" | "update">> = {
  attribute_exists: "condition",
  attribute_not_exists: "condition",
  attribute_type: "condition",
  begins_with: "condition",
  contains: "condition",
  size: "operand",
  if_not_exists: "update",
  list_append: "update",
};

export function parsePath(reader: TokenReader, kind: ExpressionKind): PathNode {
  const path: (string | number)[] = [parsePathName(reader)];
  for (;;) {
    if (reader.take(".")) path.push(parsePathName(reader));
    else if (reader.take("[")) path.push(parseIndex(reader, kind));
    else break;
  }
  if (path.length > maximumPathLevels) {
    throw expressionError(
      kind,
      `The document path has too many nesting levels; nesting levels: ${path.length}`,
    );
  }
  return path;
}

/** A path, a `:value` or a call of a function that gives a value. */
export function parseOperand(reader: TokenReader, kind: ExpressionKind): OperandNode {
  const token = reader.peek();
  if (token.kind === "value") return { kind: "value", name: reader.next().text };
  if (token.text === "(" && token.kind === "symbol") return parseGroupedOperand(reader, kind);
  if (!startsCall(reader)) return { kind: "path", path: parsePath(reader, kind) };
  const call = parseCall(reader, kind);
  const standing = standingOf(call.name);
  if (standing === "condition" && kind !== "UpdateExpression") reportMisuse(reader, call.name);
  return call;
}

export const startsCall = (reader: TokenReader): boolean =>
  reader.peek().kind === "word" && reader.peek(1).text === "(";

/** A call, wherever it stands; an unknown function, or one of another sort of expression, is reported. */
export function parseCall(reader: TokenReader, kind: ExpressionKind): CallNode {
  const { text: name } = reader.next();
  reader.countOperator();
  reader.expect("(");
  const operands = reader.nested(() => {
    const list = [parseOperand(reader, kind)];
    while (reader.take(",")) list.push(parseOperand(reader, kind));
    return list;
  });
  reader.expect(")");
  const standing = standingOf(name);
  if (standing === undefined) {
    reader.reportLater("function", `Invalid function name; function: ${name}`);
  } else if ((standing === "update") !== (kind === "UpdateExpression")) {
    const sort = kind === "UpdateExpression" ? "an update" : "a condition";
    reader.reportLater(
      "function",
      `The function is not allowed in ${sort} expression; function: ${name}`,
    );
  }
  return { kind: "call", name, operands };
}

export function reportMisuse(reader: TokenReader, name: string): void {
  reader.reportLater(
    "misuse",
    `The function is not allowed to be used this way in an expression; function: ${name}`,
  );
}

export function reportRedundantParentheses(reader: TokenReader): void {
  reader.reportLater("parentheses", "The expression has redundant parentheses;");
}

/** Whether it gives a condition, a value, or is no function at all. */
export const standingOf = (name: string): "condition" | "operand" | "update" | undefined =>
  Object.hasOwn(functions, name) ? functions[name] : undefined;

function parseGroupedOperand(reader: TokenReader, kind: ExpressionKind): OperandNode {
  reader.expect("(");
  if (reader.peek().text === "(") reportRedundantParentheses(reader);
  const operand = reader.nested(() => parseOperand(reader, kind));
  reader.expect(")");
  return operand;
}

function parsePathName(reader: TokenReader): string {
  const token = reader.peek();
  if (token.kind !== "word" && token.kind !== "name") throw reader.syntaxError();
  if (token.kind === "word") reader.checkReserved(token.text);
  return reader.next().text;
}

function parseIndex(reader: TokenReader, kind: ExpressionKind): number {
  const token = reader.peek();
  if (token.kind !== "index") throw reader.syntaxError();
  const index = Number(token.text);
  if (index > maximumListIndex) {
    throw expressionError(
      kind,
      `List index is not within the allowable range; index: [${token.text}]`,
    );
  }
  reader.next();
  reader.expect("]");
  return index;
}
