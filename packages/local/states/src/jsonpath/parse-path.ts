import { parseFilter } from "./parse-filter.ts";
import { isFunction, type Path, PathSyntaxError, type PathToken } from "./path.ts";
import { Scanner } from "./scanner.ts";

/**
 * Compiles a JSONPath that starts with `$`.
 * @throws PathSyntaxError
 */
export function parsePath(text: string): Path {
  const scanner = new Scanner(text);
  const path = readPath(scanner, "$", false);
  if (!scanner.done) throw scanner.error("unexpected characters");
  return path;
}

/** What a name after a dot can't contain; within a filter, the signs of its operators end it as well. */
const name = /[^.[\]()\s]+/y;
const nameInFilter = /[^.[\]()\s,'"=<>!&|]+/y;

/** Reads the path that comes next, which ends where no further token can begin. */
export function readPath(scanner: Scanner, root: "$" | "@", inFilter: boolean): Path {
  const names = inFilter ? nameInFilter : name;
  const start = scanner.at;
  scanner.expect(root);
  const tokens: PathToken[] = [];
  for (;;) {
    if (scanner.take("..")) {
      tokens.push({ kind: "scan" });
      tokens.push(scanner.startsWith("[") ? readBracket(scanner) : readDotted(scanner, names));
    } else if (scanner.take(".")) {
      // `$.['a']` is taken, as by the library that AWS uses.
      tokens.push(scanner.startsWith("[") ? readBracket(scanner) : readDotted(scanner, names));
    } else if (scanner.startsWith("[")) {
      tokens.push(readBracket(scanner));
    } else {
      break;
    }
  }
  const functionAt = tokens.findIndex(isFunction);
  const values = functionAt === -1 ? tokens : tokens.slice(0, functionAt);
  const definite = values.every((token, index) => isDefinite(token, index === values.length - 1));
  if (functionAt !== -1 && (functionAt !== tokens.length - 1 || !definite)) {
    throw new PathSyntaxError(
      `a function is only supported at the end of a path to one value: ${scanner.text}`,
    );
  }
  return { source: scanner.text.slice(start, scanner.at), tokens, definite };
}

/** What the library makes of numbers; a definition may name it, and AWS finds nothing at such a path. */
const aggregates = new Set(["avg", "max", "min", "stddev", "sum"]);

/** Several names at the end of a path give one object that has them all. */
function isDefinite(token: PathToken, last: boolean): boolean {
  if (token.kind === "property") return token.names.length === 1 || last;
  return token.kind === "index" && token.indexes.length === 1;
}

function readDotted(scanner: Scanner, names: RegExp): PathToken {
  if (scanner.take("*")) return { kind: "wildcard" };
  const found = scanner.match(names);
  if (found === undefined) throw scanner.error("expected a name");
  if (!scanner.startsWith("(")) return { kind: "property", names: [found] };
  if (found !== "length" && !aggregates.has(found)) {
    throw scanner.error(`the function ${found}() is not supported`);
  }
  scanner.expect("()");
  return found === "length" ? { kind: "length" } : { kind: "aggregate", name: found };
}

function readBracket(scanner: Scanner): PathToken {
  scanner.expect("[");
  scanner.skipSpace();
  const token = readBracketed(scanner);
  scanner.skipSpace();
  scanner.expect("]");
  return token;
}

function readBracketed(scanner: Scanner): PathToken {
  if (scanner.take("*")) return { kind: "wildcard" };
  if (scanner.take("?")) {
    scanner.skipSpace();
    scanner.expect("(");
    const accepts = parseFilter(scanner);
    scanner.skipSpace();
    scanner.expect(")");
    return { kind: "filter", accepts };
  }
  if (scanner.startsWith("'") || scanner.startsWith('"')) {
    return { kind: "property", names: readList(scanner, () => scanner.quoted()) };
  }
  const from = readInteger(scanner);
  scanner.skipSpace();
  if (scanner.take(":")) {
    scanner.skipSpace();
    const to = readInteger(scanner);
    if (from === undefined && to === undefined) throw scanner.error("expected a number");
    // A step is read and has no meaning: the library that AWS uses takes every item, whatever the step.
    scanner.match(/(?:\s*:\s*(?:-?\d+)?)*/y);
    return { kind: "slice", from, to };
  }
  if (from === undefined) throw scanner.error("expected a name, a number, * or ?()");
  const rest = scanner.take(",") ? readList(scanner, () => requireInteger(scanner)) : [];
  return { kind: "index", indexes: [from, ...rest] };
}

function readList<T>(scanner: Scanner, read: () => T): T[] {
  const items: T[] = [];
  do {
    scanner.skipSpace();
    items.push(read());
    scanner.skipSpace();
  } while (scanner.take(","));
  return items;
}

function readInteger(scanner: Scanner): number | undefined {
  const digits = scanner.match(/-?\d+/y);
  return digits === undefined ? undefined : Number(digits);
}

function requireInteger(scanner: Scanner): number {
  const value = readInteger(scanner);
  if (value === undefined) throw scanner.error("expected a number");
  return value;
}
