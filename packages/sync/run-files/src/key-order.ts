/** U+D800 begins the code units of surrogate pairs; what stands behind them, from U+E000 on, is below every pair in UTF-8. */
const firstSurrogate = 0xd8_00;
const firstBehindSurrogates = 0xe0_00;

/** A code unit moved to where its character stands in the order of code points. */
const rank = (unit: number): number => {
  if (unit < firstSurrogate) return unit;
  return unit < firstBehindSurrogates ? unit + 0x20_00 : unit - 0x8_00;
};

/**
 * The order in which S3 lists keys: that of their UTF-8 bytes
 * (https://docs.aws.amazon.com/AmazonS3/latest/userguide/ListingKeysUsingAPIs.html). JavaScript's own is that
 * of UTF-16 units, which puts every emoji before U+E000 to U+FFFF.
 * @returns below 0 when `a` is listed first, 0 when they are the same
 */
export function compareKeys(a: string, b: string): number {
  const shorter = Math.min(a.length, b.length);
  for (let at = 0; at < shorter; at += 1) {
    const [left, right] = [a.charCodeAt(at), b.charCodeAt(at)];
    if (left !== right) return rank(left) - rank(right);
  }
  return a.length - b.length;
}
