/**
 * Keys stand in the order of their UTF-8 bytes, which is the order of their code points (and not that of JavaScript's
 * strings): https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html
 */

/** The first string behind all those that begin with `prefix`; undefined when there is none. */
export function firstBehind(prefix: string): string | undefined {
  const points = [...prefix];
  for (let last = points.pop(); last !== undefined; last = points.pop()) {
    const point = (last.codePointAt(0) ?? 0) + 1;
    // No character has a code point between U+D7FF and U+E000, nor above U+10FFFF.
    if (point <= 0x10ffff) {
      return points.join("") + String.fromCodePoint(point === 0xd800 ? 0xe000 : point);
    }
  }
  return undefined;
}

/** The first string behind `key` itself. */
export const nextKey = (key: string): string => `${key}\0`;

export const laterKey = (a: string, b: string): string =>
  Buffer.compare(Buffer.from(a), Buffer.from(b)) < 0 ? b : a;

/** Where `key` is rolled up into when listed by `delimiter`; undefined when it stands for itself. */
export function commonPrefix(key: string, prefix: string, delimiter: string): string | undefined {
  if (delimiter === "") return undefined;
  const at = key.indexOf(delimiter, prefix.length);
  return at < 0 ? undefined : key.slice(0, at + delimiter.length);
}
