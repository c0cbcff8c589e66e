export interface Token {
  readonly kind: "word" | "name" | "value" | "index" | "symbol" | "end" | "unknown";
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

/**
 * Words begin with a letter; `#names` and `:values` may begin with a digit or underscore. What fits nowhere is a token
 * of one character, so that the parser complains about it where it stands.
 */
const tokenPattern =
  /(?<space>[ \t\r\n]+)|(?<word>[A-Za-z][A-Za-z0-9_]*)|(?<name>#[A-Za-z0-9_]+)|(?<value>:[A-Za-z0-9_]+)|(?<index>[0-9]+)|(?<symbol><>|<=|>=|[=<>()[\],.+-])|(?<unknown>.)/gsu;

const kinds = ["word", "name", "value", "index", "symbol", "unknown"] as const;

/** The tokens of an expression, the last of them its end. */
export function tokenize(expression: string): Token[] {
  const tokens: Token[] = [];
  for (const { groups = {}, index, 0: text } of expression.matchAll(tokenPattern)) {
    const kind = kinds.find((one) => groups[one] !== undefined);
    if (kind !== undefined) tokens.push({ kind, text, start: index, end: index + text.length });
  }
  tokens.push({ kind: "end", text: "<EOF>", start: expression.length, end: expression.length });
  return tokens;
}
