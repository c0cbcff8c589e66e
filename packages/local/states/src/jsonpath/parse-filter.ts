import type { Json } from "../types.ts";
import { evaluatePath } from "./evaluate-path.ts";
import { compareInFilter, type FilterOperand, type FilterOperator } from "./filter-operators.ts";
import { readPath } from "./parse-path.ts";
import { type Filter, PathNotFoundError } from "./path.ts";
import type { Scanner } from "./scanner.ts";

type Operand = (current: Json, root: Json) => FilterOperand;

/** Longest first: `<` must not be found in `<=`. */
const operators =
  /===|!==|==|!=|<=|>=|=~|<|>|(?:in|nin|subsetof|anyof|noneof|all|contains|size|empty)\b/iy;

/** Reads the expression inside `?(…)`. */
export function parseFilter(scanner: Scanner): Filter {
  return scanner.nested(() => readOr(scanner));
}

function readOr(scanner: Scanner): Filter {
  const sides = [readAnd(scanner)];
  for (scanner.skipSpace(); scanner.take("||"); scanner.skipSpace()) sides.push(readAnd(scanner));
  return (current, root) => sides.some((side) => side(current, root));
}

function readAnd(scanner: Scanner): Filter {
  const sides = [readTest(scanner)];
  for (scanner.skipSpace(); scanner.take("&&"); scanner.skipSpace()) sides.push(readTest(scanner));
  return (current, root) => sides.every((side) => side(current, root));
}

function readTest(scanner: Scanner): Filter {
  scanner.skipSpace();
  if (scanner.startsWith("!") && !scanner.startsWith("!=")) {
    scanner.at += 1;
    const test = scanner.nested(() => readTest(scanner));
    return (current, root) => !test(current, root);
  }
  if (scanner.take("(")) {
    const inner = scanner.nested(() => readOr(scanner));
    scanner.skipSpace();
    scanner.expect(")");
    return inner;
  }
  const left = readOperand(scanner);
  scanner.skipSpace();
  const operator = scanner.match(operators)?.toLowerCase();
  if (operator === undefined) return (current, root) => left(current, root) !== undefined;
  scanner.skipSpace();
  const right = readOperand(scanner);
  return (current, root) =>
    compareInFilter(operator as FilterOperator, left(current, root), right(current, root));
}

function readOperand(scanner: Scanner): Operand {
  const character = scanner.peek();
  if (character === "@" || character === "$") {
    const path = readPath(scanner, character, true);
    return (current, root) => {
      try {
        return evaluatePath(path, character === "@" ? current : root, root);
      } catch (error) {
        if (error instanceof PathNotFoundError) return undefined;
        throw error;
      }
    };
  }
  const literal = character === "/" ? readPattern(scanner) : readLiteral(scanner);
  return () => literal;
}

function readPattern(scanner: Scanner): RegExp {
  const text = scanner.match(/\/(?:[^/\\]|\\.)*\/[a-z]*/y);
  if (text === undefined) throw scanner.error("a regular expression is not closed");
  const end = text.lastIndexOf("/");
  try {
    return new RegExp(`^(?:${text.slice(1, end)})$`, text.slice(end + 1));
  } catch {
    throw scanner.error(`not a regular expression: ${text}`);
  }
}

function readLiteral(scanner: Scanner): Json {
  const character = scanner.peek();
  if (character === "'" || character === '"') return scanner.quoted();
  if (scanner.take("[")) {
    const items: Json[] = [];
    for (scanner.skipSpace(); !scanner.take("]"); scanner.skipSpace()) {
      if (items.length > 0) scanner.expect(",");
      scanner.skipSpace();
      items.push(scanner.nested(() => readLiteral(scanner)));
    }
    return items;
  }
  const word = scanner.match(/-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|true\b|false\b|null\b/y);
  if (word === undefined) throw scanner.error("expected a path or a value");
  return JSON.parse(word) as Json;
}
