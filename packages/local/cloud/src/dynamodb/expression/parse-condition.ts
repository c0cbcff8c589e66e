import type { Comparator, ConditionNode, ExpressionKind, OperandNode } from "./ast.ts";
import {
  parseCall,
  parseOperand,
  reportMisuse,
  reportRedundantParentheses,
  standingOf,
  startsCall,
} from "./parse-operand.ts";
import { readTokens, type TokenReader } from "./token-reader.ts";

const comparators: ReadonlySet<string> = new Set(["=", "<>", "<", "<=", ">", ">="]);

/** https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Expressions.OperatorsAndFunctions.html */
export function parseCondition(kind: ExpressionKind, expression: string): ConditionNode {
  const reader = readTokens(kind, expression);
  const condition = parseOr(reader, kind);
  reader.finish();
  return condition;
}

function parseOr(reader: TokenReader, kind: ExpressionKind): ConditionNode {
  let left = parseAnd(reader, kind);
  while (reader.takeKeyword("OR")) {
    reader.countOperator();
    left = { kind: "or", left, right: parseAnd(reader, kind) };
  }
  return left;
}

function parseAnd(reader: TokenReader, kind: ExpressionKind): ConditionNode {
  let left = parseNot(reader, kind);
  while (reader.takeKeyword("AND")) {
    reader.countOperator();
    left = { kind: "and", left, right: parseNot(reader, kind) };
  }
  return left;
}

function parseNot(reader: TokenReader, kind: ExpressionKind): ConditionNode {
  if (!reader.takeKeyword("NOT")) return parsePrimary(reader, kind);
  reader.countOperator();
  return reader.nested(() => ({ kind: "not", condition: parseNot(reader, kind) }));
}

function parsePrimary(reader: TokenReader, kind: ExpressionKind): ConditionNode {
  if (reader.peek().text === "(" && !opensOperand(reader)) return parseGroup(reader, kind);
  const operand = startsCall(reader) ? parseCall(reader, kind) : parseOperand(reader, kind);
  if (operand.kind === "call") {
    const isCondition = !comparisonFollows(reader, 0);
    if (standingOf(operand.name) === (isCondition ? "operand" : "condition")) {
      reportMisuse(reader, operand.name);
    }
    if (isCondition) return operand;
  }
  if (reader.takeKeyword("BETWEEN")) {
    reader.countOperator();
    const lower = parseOperand(reader, kind);
    if (!reader.takeKeyword("AND")) throw reader.syntaxError();
    return { kind: "between", operand, lower, upper: parseOperand(reader, kind) };
  }
  if (reader.takeKeyword("IN")) {
    reader.countOperator();
    return { kind: "in", operand, list: parseList(reader, kind) };
  }
  if (!comparators.has(reader.peek().text)) throw reader.syntaxError();
  reader.countOperator();
  const comparator = reader.next().text as Comparator;
  return { kind: "comparison", comparator, left: operand, right: parseOperand(reader, kind) };
}

function parseGroup(reader: TokenReader, kind: ExpressionKind): ConditionNode {
  const close = reader.distanceToClose();
  reader.expect("(");
  const innerClose = reader.peek().text === "(" ? reader.distanceToClose() : undefined;
  if (close !== undefined && innerClose === close - 2) reportRedundantParentheses(reader);
  const condition = reader.nested(() => parseOr(reader, kind));
  reader.expect(")");
  return condition;
}

function parseList(reader: TokenReader, kind: ExpressionKind): readonly OperandNode[] {
  reader.expect("(");
  const list = [parseOperand(reader, kind)];
  while (reader.take(",")) list.push(parseOperand(reader, kind));
  reader.expect(")");
  return list;
}

/** A bracket opens an operand, not a condition, when a comparison follows the one that closes it. */
function opensOperand(reader: TokenReader): boolean {
  const close = reader.distanceToClose();
  return close !== undefined && comparisonFollows(reader, close + 1);
}

function comparisonFollows(reader: TokenReader, ahead: number): boolean {
  const { kind, text } = reader.peek(ahead);
  if (kind === "symbol") return comparators.has(text);
  return kind === "word" && /^(?:between|in)$/i.test(text);
}
