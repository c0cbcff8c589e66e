import type { AwsError } from "../../aws-error.ts";
import { validationError } from "../validation-error.ts";
import type { ExpressionKind } from "./ast.ts";
import { type Token, tokenize } from "./lexer.ts";
import { isReservedWord } from "./reserved-words.ts";

/** https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html#limits-expression-parameters */
const maximumExpressionBytes = 4_096;
const maximumOperators = 300;

/** More brackets than this only an attack has: the parser goes one call deeper for each. */
const maximumNesting = 250;

/** Faults that DynamoDB reports only when the whole expression has been read, the first in this order. */
const lateFaults = ["parentheses", "function", "misuse", "reserved", "section"] as const;
type LateFault = (typeof lateFaults)[number];

/** Walks over the tokens of one expression and says in DynamoDB's words where it is wrong. */
export interface TokenReader {
  /** The token that comes next, or one further on. */
  peek(ahead?: number): Token;
  next(): Token;
  /** Takes the next token if it is this symbol. */
  take(symbol: string): boolean;
  expect(symbol: string): void;
  /** Keywords are not case sensitive. */
  isKeyword(keyword: string): boolean;
  takeKeyword(keyword: string): boolean;
  /** The distance from the next token, an opening bracket, to the one that closes it. */
  distanceToClose(): number | undefined;
  /** Counts one operator or function. */
  countOperator(): void;
  nested<T>(parse: () => T): T;
  checkReserved(name: string): void;
  reportLater(fault: LateFault, detail: string): void;
  syntaxError(): AwsError;
  /** The whole expression has been read. @throws the first of the late faults. */
  finish(): void;
}

export const expressionError = (kind: ExpressionKind, detail: string): AwsError =>
  validationError(`Invalid ${kind}: ${detail}`);

export function readTokens(kind: ExpressionKind, expression: string): TokenReader {
  const bytes = Buffer.byteLength(expression);
  if (bytes > maximumExpressionBytes) {
    throw expressionError(
      kind,
      `Expression size has exceeded the maximum allowed size; expression size: ${bytes}`,
    );
  }
  if (expression.trim() === "") {
    throw expressionError(kind, "The expression can not be empty;");
  }
  const tokens = tokenize(expression);
  const end = tokens.length - 1;
  const faults = new Map<LateFault, string>();
  let position = 0;
  let operators = 0;
  let depth = 0;

  const tokenAt = (index: number): Token => tokens[Math.min(index, end)] as Token;

  function syntaxError(): AwsError {
    const token = tokenAt(position);
    const from = tokenAt(Math.max(position - 1, 0)).start;
    // What stands around the token: the one before it and the one after it.
    const near = expression.slice(from, tokenAt(position + 1).end);
    return expressionError(kind, `Syntax error; token: "${token.text}", near: "${near.trimEnd()}"`);
  }

  function next(): Token {
    const token = tokenAt(position);
    position++;
    return token;
  }

  function take(symbol: string): boolean {
    const token = tokenAt(position);
    if (token.kind !== "symbol" || token.text !== symbol) return false;
    position++;
    return true;
  }

  function isKeyword(keyword: string): boolean {
    const token = tokenAt(position);
    return token.kind === "word" && token.text.toUpperCase() === keyword;
  }

  function reportLater(fault: LateFault, detail: string): void {
    if (!faults.has(fault)) faults.set(fault, detail);
  }

  return {
    peek: (ahead = 0) => tokenAt(position + ahead),
    next,
    take,
    expect(symbol) {
      if (!take(symbol)) throw syntaxError();
    },
    isKeyword,
    takeKeyword(keyword) {
      if (!isKeyword(keyword)) return false;
      position++;
      return true;
    },
    distanceToClose() {
      let open = 0;
      for (let index = position; index < end; index++) {
        const { text } = tokenAt(index);
        if (text === "(") open++;
        if (text === ")" && --open === 0) return index - position;
      }
      return undefined;
    },
    countOperator() {
      operators++;
      if (operators > maximumOperators) {
        throw expressionError(
          kind,
          `The expression contains too many operators; operator count: ${operators}`,
        );
      }
    },
    nested(parse) {
      depth++;
      if (depth > maximumNesting) throw syntaxError();
      const result = parse();
      depth--;
      return result;
    },
    checkReserved(name) {
      if (isReservedWord(name)) {
        reportLater("reserved", `Attribute name is a reserved keyword; reserved keyword: ${name}`);
      }
    },
    reportLater,
    syntaxError,
    finish() {
      if (tokenAt(position).kind !== "end") throw syntaxError();
      const fault = lateFaults.find((one) => faults.has(one));
      if (fault !== undefined) throw expressionError(kind, faults.get(fault) ?? "");
    },
  };
}
