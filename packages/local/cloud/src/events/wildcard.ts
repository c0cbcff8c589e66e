import type { Leaf } from "./matcher.ts";
import { InvalidPatternError } from "./pattern-error.ts";

/** `*` stands for any run of characters; `\*` and `\\` for themselves. @throws InvalidPatternError */
export function parseWildcard(pattern: string): (leaf: Leaf) => boolean {
  const pieces = splitAtStars(pattern);
  return (leaf) => typeof leaf === "string" && consistsOf(pieces, leaf);
}

/**
 * Whether a text is made of these pieces, in their order, with anything between them.
 * Each is taken at its first place after the one before, so that no pattern makes it slow.
 */
export function consistsOf(pieces: readonly string[], text: string): boolean {
  const first = pieces[0] ?? "";
  if (pieces.length === 1) return text === first;
  const last = pieces.at(-1) ?? "";
  if (text.length < first.length + last.length) return false;
  if (!text.startsWith(first) || !text.endsWith(last)) return false;
  const end = text.length - last.length;
  let position = first.length;
  for (const piece of pieces.slice(1, -1)) {
    const found = text.indexOf(piece, position);
    if (found < 0 || found + piece.length > end) return false;
    position = found + piece.length;
  }
  return true;
}

function splitAtStars(pattern: string): string[] {
  const pieces = [""];
  const extend = (character: string): void => {
    pieces[pieces.length - 1] += character;
  };
  for (let position = 0; position < pattern.length; position++) {
    const character = pattern[position] ?? "";
    if (character === "*") {
      if (pattern[position + 1] === "*") {
        throw new InvalidPatternError(`Consecutive wildcard characters at pos ${position}`);
      }
      pieces.push("");
    } else if (character === "\\") {
      const escaped = pattern[++position];
      if (escaped !== "*" && escaped !== "\\") {
        throw new InvalidPatternError(`Invalid escape character at pos ${position - 1}`);
      }
      extend(escaped);
    } else {
      extend(character);
    }
  }
  return pieces;
}
