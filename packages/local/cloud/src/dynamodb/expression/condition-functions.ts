import { type AttributeValue, equalValues, setMembers, typeOf } from "../attribute-value.ts";
import type { ExpressionKind } from "./ast.ts";
import {
  type BoundOperand,
  checkDistinct,
  checkNestedCalls,
  checkOperandCount,
  checkStaticType,
  evaluateOperand,
  operandTypeError,
  requirePath,
  staticType,
} from "./bound-operand.ts";
import type { Predicate } from "./comparisons.ts";
import { expressionError } from "./token-reader.ts";

const typeNames = "{B,NULL,SS,BOOL,L,BS,N,NS,S,M}";

/** A function that is a condition by itself. */
export function bindFunction(
  kind: ExpressionKind,
  name: string,
  operands: readonly BoundOperand[],
): Predicate {
  checkOperandCount(kind, { kind: "call", name, operands });
  const [first, second] = operands as [BoundOperand, BoundOperand | undefined];
  if (second === undefined) return bindExistence(kind, name, first);
  checkDistinct(kind, name, first, [second]);
  checkNestedCalls(kind, operands);
  if (name === "attribute_type") return bindAttributeType(kind, first, second);
  if (name === "begins_with") {
    checkStaticType(kind, name, first, ["S", "B"]);
    checkStaticType(kind, name, second, ["S", "B"]);
    return both(first, second, beginsWith);
  }
  return both(first, second, contains);
}

function bindExistence(kind: ExpressionKind, name: string, operand: BoundOperand): Predicate {
  requirePath(kind, name, operand);
  const wanted = name === "attribute_exists";
  return (item) => (evaluateOperand(operand, item) !== undefined) === wanted;
}

function bindAttributeType(
  kind: ExpressionKind,
  operand: BoundOperand,
  type: BoundOperand,
): Predicate {
  if (type.kind !== "value" || !("S" in type.value)) {
    const actual = staticType(type) ?? "{NS,SS,L,BS,N,M,B,BOOL,NULL,S}";
    throw operandTypeError(kind, "attribute_type", actual);
  }
  const wanted = type.value.S;
  if (!typeNames.slice(1, -1).split(",").includes(wanted)) {
    throw expressionError(
      kind,
      `Invalid attribute type name found; type: ${wanted}, valid types: ${typeNames}`,
    );
  }
  return (item) => {
    const value = evaluateOperand(operand, item);
    return value !== undefined && typeOf(value) === wanted;
  };
}

function both(
  first: BoundOperand,
  second: BoundOperand,
  test: (first: AttributeValue, second: AttributeValue) => boolean,
): Predicate {
  return (item) => {
    const a = evaluateOperand(first, item);
    const b = evaluateOperand(second, item);
    return a !== undefined && b !== undefined && test(a, b);
  };
}

function beginsWith(value: AttributeValue, prefix: AttributeValue): boolean {
  if ("S" in value && "S" in prefix) return value.S.startsWith(prefix.S);
  if (!("B" in value && "B" in prefix)) return false;
  const bytes = Buffer.from(prefix.B, "base64");
  return Buffer.from(value.B, "base64").subarray(0, bytes.length).equals(bytes);
}

/** A part of a string or binary value, a member of a set, or an element of a list. */
function contains(value: AttributeValue, part: AttributeValue): boolean {
  if ("S" in value) return "S" in part && value.S.includes(part.S);
  if ("B" in value) {
    return "B" in part && Buffer.from(value.B, "base64").includes(Buffer.from(part.B, "base64"));
  }
  if ("L" in value) return value.L.some((element) => equalValues(element, part));
  const member = "SS" in value && "S" in part ? part.S : undefined;
  const number = "NS" in value && "N" in part ? part.N : undefined;
  const binary = "BS" in value && "B" in part ? part.B : undefined;
  const wanted = member ?? number ?? binary;
  return wanted !== undefined && (setMembers(value)?.includes(wanted) ?? false);
}
