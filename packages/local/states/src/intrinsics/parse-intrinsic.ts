import { PathNotFoundError, PathSyntaxError } from "../jsonpath/path.ts";
import { Scanner } from "../jsonpath/scanner.ts";
import { find, parseQuery } from "../payload/query.ts";
import { RuntimeFault } from "../payload/runtime-fault.ts";
import type { Scope } from "../payload/scope.ts";
import type { Json } from "../types.ts";
import { type Argument, IntrinsicError } from "./argument.ts";
import { intrinsicFunctions } from "./functions.ts";

type Expression = (scope: Scope) => Argument;

/** https://docs.aws.amazon.com/step-functions/latest/dg/intrinsic-functions.html: ten calls within one another. */
const maximumNesting = 10;

/**
 * Compiles a call such as `States.Format('{} of {}', $.a, States.ArrayLength($.b))`.
 * @throws PathSyntaxError for what is no call, an unknown function or the wrong number of arguments
 */
export function parseIntrinsic(text: string): (scope: Scope) => Json {
  const scanner = new Scanner(text);
  const call = readCall(scanner, 1);
  scanner.skipSpace();
  if (!scanner.done) throw scanner.error("unexpected characters");
  return (scope) => {
    try {
      return call(scope).value;
    } catch (error) {
      if (!(error instanceof IntrinsicError)) throw error;
      throw new RuntimeFault(`The function '${text}' had the following error: ${error.message}`, {
        cause: error,
      });
    }
  };
}

function readCall(scanner: Scanner, depth: number): Expression {
  const name = scanner.match(/States\.\w+/y);
  if (name === undefined) throw scanner.error("expected an intrinsic function");
  const known = Object.hasOwn(intrinsicFunctions, name) ? intrinsicFunctions[name] : undefined;
  if (known === undefined) throw new PathSyntaxError(`${name} is not an intrinsic function`);
  if (depth > maximumNesting) {
    throw new PathSyntaxError(`more than ${maximumNesting} intrinsic functions within one another`);
  }
  scanner.skipSpace();
  scanner.expect("(");
  const readers: Expression[] = [];
  for (scanner.skipSpace(); !scanner.take(")"); scanner.skipSpace()) {
    if (readers.length > 0) scanner.expect(",");
    scanner.skipSpace();
    readers.push(readArgument(scanner, depth));
  }
  const [least, most] = known.arity;
  if (readers.length < least || readers.length > most) {
    throw new PathSyntaxError(
      `${name} takes ${least === most ? least : `${least} to ${most}`} arguments, not ${readers.length}`,
    );
  }
  return (scope) => ({
    value: known.apply(
      readers.map((read) => read(scope)),
      scope.draw,
    ),
  });
}

function readArgument(scanner: Scanner, depth: number): Expression {
  if (scanner.startsWith("States.")) return readCall(scanner, depth + 1);
  if (scanner.startsWith("$")) return readPathArgument(scanner);
  if (scanner.startsWith("'")) {
    const raw = scanner.match(/'(?:[^'\\]|\\.)*'/sy);
    if (raw === undefined) throw scanner.error("a quote is not closed");
    const literal = raw.slice(1, -1);
    const argument = { value: literal.replaceAll(/\\(.)/gs, "$1"), literal };
    return () => argument;
  }
  const word = scanner.match(/-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|true\b|false\b|null\b/y);
  if (word === undefined) throw scanner.error("expected a value, a path or a call");
  const argument = { value: JSON.parse(word) as Json };
  return () => argument;
}

function readPathArgument(scanner: Scanner): Expression {
  const query = parseQuery(readPathText(scanner));
  // AWS names a path into the context object as it stands within that object, yet shows the state's input.
  const shown = query.inContext ? query.source.slice(1) : query.source;
  return (scope) => {
    let found: Json | undefined;
    try {
      found = find(query, scope);
    } catch (error) {
      if (!(error instanceof PathNotFoundError)) throw error;
      if (error.mismatch) throw new IntrinsicError(error.message, { cause: error });
    }
    if (found === undefined) {
      throw new IntrinsicError(
        `The JsonPath argument for the field '${shown}' could not be found in the input '${JSON.stringify(scope.input)}'`,
      );
    }
    return { value: found };
  };
}

/** A path ends at the comma or bracket that isn't its own: those within quotes or its brackets are. */
function readPathText(scanner: Scanner): string {
  const start = scanner.at;
  let brackets = 0;
  while (!scanner.done) {
    const character = scanner.peek();
    if (brackets > 0 && (character === "'" || character === '"')) {
      scanner.quoted();
      continue;
    }
    if (character === "[" || character === "(") brackets += 1;
    if (character === "]" || character === ")") {
      if (brackets === 0) break;
      brackets -= 1;
    }
    if (brackets === 0 && /[,\s]/.test(character)) break;
    scanner.at += 1;
  }
  return scanner.text.slice(start, scanner.at);
}
