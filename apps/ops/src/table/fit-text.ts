import stringWidth from "string-width";

const segmenter = new Intl.Segmenter(undefined, { granularity: "grapheme" });

/** The text in at most `width` columns; what doesn't fit gives way to `…`. For text without styles. */
export function fitText(text: string, width: number): string {
  if (stringWidth(text) <= width) return text;
  let fitted = "";
  let taken = 1;
  for (const { segment } of segmenter.segment(text)) {
    taken += stringWidth(segment);
    if (taken > width) break;
    fitted += segment;
  }
  return width < 1 ? "" : `${fitted.trimEnd()}…`;
}

/** The text in its middle shortened: the end of a file's name tells as much as its beginning. */
export function fitMiddle(text: string, width: number): string {
  if (stringWidth(text) <= width || width < 8) return fitText(text, width);
  const tail = fitTail(text, Math.floor((width - 1) / 2));
  const head = fitText(text, width - stringWidth(tail));
  return head + tail;
}

function fitTail(text: string, width: number): string {
  let tail = "";
  let taken = 0;
  for (const { segment } of [...segmenter.segment(text)].reverse()) {
    taken += stringWidth(segment);
    if (taken > width) break;
    tail = segment + tail;
  }
  return tail;
}

/** Fills up with blanks to `width` columns. */
export function padText(text: string, width: number): string {
  return text + " ".repeat(Math.max(0, width - stringWidth(text)));
}

/** The text in lines of at most `width` columns, broken between words where that is possible. */
export function wrapText(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ").flatMap((each) => breakWord(each, width))) {
    const longer = line === "" ? word : `${line} ${word}`;
    if (stringWidth(longer) <= width) {
      line = longer;
      continue;
    }
    if (line !== "") lines.push(line);
    line = word;
  }
  return [...lines, line];
}

/** A word in pieces that fit, so that nothing of it is lost. */
function breakWord(word: string, width: number): string[] {
  const pieces: string[] = [];
  let piece = "";
  for (const { segment } of segmenter.segment(word)) {
    if (piece !== "" && stringWidth(piece + segment) > width) {
      pieces.push(piece);
      piece = "";
    }
    piece += segment;
  }
  return [...pieces, piece];
}

/**
 * Text from outside (file names, EXIF, error messages) as it may be shown: control characters, with
 * which it could rewrite the screen, become `�`.
 */
export function plainText(text: string): string {
  return text.replace(/[\r\n\t]+/g, " ").replace(/[\p{Cc}\u202A-\u202E\u2066-\u2069]/gu, "\uFFFD");
}
