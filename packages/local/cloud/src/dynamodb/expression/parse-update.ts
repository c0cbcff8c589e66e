import type { OperandNode, SetValueNode, UpdateAction } from "./ast.ts";
import { parseOperand, parsePath, reportMisuse } from "./parse-operand.ts";
import { readTokens, type TokenReader } from "./token-reader.ts";

const kind = "UpdateExpression";
const sections = ["SET", "REMOVE", "ADD", "DELETE"] as const;

/** https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Expressions.UpdateExpressions.html */
export function parseUpdate(expression: string): readonly UpdateAction[] {
  const reader = readTokens(kind, expression);
  const actions: UpdateAction[] = [];
  const seen = new Set<string>();
  do {
    const section = sections.find((keyword) => reader.takeKeyword(keyword));
    if (section === undefined) throw reader.syntaxError();
    if (seen.has(section)) {
      reader.reportLater(
        "section",
        `The "${section}" section can only be used once in an update expression;`,
      );
    }
    seen.add(section);
    do actions.push(parseAction(reader, section));
    while (reader.take(","));
  } while (reader.peek().kind !== "end");
  reader.finish();
  return actions;
}

function parseAction(reader: TokenReader, section: (typeof sections)[number]): UpdateAction {
  const path = parsePath(reader, kind);
  if (section === "REMOVE") return { kind: section, path };
  if (section === "SET") {
    reader.expect("=");
    return { kind: section, path, value: parseSetValue(reader) };
  }
  if (reader.peek().kind !== "value") throw reader.syntaxError();
  return { kind: section, path, value: parseOperand(reader, kind) };
}

function parseSetValue(reader: TokenReader): SetValueNode {
  if (opensWholeValue(reader)) {
    reader.expect("(");
    const value = reader.nested(() => parseSetValue(reader));
    reader.expect(")");
    return value;
  }
  const left = parseValueOperand(reader);
  const operator = reader.take("+") ? "+" : reader.take("-") ? "-" : undefined;
  if (operator === undefined) return left;
  reader.countOperator();
  return { kind: "arithmetic", operator, left, right: parseValueOperand(reader) };
}

/** A function may stand in another only where it gives its second operand, and only if_not_exists may. */
function parseValueOperand(reader: TokenReader): OperandNode {
  const operand = parseOperand(reader, kind);
  if (operand.kind === "call") {
    for (const inner of operand.operands) {
      if (inner.kind === "call" && inner.name === "list_append") reportMisuse(reader, inner.name);
    }
  }
  return operand;
}

/** A bracket that nothing is added to after it closes stands around the whole value. */
function opensWholeValue(reader: TokenReader): boolean {
  if (reader.peek().text !== "(") return false;
  const close = reader.distanceToClose();
  if (close === undefined) return true;
  const { text } = reader.peek(close + 1);
  return text !== "+" && text !== "-";
}
