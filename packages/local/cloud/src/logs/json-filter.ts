import { consistsOf } from "../events/wildcard.ts";
import { invalidFilterPattern } from "./errors.ts";
import type { MessageFilter } from "./filter-pattern.ts";
import { parseSelector, type Selector } from "./json-selector.ts";

type Condition = (message: unknown) => boolean;

const tokenSyntax =
  /\s*(?:(\$(?:\['[^']*'\]|[^\s=!<>()&|'])*)|(&&|\|\||!=|<=|>=|[=<>(){}])|"((?:[^"\\]|\\.)*)"|([^\s"=!<>(){}&|%]+))/y;

type Token =
  | { readonly kind: "selector" | "symbol" | "text" | "word"; readonly text: string }
  | { readonly kind: "end"; readonly text: "" };

/**
 * Reads a condition on JSON messages, e.g. `{ $.level = "ERROR" && ($.ms > 100 || $.user NOT EXISTS) }`
 * (https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/matching-terms-json-log-events.html).
 * A comparison with a field that isn't there, or is of another type, is false; a message that is no JSON object never matches.
 * @throws AwsError
 */
export function parseJsonFilter(pattern: string): MessageFilter {
  const tokens = tokenize(pattern);
  let position = 0;

  const peek = (): Token => tokens[position] ?? { kind: "end", text: "" };
  const next = (): Token => {
    const token = peek();
    position++;
    return token;
  };
  const accept = (text: string): boolean => {
    const found = peek().kind === "symbol" && peek().text === text;
    if (found) position++;
    return found;
  };
  const expect = (text: string): void => {
    if (!accept(text)) throw unexpected(peek(), `"${text}"`);
  };
  const acceptWord = (text: string): boolean => {
    const found = peek().kind === "word" && peek().text.toUpperCase() === text;
    if (found) position++;
    return found;
  };

  function either(): Condition {
    let left = both();
    while (accept("||")) {
      const [one, other] = [left, both()];
      left = (message) => one(message) || other(message);
    }
    return left;
  }

  function both(): Condition {
    let left = single();
    while (accept("&&")) {
      const [one, other] = [left, single()];
      left = (message) => one(message) && other(message);
    }
    return left;
  }

  function single(): Condition {
    if (accept("(")) {
      const inner = either();
      expect(")");
      return inner;
    }
    const token = next();
    if (token.kind !== "selector") throw unexpected(token, "a selector such as $.level");
    return comparison(parseSelector(token.text));
  }

  function comparison(select: Selector): Condition {
    if (acceptWord("NOT")) {
      if (!acceptWord("EXISTS")) throw unexpected(peek(), "EXISTS");
      return (message) => select(message).length === 0;
    }
    if (acceptWord("IS")) {
      const value = next();
      const constants = { TRUE: true, FALSE: false, NULL: null } as const;
      const name = value.text.toUpperCase();
      if (value.kind !== "word" || !Object.hasOwn(constants, name)) {
        throw unexpected(value, "TRUE, FALSE or NULL");
      }
      const wanted = constants[name as keyof typeof constants];
      return (message) => select(message).some((one) => one === wanted);
    }
    const operator = next();
    if (operator.kind !== "symbol" || !Object.hasOwn(comparisons, operator.text)) {
      throw unexpected(operator, "a comparison");
    }
    const matches = compare(operator.text as Comparison, next());
    return (message) => select(message).some(matches);
  }

  expect("{");
  const condition = either();
  expect("}");
  if (peek().kind !== "end") throw unexpected(peek(), "the end");
  return (message) => {
    const value = parseObject(message);
    return value !== undefined && condition(value);
  };
}

const comparisons = {
  "=": (own: number, wanted: number) => own === wanted,
  "!=": (own: number, wanted: number) => own !== wanted,
  "<": (own: number, wanted: number) => own < wanted,
  "<=": (own: number, wanted: number) => own <= wanted,
  ">": (own: number, wanted: number) => own > wanted,
  ">=": (own: number, wanted: number) => own >= wanted,
} as const;

type Comparison = keyof typeof comparisons;

function compare(operator: Comparison, value: Token): (own: unknown) => boolean {
  if (value.kind !== "text" && value.kind !== "word") throw unexpected(value, "a value");
  if (value.kind === "word" && /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(value.text)) {
    const wanted = Number(value.text);
    return (own) => typeof own === "number" && comparisons[operator](own, wanted);
  }
  if (operator !== "=" && operator !== "!=") {
    throw invalidFilterPattern(`${operator} compares numbers, and ${value.text} is none`);
  }
  if (value.kind === "word" && /^(true|false|null)$/i.test(value.text)) {
    throw invalidFilterPattern(
      `write IS ${value.text.toUpperCase()} instead of ${operator} ${value.text}`,
    );
  }
  const pieces = value.text.split("*");
  return (own) => typeof own === "string" && consistsOf(pieces, own) === (operator === "=");
}

function tokenize(pattern: string): Token[] {
  const tokens: Token[] = [];
  tokenSyntax.lastIndex = 0;
  const end = pattern.trimEnd().length;
  while (tokenSyntax.lastIndex < end) {
    const start = tokenSyntax.lastIndex;
    const found = tokenSyntax.exec(pattern);
    if (found === null) {
      const rest = pattern.slice(start).trim();
      throw invalidFilterPattern(
        rest.startsWith("%")
          ? "the local cloud does not support regular expressions, %…%"
          : `can't read "${rest}"`,
      );
    }
    const [, selector, symbol, text, word] = found;
    if (selector !== undefined) tokens.push({ kind: "selector", text: selector });
    else if (symbol !== undefined) tokens.push({ kind: "symbol", text: symbol });
    else if (word !== undefined) tokens.push({ kind: "word", text: word });
    else tokens.push({ kind: "text", text: (text ?? "").replace(/\\(.)/g, "$1") });
  }
  return tokens;
}

const unexpected = (token: Token, wanted: string) =>
  invalidFilterPattern(
    `expected ${wanted}, found ${token.kind === "end" ? "the end" : `"${token.text}"`}`,
  );

function parseObject(message: string): object | undefined {
  if (!message.trimStart().startsWith("{")) return undefined;
  try {
    return JSON.parse(message) as object;
  } catch {
    return undefined;
  }
}
