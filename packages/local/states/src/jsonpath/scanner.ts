import { PathSyntaxError } from "./path.ts";

/** So deep may expressions stand within one another. */
const maximumNesting = 100;

/** Reads a text from left to right; what the parsers of paths, filters and intrinsic calls share. */
export class Scanner {
  readonly text: string;
  at: number;
  #nesting = 0;

  constructor(text: string, at = 0) {
    this.text = text;
    this.at = at;
  }

  get done(): boolean {
    return this.at >= this.text.length;
  }

  peek(): string {
    return this.text.charAt(this.at);
  }

  startsWith(expected: string): boolean {
    return this.text.startsWith(expected, this.at);
  }

  /** Moves behind `expected` if it comes next. */
  take(expected: string): boolean {
    if (!this.startsWith(expected)) return false;
    this.at += expected.length;
    return true;
  }

  expect(expected: string): void {
    if (!this.take(expected)) throw this.error(`expected '${expected}'`);
  }

  /** Reads what stands within something of its own kind. @throws PathSyntaxError when that goes too deep */
  nested<Read>(read: () => Read): Read {
    if (this.#nesting === maximumNesting) throw this.error("expressions are nested too deeply");
    this.#nesting += 1;
    const result = read();
    this.#nesting -= 1;
    return result;
  }

  skipSpace(): void {
    while (!this.done && /\s/.test(this.peek())) this.at += 1;
  }

  /** @returns what a sticky pattern matches here, having moved behind it. */
  match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.text)?.[0];
    if (found !== undefined) this.at += found.length;
    return found;
  }

  /** A string in single or double quotes; a backslash takes the character after it as it is. */
  quoted(): string {
    const quote = this.peek();
    const start = this.at;
    this.at += 1;
    let value = "";
    for (;;) {
      if (this.done) throw new PathSyntaxError(`a quote is not closed: ${this.text.slice(start)}`);
      const character = this.peek();
      this.at += 1;
      if (character === quote) return value;
      if (character === "\\") {
        value += this.peek();
        this.at += 1;
      } else {
        value += character;
      }
    }
  }

  error(problem: string): PathSyntaxError {
    const found = this.done ? "its end" : `'${this.text.slice(this.at)}'`;
    return new PathSyntaxError(`${problem} at ${found} of ${this.text}`);
  }
}
